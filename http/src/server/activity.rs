//! When a connection was last of use.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What a connection is doing, shared between its requests and whoever watches it.
#[derive(Clone)]
pub(super) struct Activity {
    now: Arc<Mutex<Now>>,
    head_limit: Duration,
    idle_limit: Duration,
}

struct Now {
    changed: Instant,
    running: usize,
    asked: bool,
}

/// A request that is being answered.
pub(super) struct Running(Activity);

impl Activity {
    pub(super) fn new(head_limit: Duration, idle_limit: Duration) -> Self {
        let now = Now { changed: Instant::now(), running: 0, asked: false };
        Self { now: Arc::new(Mutex::new(now)), head_limit, idle_limit }
    }

    /// Notes that a request has come; it runs until the guard is dropped.
    pub(super) fn request(&self) -> Running {
        self.change(|now| {
            now.running += 1;
            now.asked = true;
        });
        Running(self.clone())
    }

    /// Notes that a part of an answer without an end was taken.
    pub(super) fn used(&self) {
        self.change(|_same| {});
    }

    /// Ends when the connection has been of no use for too long. Before the first request the limit for a head applies:
    /// while the protocol is being found out, hyper has none of its own.
    pub(super) async fn lapse(&self) {
        loop {
            let due = self.due();
            if due <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(due).await;
        }
    }

    fn due(&self) -> Instant {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        match (now.running, now.asked) {
            (0, false) => now.changed + self.head_limit,
            (0, true) => now.changed + self.idle_limit,
            _ => Instant::now() + self.idle_limit, // requests have a deadline of their own
        }
    }

    fn change(&self, change: impl FnOnce(&mut Now)) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut now);
        now.changed = Instant::now();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.change(|now| now.running = now.running.saturating_sub(1));
    }
}
