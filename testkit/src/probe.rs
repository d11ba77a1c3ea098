//! Watching what happens: a probe records, and a test waits for what must come, never for time to pass.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_supervisor::{Deliver, Delivered, Delivery, Entity, Version, spawn_guarded};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// Records things in order. Cheap to clone; clones record together.
pub struct Probe<T> {
    seen: Arc<Mutex<Vec<T>>>,
    count: watch::Sender<usize>,
}

impl<T> Clone for Probe<T> {
    fn clone(&self) -> Self {
        Self { seen: Arc::clone(&self.seen), count: self.count.clone() }
    }
}

impl<T> Default for Probe<T> {
    fn default() -> Self {
        Self { seen: Arc::default(), count: watch::Sender::new(0) }
    }
}

impl<T: Clone + Debug> Probe<T> {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn seen(&self) -> MutexGuard<'_, Vec<T>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one.
    pub fn record(&self, item: T) {
        let count = {
            let mut seen = self.seen();
            seen.push(item);
            seen.len()
        };
        self.count.send_replace(count);
    }

    /// Everything seen, in order.
    pub fn all(&self) -> Vec<T> {
        self.seen().clone()
    }

    /// The first that matches, now or within so long.
    ///
    /// # Panics
    /// When none came; the text shows what did.
    pub async fn expect_within(&self, limit: Duration, matches: impl Fn(&T) -> bool) -> T {
        let until = Instant::now() + limit;
        let mut count = self.count.subscribe();
        loop {
            count.borrow_and_update();
            if let Some(found) = self.seen().iter().find(|item| matches(item)).cloned() {
                return found;
            }
            if timeout_at(until, count.changed()).await.is_err() {
                panic!("what was expected did not come within {limit:?}; seen: {:#?}", self.all());
            }
        }
    }

    /// All, as soon as there are so many.
    ///
    /// # Panics
    /// When they did not come in time; the text shows what did.
    pub async fn expect_count(&self, wanted: usize, limit: Duration) -> Vec<T> {
        let mut count = self.count.subscribe();
        if tokio::time::timeout(limit, count.wait_for(|count| *count >= wanted)).await.is_err() {
            panic!("{wanted} were expected within {limit:?}; seen: {:#?}", self.all());
        }
        self.all()
    }
}

impl Probe<Version> {
    /// Records every notification of a watch (some may be skipped, as watches do), until its sender is gone.
    pub fn watch(&self, mut changes: watch::Receiver<Version>) {
        let probe = self.clone();
        spawn_guarded("probe of a watch", async move {
            while changes.changed().await.is_ok() {
                let version = *changes.borrow_and_update();
                probe.record(version);
            }
        });
    }
}

/// A probe in place of whoever delivers a domain's effects: it notes each and calls it done.
impl<E: Entity> Deliver<E> for Probe<E::Effect>
where
    E::Effect: Debug,
{
    fn deliver<'a>(&'a self, delivery: Delivery<'a, E::Effect>) -> BoxFuture<'a, Delivered<E::Command>> {
        self.record(delivery.effect.clone());
        async { Delivered::Done }.boxed()
    }
}
