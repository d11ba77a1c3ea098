//! Lanes: the journal's writers. A lane groups the parts of many cells into one transaction.
//!
//! A shard belongs to lane `shard mod lanes`, so each shard has one appender and its sequence is dense. A part that is
//! refused on its own is left out of the group; its neighbours commit.
//!
//! Groups are filled from the domains in turn, and bounded by the commands that they hold: a domain that floods the lane, or
//! an entity with large parts, makes others wait for a short transaction and not for its whole backlog.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use serde::Serialize;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::ids::{Kind, ShardId};
use crate::journal::{Journal, JournalError, Part, PartRefusal, Shards, Stored, Verdicts};
use crate::projection::Recent;

/// Parts waiting for a lane; beyond this, cells wait for a place.
const QUEUED_PARTS_MAX: usize = 4_096;
/// Parts in one transaction, and commands beyond which no further part is added.
const GROUP_PARTS_MAX: usize = 256;
const GROUP_COMMANDS_MAX: usize = 256;

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
    queue: Mutex<Queue>,
}

/// What waits for a lane: on its way, and sorted by domain.
struct Queue {
    receiver: mpsc::Receiver<Job>,
    backlog: BTreeMap<Kind, VecDeque<Job>>,
    waiting: usize,
    /// The domain that was served last; the next one after it begins.
    last: Option<Kind>,
}

impl Queue {
    fn new(receiver: mpsc::Receiver<Job>) -> Self {
        Self { receiver, backlog: BTreeMap::new(), waiting: 0, last: None }
    }

    /// The next group; waits for the first part. `None` when nobody can send any more.
    async fn group(&mut self) -> Option<Vec<Job>> {
        if self.waiting == 0 {
            let first = self.receiver.recv().await?;
            self.sort(first);
        }
        while self.waiting < QUEUED_PARTS_MAX
            && let Ok(job) = self.receiver.try_recv()
        {
            self.sort(job);
        }
        let (mut group, mut commands) = (Vec::new(), 0);
        while group.len() < GROUP_PARTS_MAX
            && commands < GROUP_COMMANDS_MAX
            && let Some(job) = self.next()
        {
            commands += job.part.commands.len();
            group.push(job);
        }
        Some(group)
    }

    fn sort(&mut self, job: Job) {
        self.waiting += 1;
        self.backlog.entry(job.part.entity.kind.clone()).or_default().push_back(job);
    }

    /// The oldest part of the domain whose turn it is.
    fn next(&mut self) -> Option<Job> {
        let after = self.last.take();
        let later = after.and_then(|after| {
            self.backlog
                .range((Bound::Excluded(after), Bound::Unbounded))
                .next()
                .map(|(kind, _)| kind.clone())
        });
        let kind = later.or_else(|| self.backlog.keys().next().cloned())?;
        let of_kind = self.backlog.get_mut(&kind)?;
        let job = of_kind.pop_front();
        if of_kind.is_empty() {
            self.backlog.remove(&kind);
        }
        self.last = Some(kind);
        self.waiting -= usize::from(job.is_some());
        job
    }
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

/// The running total of the postings that one shard has stored since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShardTotal {
    /// How many postings.
    pub postings: u64,
    /// Their sum over all accounts and assets: 0, or something is broken.
    pub sum: i64,
}

#[derive(Default)]
struct Counters {
    commits: AtomicU64,
    parts: AtomicU64,
    refused: AtomicU64,
    failures: AtomicU64,
    totals: std::sync::Mutex<BTreeMap<ShardId, ShardTotal>>,
}

/// The queues in front of the journal's writers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Lanes {
    lanes: Arc<[Lane]>,
    counters: Arc<Counters>,
    shards: Arc<dyn Shards>,
    recent: Arc<Recent>,
}

