//! One generation that follows the journal: how far it is in each shard, what waits, and what fails.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::RwLock;
use tokio::time::Instant;

use super::lineage::Built;
use crate::clock::Timestamp;
use crate::consistency::Token;
use crate::ids::ShardId;
use crate::journal::JournalError;

/// How soon a shard is tried again, at first and at most.
pub(super) const AGAIN_AFTER: Duration = Duration::from_millis(20);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(30);
/// Failures before somebody is told: a projection may be a moment ahead of the state that it reads.
const FAILURES_ORDINARY: u32 = 3;

/// A generation, and its way through the journal.
pub(crate) struct Track {
    pub(crate) built: Built,
    /// The name of its checkpoints.
    pub(crate) name: String,
    /// Held for reading by whoever reads its documents.
    pub(super) in_use: Arc<RwLock<()>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Shards with events to look at, and since when.
    waiting: BTreeMap<ShardId, Timestamp>,
    at_work: BTreeMap<ShardId, Timestamp>,
    failing: BTreeMap<ShardId, Failure>,
    positions: BTreeMap<ShardId, Position>,
    /// Positions are known, and what was committed before is marked.
    scanned: bool,
    /// The shard of the last turn: turns go round.
    last: Option<ShardId>,
}

#[derive(Clone, Copy, Default)]
struct Position {
    at: u64,
    /// What the checkpoint says; events that lead to no document move it only now and then.
    stored: u64,
}

/// A shard that cannot be projected now.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) times: u32,
    pub(super) again_at: Instant,
    pub(super) error: String,
    since: Timestamp,
}

impl State {
    /// One that fails is looked at when its pause is over; while it is, what comes meanwhile may not be seen by that look.
    fn mark(&mut self, shard: ShardId, since: Timestamp) {
        if !self.failing.contains_key(&shard) || self.at_work.contains_key(&shard) {
            self.waiting.entry(shard).or_insert(since);
        }
    }

    /// Marks the shards that go beyond what was looked at.
    fn mark_behind(&mut self, heads: &[(ShardId, u64)], now: Timestamp) {
        for (shard, head) in heads {
            if self.positions.get(shard).is_none_or(|position| position.at < *head) {
                self.mark(*shard, now);
            }
        }
    }

    /// Puts the next shard to work.
    fn next(&mut self) -> Option<ShardId> {
        let after_last =
            self.waiting.keys().find(|shard| self.last.is_none_or(|last| **shard > last)).copied();
        let shard = after_last.or_else(|| self.waiting.keys().next().copied())?;
        let since = self.waiting.remove(&shard)?;
        self.at_work.insert(shard, since);
        self.last = Some(shard);
        Some(shard)
    }
}

