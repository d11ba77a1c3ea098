//! A machine that can lose its power.

use std::sync::{Arc, Mutex, PoisonError};

use amazoff_supervisor::journal::LaneWriter;
use tokio_util::sync::CancellationToken;

/// Where the writers of a machine are kept while nobody uses them.
type Writers = Arc<Mutex<Vec<Option<Box<dyn LaneWriter>>>>>;

/// The power of one machine. Once it is cut, no port of that machine answers any more: whatever still runs there can
/// neither store anything nor learn anything nor tell anybody, exactly as after `kill -9`. Cheap to clone.
#[derive(Clone, Default)]
pub struct Power {
    cut: CancellationToken,
    writers: Writers,
}

impl Power {
    /// A machine that runs.
    pub fn on() -> Self {
        Self::default()
    }
    /// Cuts it. The store may be used by another machine at once.
    pub fn cut(&self) {
        self.cut.cancel();
        self.writers.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        !self.cut.is_cancelled()
    }
    /// Waits until it is cut.
    pub async fn lost(&self) {
        self.cut.cancelled().await;
    }
    /// Goes on while there is power, and never again after.
    pub async fn flows(&self) {
        if !self.is_on() {
            std::future::pending::<()>().await;
        }
    }

    /// Keeps a writer; returns where.
    pub(super) fn keep(&self, writer: Box<dyn LaneWriter>) -> usize {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        writers.push(Some(writer));
        writers.len() - 1
    }
    /// Lends a kept writer out; `None` after the power was cut.
    pub(super) fn lend(&self, place: usize) -> Option<Box<dyn LaneWriter>> {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place)?.take()
    }
    /// Takes a writer back; after the power was cut, it is dropped.
    pub(super) fn give_back(&self, place: usize, writer: Box<dyn LaneWriter>) {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = writers.get_mut(place) {
            *kept = Some(writer);
        }
    }
}
