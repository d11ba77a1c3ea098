//! Working a cell's queue: a batch is decided, committed as one part, and answered after the commit.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::batch::{Draft, Setting, decide};
use super::round::{Round, Rounds};
use super::{Cell, Committed, Queued, Stage};
use crate::ask::AskError;
use crate::directory::Domain;
use crate::entity::Entity;
use crate::ids::Version;
use crate::journal::{JournalError, OutboxRow, Part};
use crate::task::spawn_guarded;

/// Commands decided and committed together.
pub(super) const BATCH_MAX: usize = 128;
/// How often a batch is decided again before it is given up: each refusal settles at least one command, except for a
/// taken version, and that one cannot go on in an entity that this node owns.
const ROUNDS_MAX: usize = BATCH_MAX + 16;

/// How many snapshots are kept.
const SNAPSHOTS_KEPT: u32 = 3;

/// What a batch led to.
pub(crate) enum Worked {
    /// The queue was empty.
    Nothing,
    /// All are answered.
    Done,
    /// A command crashed the entity; the others are answered or back in the queue.
    Crashed(String),
}

/// What follows from a commit besides its answers.
struct Follows {
    outbox: Vec<OutboxRow>,
    before: Version,
    event_bytes: usize,
}

impl<E: Entity> Domain<E> {
    /// Decides and commits what waits in the cell's queue, up to one batch.
    pub(crate) async fn work(&self, cell: &Arc<Cell<E>>) -> Worked {
        let expired = cell.inbox().expired(Instant::now());
        self.refuse_all(cell, expired, &AskError::Expired);
        let worked = self.work_batch(cell).await;
        cell.inbox().step = None;
        worked
    }

    async fn work_batch(&self, cell: &Arc<Cell<E>>) -> Worked {
        let Some(first) = cell.inbox().first() else { return Worked::Nothing };
        cell.begin(Stage::Loading, Some(first));
        // Before the batch is taken: whoever waits too long for the state can still be told that nothing happened.
        let loaded = self.load(cell).await;
        let mut batch = cell.inbox().take(BATCH_MAX);
        if let Err(error) = loaded {
            self.refuse_all(cell, batch, &AskError::Unavailable { cause: error.to_string() });
            return Worked::Done;
        }
        let mut rounds = Rounds::default();
        for _ in 0..ROUNDS_MAX {
            if rounds.alone && batch.len() > 1 {
                let rest = batch.split_off(1);
                cell.inbox().put_back(rest);
            }
            match self.round(cell, batch, &mut rounds).await {
                Round::Finished => return Worked::Done,
                Round::Crashed(crashed, rest) => {
                    return self.crash(cell, *crashed, rest, rounds.uncertain).await;
                }
                Round::Again(left) if left.is_empty() => return Worked::Done,
                Round::Again(left) => batch = left,
            }
        }
        let cause = "the entity keeps changing elsewhere".to_owned();
        self.refuse_batch(cell, batch, AskError::Unavailable { cause }, &rounds);
        Worked::Done
    }

