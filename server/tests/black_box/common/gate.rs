//! Where the server is now, and what was in flight when it died.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::watch;

/// Shared between the clients and whoever kills and starts the server.
pub struct Gate {
    base: watch::Sender<Option<String>>,
    /// Counts the lives of the server.
    life: AtomicU64,
    in_flight: AtomicUsize,
    cut: Mutex<HashMap<u64, u64>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            base: watch::Sender::new(None),
            life: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            cut: Mutex::default(),
        }
    }
}

/// A command that was sent and not yet answered.
pub struct Flight<'a> {
    gate: &'a Gate,
    life: u64,
}

impl Gate {
    /// The server's address; waits while it is away.
    pub async fn base(&self) -> String {
        let mut seen = self.base.subscribe();
        let base = seen.wait_for(Option::is_some).await.expect("the gate lives as long as its users");
        base.clone().expect("waited for it")
    }
    /// The server is there.
    pub fn open(&self, base: &str) {
        self.base.send_replace(Some(base.to_owned()));
    }
    /// The server is about to die; returns the number of the life that ends.
    pub fn end_of_life(&self) -> u64 {
        self.life.fetch_add(1, Ordering::SeqCst)
    }
    /// The server is away.
    pub fn close(&self) {
        self.base.send_replace(None);
    }
    /// How many commands are on their way now.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }
    /// How many commands lost their answer when that life ended.
    pub fn cut(&self, life: u64) -> u64 {
        self.cut.lock().unwrap().get(&life).copied().unwrap_or(0)
    }
    /// A command leaves.
    pub fn depart(&self) -> Flight<'_> {
        let life = self.life.load(Ordering::SeqCst);
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        Flight { gate: self, life }
    }
}

impl Flight<'_> {
    /// The connection broke before the answer. It counts for the life in which the command was sent, and only if that
    /// life is over.
    pub fn cut(&self) {
        if self.gate.life.load(Ordering::SeqCst) > self.life {
            *self.gate.cut.lock().unwrap().entry(self.life).or_default() += 1;
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.gate.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
