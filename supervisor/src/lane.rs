//! Lanes: the journal's writers. A lane groups the parts of many cells into one transaction.
//!
//! A shard belongs to lane `shard mod lanes`, so each shard has one appender and its sequence is dense. A part that is
//! refused on its own is left out of the group; its neighbours commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::ids::ShardId;
use crate::journal::{Journal, JournalError, Part, PartRefusal, Stored, Verdicts};

/// Parts waiting for a lane; beyond this, cells wait for a place.
const QUEUED_PARTS_MAX: usize = 4_096;
/// Parts in one transaction.
const GROUP_PARTS_MAX: usize = 256;

/// Why a part is not (known to be) stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AppendError {
    /// The part was refused; nothing of it is stored.
    #[error(transparent)]
    Refused(#[from] PartRefusal),
    /// The store is away; nothing is stored.
    #[error("{0}")]
    Unavailable(String),
    /// It may or may not be stored.
    #[error("{0}")]
    OutcomeUnknown(String),
}

impl From<&JournalError> for AppendError {
    fn from(error: &JournalError) -> Self {
        if error.certainly_not_committed() {
            Self::Unavailable(error.to_string())
        } else {
            Self::OutcomeUnknown(error.to_string())
        }
    }
}

struct Job {
    part: Part,
    stored: oneshot::Sender<Result<Stored, AppendError>>,
}

struct Lane {
    sender: mpsc::Sender<Job>,
    // Kept here and not in the task, so that a restarted lane finds the queue as it was.
    receiver: Mutex<mpsc::Receiver<Job>>,
}

/// What the lanes have done, for introspection and figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LaneStats {
    /// Transactions committed.
    pub commits: u64,
    /// Parts stored by them.
    pub parts: u64,
    /// Parts refused.
    pub refused: u64,
    /// Transactions that failed as a whole.
    pub failures: u64,
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    parts: AtomicU64,
    refused: AtomicU64,
    failures: AtomicU64,
}

/// The queues in front of the journal's writers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Lanes {
    lanes: Arc<[Lane]>,
    counters: Arc<Counters>,
}

impl Lanes {
    /// One queue per lane of the journal.
    pub(crate) fn new(journal: &dyn Journal) -> Self {
        let lanes = (0..journal.lanes().max(1)).map(|_| {
            let (sender, receiver) = mpsc::channel(QUEUED_PARTS_MAX);
            Lane { sender, receiver: Mutex::new(receiver) }
        });
        Self { lanes: lanes.collect(), counters: Arc::default() }
    }

    /// How many lanes there are.
    pub(crate) fn count(&self) -> usize {
        self.lanes.len()
    }

    /// What the lanes have done since the start.
    pub(crate) fn stats(&self) -> LaneStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LaneStats {
            commits: read(&self.counters.commits),
            parts: read(&self.counters.parts),
            refused: read(&self.counters.refused),
            failures: read(&self.counters.failures),
        }
    }

    fn lane_of(&self, shard: ShardId) -> &Lane {
        &self.lanes[usize::from(shard.number()) % self.lanes.len()]
    }

    /// Stores a part, together with whatever else waits. `Ok` means durable.
    ///
    /// # Errors
    /// Why it is not stored, or that this is unknown.
    pub(crate) async fn append(&self, part: Part) -> Result<Stored, AppendError> {
        let (stored, outcome) = oneshot::channel();
        let lane = self.lane_of(part.shard());
        lane.sender
            .send(Job { part, stored })
            .await
            .map_err(|_closed| AppendError::Unavailable("the journal lane is closed".to_owned()))?;
        outcome.await.unwrap_or_else(|_lane_died| {
            Err(AppendError::OutcomeUnknown("the journal lane died during the commit".to_owned()))
        })
    }

    /// Runs one lane until cancelled; a child of the supervision tree.
    ///
    /// # Errors
    /// When the lane's writer cannot be opened.
    pub(crate) async fn run(
        &self,
        number: u16,
        journal: &dyn Journal,
        cancel: &CancellationToken,
    ) -> Result<(), JournalError> {
        let lane = &self.lanes[usize::from(number) % self.lanes.len()];
        let mut receiver = lane.receiver.lock().await;
        let mut writer = journal.lane(number).await?;
        loop {
            let first = tokio::select! {
                biased;
                // What is queued stays for the lane's next incarnation.
                () = cancel.cancelled() => None,
                job = receiver.recv() => job,
            };
            let Some(first) = first else { return Ok(()) };
            let (mut parts, mut waiting) = (vec![first.part], vec![first.stored]);
            while parts.len() < GROUP_PARTS_MAX
                && let Ok(job) = receiver.try_recv()
            {
                parts.push(job.part);
                waiting.push(job.stored);
            }
            let outcome = writer.append(&parts).await;
            self.count_outcome(&outcome);
            answer(outcome, waiting);
        }
    }

    fn count_outcome(&self, outcome: &Result<Verdicts, JournalError>) {
        let add = |counter: &AtomicU64, n: usize| {
            counter.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
        };
        match outcome {
            Ok(parts) => {
                let stored = parts.iter().filter(|part| part.is_ok()).count();
                add(&self.counters.commits, 1);
                add(&self.counters.parts, stored);
                add(&self.counters.refused, parts.len() - stored);
            }
            Err(_) => add(&self.counters.failures, 1),
        }
    }
}

fn answer(
    outcome: Result<Verdicts, JournalError>,
    waiting: Vec<oneshot::Sender<Result<Stored, AppendError>>>,
) {
    match outcome {
        Ok(results) => {
            for (stored, result) in waiting.into_iter().zip(results) {
                // The asker may be gone; its commit stands all the same.
                let _ = stored.send(result.map_err(AppendError::Refused));
            }
        }
        Err(error) => {
            tracing::error!(%error, parts = waiting.len(), "a journal transaction failed");
            for stored in waiting {
                let _ = stored.send(Err(AppendError::from(&error)));
            }
        }
    }
}
