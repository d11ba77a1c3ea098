//! The way of committed rows to the dispatcher, and what it holds of them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex as SyncMutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex, Notify, mpsc};

use super::heads::Heads;
use super::streams::Streams;
use crate::journal::OutboxRow;

/// Rows on their way from commits to the dispatcher; beyond it the dispatcher reads them from the journal.
const FEED_MAX: usize = 8_192;

/// The way of committed rows to the dispatcher. A hint only: what is lost here is found in the journal.
pub(crate) struct OutboxFeed {
    sender: mpsc::Sender<OutboxRow>,
    pub(super) receiver: Mutex<mpsc::Receiver<OutboxRow>>,
    missed: AtomicBool,
    pub(super) missing: Notify,
    /// Rows accepted and not done.
    waiting: AtomicUsize,
    settled: Notify,
    streams: SyncMutex<Streams>,
    pub(super) heads: Heads,
}

impl Default for OutboxFeed {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(FEED_MAX);
        Self {
            sender,
            receiver: Mutex::new(receiver),
            missed: AtomicBool::new(true),
            missing: Notify::new(),
            waiting: AtomicUsize::new(0),
            settled: Notify::new(),
            streams: SyncMutex::default(),
            heads: Heads::default(),
        }
    }
}

impl OutboxFeed {
    /// Takes the rows of a commit.
    pub(crate) fn accept(&self, rows: Vec<OutboxRow>) {
        for row in rows {
            if self.sender.try_send(row).is_err() {
                self.rescan();
            } else {
                self.waiting.fetch_add(1, Ordering::AcqRel);
            }
        }
    }

    /// Has the dispatcher read the journal: there may be rows that it was not told of.
    pub(crate) fn rescan(&self) {
        self.missed.store(true, Ordering::Release);
        self.missing.notify_one();
    }

    /// Whether the journal may hold rows that the dispatcher does not.
    pub(super) fn missed(&self) -> bool {
        self.missed.load(Ordering::Acquire)
    }

    /// A reading of the journal starts.
    pub(super) fn scanning(&self) {
        self.missed.store(false, Ordering::Release);
    }

    /// What the dispatcher holds. Never locked across an await.
    pub(super) fn streams(&self) -> MutexGuard<'_, Streams> {
        // A panic while it was locked leaves maps that are still maps.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nothing waits for delivery.
    pub(crate) async fn settled(&self) {
        loop {
            let settled = self.settled.notified();
            if self.waiting.load(Ordering::Acquire) == 0 && !self.missed() {
                return;
            }
            settled.await;
        }
    }

    pub(super) fn report(&self, waiting: usize) {
        self.waiting.store(waiting, Ordering::Release);
        if waiting == 0 {
            self.settled.notify_waiters();
        }
    }
}