impl Lanes {
    /// One queue per lane of the journal. The owner hears of refused epochs, followers of what is stored.
    pub(crate) fn new(journal: &dyn Journal, shards: Arc<dyn Shards>, recent: Arc<Recent>) -> Self {
        let lanes = (0..journal.lanes().max(1)).map(|_| {
            let (sender, receiver) = mpsc::channel(QUEUED_PARTS_MAX);
            Lane { sender, queue: Mutex::new(Queue::new(receiver)) }
        });
        Self { lanes: lanes.collect(), counters: Arc::default(), shards, recent }
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

    /// The books of each shard that has moved something since the start.
    pub(crate) fn totals(&self) -> BTreeMap<ShardId, ShardTotal> {
        self.counters.totals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds what a group has stored to its shards' totals. Cells have checked each command; this checks what left them.
    fn keep_books(&self, parts: &[Part], verdicts: &Verdicts) {
        let stored =
            parts.iter().zip(verdicts).filter(|(part, verdict)| verdict.is_ok() && !part.postings.is_empty());
        let mut totals = self.counters.totals.lock().unwrap_or_else(PoisonError::into_inner);
        for (part, _) in stored {
            let total = totals.entry(part.shard()).or_default();
            let sum = part.postings.iter().fold(0_i64, |sum, posting| sum.wrapping_add(posting.amount));
            total.postings += u64::try_from(part.postings.len()).unwrap_or(u64::MAX);
            total.sum = total.sum.wrapping_add(sum);
            if sum != 0 {
                tracing::error!(entity = %part.entity, sum, "postings that do not balance were stored");
            }
        }
    }

    /// Hands followers what a group has stored.
    fn keep_recent(&self, parts: Vec<Part>, verdicts: &Verdicts) {
        for (part, verdict) in parts.into_iter().zip(verdicts) {
            if let Ok(stored) = verdict {
                self.recent.note(part, *stored);
            }
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
        let mut queue = lane.queue.lock().await;
        let mut writer = journal.lane(number).await?;
        loop {
            let group = tokio::select! {
                biased;
                // What is queued stays for the lane's next incarnation.
                () = cancel.cancelled() => None,
                group = queue.group() => group,
            };
            let Some(group) = group else { return Ok(()) };
            let (parts, waiting): (Vec<_>, Vec<_>) =
                group.into_iter().map(|job| (job.part, job.stored)).unzip();
            let outcome = writer.append(&parts).await;
            self.count_outcome(&outcome);
            if let Ok(verdicts) = &outcome {
                self.keep_books(&parts, verdicts);
                self.keep_recent(parts, verdicts);
            }
            self.tell_of_lost_shards(&outcome);
            answer(outcome, waiting);
        }
    }

    fn tell_of_lost_shards(&self, outcome: &Result<Verdicts, JournalError>) {
        let lost = outcome.iter().flatten().find_map(|verdict| match verdict {
            Err(PartRefusal::ShardLost(shard)) => Some(*shard),
            Ok(_) | Err(_) => None,
        });
        if let Some(shard) = lost {
            self.shards.refused(shard);
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::{CommandId, EntityId, Epoch, Version};
    use crate::journal::CommandRecord;

    fn part(kind: &'static str, commands: usize) -> Part {
        let entity = EntityId::new(kind, Uuid::now_v7());
        let mut part = Part::empty(entity, Version(0), Epoch(1), Timestamp::default());
        part.commands.extend((0..commands).map(|_| CommandRecord {
            command_id: CommandId::new(),
            fingerprint: 0,
            outcome: String::new(),
            sealed_command: String::new(),
            context: String::new(),
            seq: Version(0),
            expires_at: Timestamp::default(),
        }));
        part
    }

    fn queue_of(parts: impl IntoIterator<Item = Part>) -> Queue {
        let (sender, receiver) = mpsc::channel(QUEUED_PARTS_MAX);
        for part in parts {
            sender.try_send(Job { part, stored: oneshot::channel().0 }).unwrap();
        }
        Queue::new(receiver)
    }

    fn kinds(group: &[Job]) -> Vec<&str> {
        group.iter().map(|job| job.part.entity.kind.as_str()).collect()
    }

    #[tokio::test]
    async fn a_domain_that_floods_the_lane_lets_others_into_the_next_group() {
        let flood = (0..1_000).map(|_| part("flood", 1));
        let mut queue = queue_of(flood.chain([part("quiet", 1), part("other", 1)]));
        let group = queue.group().await.unwrap();
        assert_eq!(group.len(), GROUP_PARTS_MAX);
        assert_eq!(kinds(&group)[..4], ["flood", "other", "quiet", "flood"]);
        // The turn goes on where it ended, and nothing is lost.
        let mut left = 0;
        while left + group.len() < 1_002 {
            left += queue.group().await.unwrap().len();
        }
        assert_eq!((left + group.len(), queue.waiting), (1_002, 0));
    }

    #[tokio::test]
    async fn a_group_ends_when_it_holds_enough_commands() {
        let mut queue = queue_of((0..10).map(|_| part("hot", 128)));
        assert_eq!(queue.group().await.unwrap().len(), GROUP_COMMANDS_MAX / 128);
    }

    #[tokio::test]
    async fn parts_of_one_domain_keep_their_order() {
        let parts: Vec<_> = (0..20).map(|n| part(if n % 2 == 0 { "even" } else { "odd" }, 1)).collect();
        let even: Vec<_> = parts.iter().step_by(2).map(|part| part.entity.clone()).collect();
        let mut queue = queue_of(parts);
        let group = queue.group().await.unwrap();
        let seen = group.iter().map(|job| &job.part.entity).filter(|entity| entity.kind.as_str() == "even");
        assert!(seen.eq(even.iter()));
    }
}
