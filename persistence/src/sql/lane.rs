//! The one appender of a lane. Each append is a task of its own, so it runs to its end also when nobody waits for it any more.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use amazoff_supervisor::Place;
use amazoff_supervisor::journal::{JournalError, LaneWriter, Part, Verdicts};
use futures::future::BoxFuture;
use tokio::sync::mpsc;

use super::append::{self, Heads};
use super::dialect::Dialect;
use super::turns::Turns;
use crate::bugs::Bugs;

/// The open writer of a lane.
pub(super) struct SqlLane<D: Dialect> {
    turns: Turns<D>,
    place: Place,
    /// The newest `shard_seq` of each shard that this lane has written; what is missing is read from the journal.
    heads: Arc<Mutex<Heads>>,
    bugs: Bugs,
    is_open: Arc<AtomicBool>,
    /// A clone lives as long as an append runs.
    running: mpsc::Sender<Infallible>,
}

impl<D: Dialect> SqlLane<D> {
    /// A writer that knows no counters yet; clears `is_open` when it is dropped. `running` is dropped with the last append.
    pub(super) fn opened(
        (turns, place): (Turns<D>, Place),
        is_open: Arc<AtomicBool>,
        running: mpsc::Sender<Infallible>,
    ) -> Self {
        Self { turns, place, heads: Arc::default(), bugs: Bugs::planted(), is_open, running }
    }
}

impl<D: Dialect> Drop for SqlLane<D> {
    fn drop(&mut self) {
        self.is_open.store(false, Ordering::SeqCst);
    }
}

impl<D: Dialect> LaneWriter for SqlLane<D> {
    fn append<'a>(&'a mut self, parts: &'a [Part]) -> BoxFuture<'a, Result<Verdicts, JournalError>> {
        Box::pin(async move {
            let (turns, heads, bugs) = (self.turns.clone(), Arc::clone(&self.heads), self.bugs);
            let (parts, running) = (parts.to_vec(), self.running.clone());
            let task = self.place.run("append", async move {
                let verdicts = append::append(&turns, &heads, &parts, bugs).await;
                drop(running);
                verdicts
            });
            task.await.unwrap_or_else(|lost| Err(JournalError::OutcomeUnknown(lost.to_string())))
        })
    }
}
