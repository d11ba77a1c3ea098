//! What a pool has done.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

/// Figures of one pool, across its rebuilds.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) waiting: AtomicUsize,
    pub(super) running: AtomicUsize,
    pub(super) done: AtomicU64,
    pub(super) panics: AtomicU64,
    /// Jobs that were given up by their caller before they ran.
    pub(super) skipped: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) expired: AtomicU64,
    pub(super) rebuilds: AtomicU64,
    busy_us: AtomicU64,
}

pub(super) fn bump(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Counters {
    pub(super) fn ran_for(&self, elapsed: Duration) {
        bump(&self.done);
        self.busy_us.fetch_add(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Mean time of a job; zero before the first.
    pub(super) fn mean(&self) -> Duration {
        let busy = self.busy_us.load(Ordering::Relaxed);
        Duration::from_micros(busy.checked_div(self.done.load(Ordering::Relaxed)).unwrap_or(0))
    }

    pub(super) fn view(&self, threads: usize) -> Value {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "threads": threads,
            "waiting": self.waiting.load(Ordering::Relaxed),
            "running": self.running.load(Ordering::Relaxed),
            "done": count(&self.done),
            "panics": count(&self.panics),
            "skipped": count(&self.skipped),
            "refused": count(&self.refused),
            "expired": count(&self.expired),
            "rebuilds": count(&self.rebuilds),
            "mean_us": u64::try_from(self.mean().as_micros()).unwrap_or(u64::MAX),
        })
    }
}