    /// One attempt to decide and commit a batch.
    async fn round(&self, cell: &Arc<Cell<E>>, batch: Vec<Queued<E>>, rounds: &mut Rounds<E>) -> Round<E> {
        let base = match self.load(cell).await {
            Ok(base) => base,
            Err(error) if rounds.uncertain => return self.unknown(cell, batch, rounds, &error).await,
            Err(error) => {
                self.refuse_all(cell, batch, &AskError::Unavailable { cause: error.to_string() });
                return Round::Finished;
            }
        };
        let entity = self.entity(cell.id);
        let Some(epoch) = self.core.shards.epoch(entity.shard()) else {
            let cause = "the shard lives elsewhere".to_owned();
            self.refuse_batch(cell, batch, AskError::Unavailable { cause }, rounds);
            return Round::Finished;
        };
        let quarantined = cell.inbox().quarantined.clone();
        let setting = Setting {
            entity,
            epoch,
            now: self.core.clock.now(),
            quarantined: &quarantined,
            imposed: &rounds.imposed,
            uncertain: rounds.uncertain,
            deciding: &|command| cell.begin(Stage::Deciding, Some(command)),
        };
        let mut draft = decide(&base, batch, &setting);
        for dropped in draft.dropped.drain(..) {
            self.answer(cell, dropped);
        }
        if draft.part.commands.is_empty() {
            // Nothing but refusals of the moment, on what is committed.
            for settled in draft.settled.drain(..) {
                self.answer(cell, settled);
            }
            return Self::after_commit(draft);
        }
        cell.begin(Stage::Committing, draft.part.commands.first().map(|record| record.command_id));
        if crate::faults::planted("ack-before-commit") {
            for settled in draft.settled.drain(..) {
                self.answer(cell, settled);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let (part, follows) = Follows::split(&mut draft);
        match self.core.lanes.append(part).await {
            Ok(stored) => {
                let position = if draft.version > base.version { stored.shard_seq } else { base.position };
                self.publish(cell, &mut draft, follows, position);
                for mut settled in draft.settled.drain(..) {
                    if let Ok(answer) = &mut settled.answer {
                        answer.position = position;
                    }
                    self.answer(cell, settled);
                }
                Self::after_commit(draft)
            }
            Err(error) => self.not_stored(cell, draft, error, rounds).await,
        }
    }

    fn after_commit(draft: Draft<E>) -> Round<E> {
        match draft.crashed {
            Some(crashed) => Round::Crashed(Box::new(crashed), draft.rest),
            None => Round::Again(draft.rest),
        }
    }

    /// Makes the committed state visible and sets off what follows from it.
    fn publish(&self, cell: &Arc<Cell<E>>, draft: &mut Draft<E>, follows: Follows, position: u64) {
        let Follows { outbox, before, event_bytes } = follows;
        if draft.version > before {
            let state = std::mem::take(&mut draft.state);
            let committed = Arc::new(Committed { state, version: draft.version, position });
            cell.advanced(Arc::clone(&committed), event_bytes);
            let every = E::SNAPSHOT_EVERY.max(1);
            if before.0 / every < draft.version.0 / every && cell.snapshot_pays() {
                self.snapshot(cell.id, committed);
            }
            self.notify(cell.id, draft.version);
            self.core.dirty.mark(&draft.part.entity);
        }
        self.core.outbox.accept(outbox);
    }

    /// Writes a snapshot beside the commits: only ever a shorter way to the same state.
    fn snapshot(&self, id: uuid::Uuid, committed: Arc<Committed<E>>) {
        let (journal, entity) = (Arc::clone(&self.core.journal), self.entity(id));
        spawn_guarded("snapshot", async move {
            let saved = match serde_json::to_string(&committed.state) {
                Ok(state) => journal.save_snapshot(&entity, committed.version, &state, SNAPSHOTS_KEPT).await,
                Err(error) => Err(JournalError::Unavailable(error.to_string())),
            };
            if let Err(error) = saved {
                tracing::warn!(%entity, %error, "a snapshot could not be written");
            }
        });
    }
}

impl Follows {
    /// Takes the part out of a draft and keeps of it what is needed after the commit.
    fn split<E: Entity>(draft: &mut Draft<E>) -> (Part, Self) {
        let empty = Part::empty(draft.part.entity.clone(), draft.part.seen, draft.part.epoch, draft.part.at);
        let part = std::mem::replace(&mut draft.part, empty);
        let follows = Self {
            outbox: part.outbox.clone(),
            before: part.seen,
            event_bytes: part.events.iter().map(|event| event.payload.len()).sum(),
        };
        (part, follows)
    }
}

impl<E: Entity> Default for Rounds<E> {
    fn default() -> Self {
        Self { imposed: HashMap::new(), alone: false, uncertain: false, unknown: 0 }
    }
}