impl Track {
    pub(super) fn new(projection: &str, built: Built) -> Arc<Self> {
        let name = built.stored_name(projection);
        Arc::new(Self { built, name, in_use: Arc::default(), state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a shard has something to look at.
    pub(super) fn mark(&self, shard: ShardId, since: Timestamp) {
        self.state().mark(shard, since);
    }

    /// Marks the shards that go beyond what was looked at, once its checkpoints were read.
    pub(super) fn look_again(&self, heads: &[(ShardId, u64)], now: Timestamp) {
        let mut state = self.state();
        if state.scanned {
            state.mark_behind(heads, now);
        }
    }

    /// Whether its checkpoints were read.
    pub(super) fn is_scanned(&self) -> bool {
        self.state().scanned
    }

    /// Takes over its checkpoints and marks the shards that go beyond them.
    pub(super) fn scanned(&self, checkpoints: &[(ShardId, u64)], heads: &[(ShardId, u64)], now: Timestamp) {
        let mut state = self.state();
        let known = checkpoints.iter().map(|(shard, at)| (*shard, Position { at: *at, stored: *at }));
        state.positions = known.collect();
        state.mark_behind(heads, now);
        state.scanned = true;
    }

    /// What was at work when the follower ended is to be done again.
    pub(super) fn resume(&self) {
        let mut state = self.state();
        for (shard, since) in std::mem::take(&mut state.at_work) {
            state.waiting.entry(shard).or_insert(since);
        }
    }

    /// The next shards to work on, at most so many.
    pub(super) fn take(&self, now: Instant, count: usize) -> Vec<ShardId> {
        let mut state = self.state();
        let due = state.failing.iter().filter(|(_, failure)| failure.again_at <= now);
        let due: Vec<_> = due.map(|(shard, failure)| (*shard, failure.since)).collect();
        state.waiting.extend(due);
        std::iter::from_fn(|| state.next()).take(count).collect()
    }

    /// Notes when the oldest event that waits in a shard at work was decided.
    pub(super) fn oldest(&self, shard: ShardId, at: Timestamp) {
        if let Some(since) = self.state().at_work.get_mut(&shard) {
            *since = at.min(*since);
        }
    }

    /// Ends a turn; `Ok(true)` when there is more in the shard.
    pub(super) fn finish(&self, shard: ShardId, outcome: Result<bool, JournalError>) {
        let mut state = self.state();
        let Some(since) = state.at_work.remove(&shard) else { return };
        match outcome {
            Ok(more) => {
                state.failing.remove(&shard);
                if more {
                    state.waiting.entry(shard).or_insert(since);
                }
            }
            Err(error) => {
                state.waiting.remove(&shard);
                let times = state.failing.get(&shard).map_or(0, |failure| failure.times).saturating_add(1);
                let pause = AGAIN_AFTER.saturating_mul(1 << times.min(12)).min(AGAIN_AFTER_MAX);
                if times > FAILURES_ORDINARY && times.is_power_of_two() {
                    let (projection, shard) = (&self.name, shard.number());
                    tracing::error!(%error, projection, shard, times, "a shard cannot be projected");
                }
                let failure =
                    Failure { times, again_at: Instant::now() + pause, error: error.to_string(), since };
                state.failing.insert(shard, failure);
            }
        }
    }

    pub(super) fn position(&self, shard: ShardId) -> u64 {
        self.state().positions.get(&shard).copied().unwrap_or_default().at
    }

    /// How far the position is beyond the checkpoint.
    pub(super) fn unstored(&self, shard: ShardId) -> u64 {
        let position = self.state().positions.get(&shard).copied().unwrap_or_default();
        position.at.saturating_sub(position.stored)
    }

    /// Moves on over events that lead to no document.
    pub(super) fn passed(&self, shard: ShardId, at: u64) {
        self.state().positions.entry(shard).or_default().at = at;
    }

    /// Moves on to what the checkpoint now says.
    pub(super) fn stored(&self, shard: ShardId, at: u64) {
        self.state().positions.insert(shard, Position { at, stored: at });
    }

    /// Whether nothing is left to project.
    pub(super) fn is_settled(&self) -> bool {
        let state = self.state();
        state.scanned && state.at_work.is_empty() && state.waiting.is_empty() && state.failing.is_empty()
    }

    /// When a failing shard is due next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.state().failing.values().map(|failure| failure.again_at).min()
    }

    /// The shards in which it has not come as far as a token says.
    pub(super) fn behind(&self, token: &Token) -> Vec<ShardId> {
        let state = self.state();
        let at = |shard: &ShardId| state.positions.get(shard).copied().unwrap_or_default().at;
        token.positions().filter(|(shard, wanted)| at(shard) < *wanted).map(|(shard, _)| shard).collect()
    }

    /// Where it stands, as a token.
    pub(super) fn standing(&self) -> Token {
        let mut token = Token::default();
        for (shard, position) in &self.state().positions {
            token.note(*shard, position.at);
        }
        token
    }

    /// Shards that have something to look at, and since when.
    pub(super) fn pending(&self) -> BTreeMap<ShardId, Timestamp> {
        let state = self.state();
        let failing = state.failing.iter().map(|(shard, failure)| (*shard, failure.since));
        let waiting = state.waiting.iter().map(|(shard, since)| (*shard, *since));
        let at_work = state.at_work.iter().map(|(shard, since)| (*shard, *since));
        waiting.chain(at_work).chain(failing).collect()
    }

    pub(super) fn failing(&self) -> BTreeMap<ShardId, Failure> {
        self.state().failing.clone()
    }
}
