//! Committing a batch and releasing its answers; on a refused part, deciding again without what was refused.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::batch::{Crashed, Draft, Setting, Settled, decide};
use super::{AskResult, Cell, Committed, Queued};
use crate::ask::{Answer, AskError};
use crate::directory::Domain;
use crate::entity::Entity;
use crate::ids::{CommandId, Version};
use crate::journal::{Crash, JournalError, Part, PartRefusal};
use crate::lane::AppendError;
use crate::task::spawn_guarded;

/// Commands decided and committed together.
const BATCH_MAX: usize = 128;
/// How often a batch is decided again before it is given up: each refusal settles at least one command, except for a
/// taken version, and that one cannot go on in an entity that this node owns.
const ROUNDS_MAX: usize = BATCH_MAX + 8;
/// A command that crashed its entity so often is not run again.
const QUARANTINE_AT: u32 = 2;

/// Events between snapshots, and how many snapshots are kept.
const SNAPSHOT_EVERY: u64 = 100;
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

/// What follows from one attempt to commit.
enum Round<E: Entity> {
    Finished,
    Crashed(Box<Crashed<E>>, Vec<Queued<E>>),
    Again(Vec<Queued<E>>),
}

/// The state that a batch carries from round to round.
struct Rounds<E: Entity> {
    imposed: HashMap<CommandId, E::Rejection>,
    /// Commit one command at a time, to find the one that is too large.
    alone: bool,
}

impl<E: Entity> Domain<E> {
    /// Decides and commits what waits in the cell's queue, up to one batch.
    pub(crate) async fn work(&self, cell: &Arc<Cell<E>>) -> Worked {
        let mut batch = cell.inbox().take(BATCH_MAX);
        if batch.is_empty() {
            return Worked::Nothing;
        }
        let mut rounds = Rounds { imposed: HashMap::new(), alone: false };
        for _ in 0..ROUNDS_MAX {
            if rounds.alone && batch.len() > 1 {
                let rest = batch.split_off(1);
                cell.inbox().put_back(rest);
            }
            match self.round(cell, batch, &mut rounds).await {
                Round::Finished => return Worked::Done,
                Round::Crashed(crashed, rest) => return self.crash(cell, *crashed, rest).await,
                Round::Again(left) if left.is_empty() => return Worked::Done,
                Round::Again(left) => batch = left,
            }
        }
        self.refuse_all(
            cell,
            batch,
            &AskError::Unavailable { cause: "the entity keeps changing elsewhere".to_owned() },
        );
        Worked::Done
    }

    async fn round(&self, cell: &Arc<Cell<E>>, batch: Vec<Queued<E>>, rounds: &mut Rounds<E>) -> Round<E> {
        let base = match self.load(cell).await {
            Ok(base) => base,
            Err(error) => {
                let error = AskError::Unavailable { cause: error.to_string() };
                self.refuse_all(cell, batch, &error);
                return Round::Finished;
            }
        };
        let entity = self.entity(cell.id);
        let Some(epoch) = self.core.shards.epoch(entity.shard()) else {
            self.refuse_all(
                cell,
                batch,
                &AskError::Unavailable { cause: "the shard lives elsewhere".to_owned() },
            );
            return Round::Finished;
        };
        let quarantined = cell.inbox().quarantined.clone();
        let setting = Setting {
            entity,
            epoch,
            now: self.core.clock.now(),
            quarantined: &quarantined,
            imposed: &rounds.imposed,
        };
        let mut draft = decide(&base, batch, &setting);
        for dropped in draft.dropped.drain(..) {
            self.answer(cell, dropped);
        }
        if draft.settled.is_empty() {
            return self.after_commit(draft);
        }
        let part = draft.part.clone();
        if crate::faults::planted("ack-before-commit") {
            for settled in draft.settled.drain(..) {
                self.answer(cell, settled);
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        match self.core.lanes.append(part).await {
            Ok(stored) => {
                let position = if draft.part.events.is_empty() { base.position } else { stored.shard_seq };
                self.publish(cell, &mut draft, position);
                for mut settled in draft.settled.drain(..) {
                    if let Ok(answer) = &mut settled.answer {
                        answer.position = position;
                    }
                    self.answer(cell, settled);
                }
                self.after_commit(draft)
            }
            Err(error) => self.not_stored(cell, draft, error, rounds).await,
        }
    }

    fn after_commit(&self, draft: Draft<E>) -> Round<E> {
        match draft.crashed {
            Some(crashed) => Round::Crashed(Box::new(crashed), draft.rest),
            None => Round::Again(draft.rest),
        }
    }

    /// Makes the committed state visible and sets off what follows from it.
    fn publish(&self, cell: &Arc<Cell<E>>, draft: &mut Draft<E>, position: u64) {
        let advanced = !draft.part.events.is_empty();
        if advanced {
            let committed = Committed { state: draft.state.clone(), version: draft.version, position };
            let committed = Arc::new(committed);
            cell.published.store(Some(Arc::clone(&committed)));
            if draft.part.seen.0 / SNAPSHOT_EVERY < draft.version.0 / SNAPSHOT_EVERY {
                self.snapshot(cell.id, committed);
            }
            self.notify(cell.id, draft.version);
            self.core.dirty.mark(&draft.part.entity);
        }
        self.core.outbox.accept(std::mem::take(&mut draft.part.outbox));
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

    async fn not_stored(
        &self,
        cell: &Arc<Cell<E>>,
        draft: Draft<E>,
        error: AppendError,
        rounds: &mut Rounds<E>,
    ) -> Round<E> {
        let refusal = match error {
            AppendError::Refused(refusal) => refusal,
            AppendError::Unavailable(cause) => {
                self.refuse_all(cell, undecided(draft), &AskError::Unavailable { cause });
                return Round::Finished;
            }
            AppendError::OutcomeUnknown(_) => {
                cell.distrust();
                self.refuse_all(cell, undecided(draft), &AskError::NoAnswer);
                return Round::Finished;
            }
        };
        match refusal {
            PartRefusal::VersionTaken => {
                tracing::warn!(entity = %self.entity(cell.id), "another writer was faster; reading again");
                cell.published.store(None);
                Round::Again(undecided(draft))
            }
            PartRefusal::ClaimTaken(claim) => {
                let loser = draft.settled.iter().find(|settled| settled.claims.contains(&claim));
                if let Some(settled) = loser {
                    rounds.imposed.insert(settled.queued.envelope.command_id, E::claim_taken(&claim));
                }
                Round::Again(undecided(draft))
            }
            PartRefusal::CommandKnown(id) | PartRefusal::EffectApplied(id) => {
                self.answer_known(cell, draft, id).await
            }
            PartRefusal::ShardLost(shard) => {
                let cause = format!("shard {} was taken by another node", shard.number());
                cell.published.store(None);
                self.refuse_all(cell, undecided(draft), &AskError::Unavailable { cause });
                Round::Finished
            }
            PartRefusal::TooLarge { bytes } => {
                let mut left = undecided(draft);
                if left.len() > 1 {
                    rounds.alone = true;
                } else {
                    tracing::warn!(entity = %self.entity(cell.id), bytes, "a command is too large to store");
                    self.refuse_all(cell, std::mem::take(&mut left), &AskError::TooLarge);
                }
                Round::Again(left)
            }
        }
    }

    /// Answers a repeated command with its stored outcome; the others of the batch are decided again.
    async fn answer_known(&self, cell: &Arc<Cell<E>>, draft: Draft<E>, id: CommandId) -> Round<E> {
        let mut left = undecided(draft);
        let Some(at) = left.iter().position(|queued| queued.envelope.command_id == id) else {
            return Round::Again(left);
        };
        let queued = left.remove(at);
        let answer = match self.core.journal.outcome(&self.entity(cell.id), id).await {
            Ok(Some(record))
                if record.fingerprint != queued.fingerprint && queued.envelope.effect.is_none() =>
            {
                Err(AskError::KeyReused)
            }
            Ok(Some(record)) => match self.load(cell).await {
                Ok(now) => stored_answer::<E>(&record.outcome, record.seq, now.position),
                Err(error) => Err(AskError::Unavailable { cause: error.to_string() }),
            },
            Ok(None) => {
                Err(AskError::NotCommitted { cause: "done before; its outcome is no longer kept".to_owned() })
            }
            Err(error) => Err(AskError::Unavailable { cause: error.to_string() }),
        };
        self.answer(cell, Settled { queued, answer, claims: Vec::new() });
        Round::Again(left)
    }

    /// Counts the crash durably, tells its caller that nothing was committed, and keeps the rest of the queue.
    async fn crash(&self, cell: &Arc<Cell<E>>, crashed: Crashed<E>, rest: Vec<Queued<E>>) -> Worked {
        cell.inbox().put_back(rest);
        let Crashed { queued, context, version, cause } = crashed;
        let command_id = queued.envelope.command_id;
        let crash = Crash {
            entity: context.entity.clone(),
            command_id,
            seq: version,
            cause: cause.clone(),
            sealed_command: queued.command_json.clone(),
            context: serde_json::to_string(&context).unwrap_or_default(),
            at: context.now,
        };
        let quarantined = match self.core.journal.record_crash(&crash, QUARANTINE_AT).await {
            Ok(record) => record.quarantined,
            Err(error) => {
                tracing::error!(%error, entity = %crash.entity, "a crash could not be recorded");
                false
            }
        };
        tracing::error!(entity = %crash.entity, command.id = %command_id, %cause, quarantined, "a command crashed its entity");
        if quarantined {
            cell.inbox().quarantined.push(command_id);
        }
        let answer = Err(AskError::NotCommitted { cause: "the command crashed".to_owned() });
        self.answer(cell, Settled { queued, answer, claims: Vec::new() });
        Worked::Crashed(cause)
    }

    fn refuse_all(&self, cell: &Arc<Cell<E>>, commands: Vec<Queued<E>>, error: &AskError<E::Rejection>) {
        for queued in commands {
            self.answer(cell, Settled { queued, answer: Err(error.clone()), claims: Vec::new() });
        }
    }

    fn answer(&self, cell: &Arc<Cell<E>>, settled: Settled<E>) {
        let Settled { queued, answer, .. } = settled;
        cell.inbox().settled(queued.envelope.command_id);
        self.count(&queued, &answer);
        // The asker may be gone; the outcome is stored for its repeat.
        let _ = queued.reply.send(answer);
    }
}

/// All commands of a draft that was not stored, in order.
fn undecided<E: Entity>(draft: Draft<E>) -> Vec<Queued<E>> {
    let settled = draft.settled.into_iter().map(|settled| settled.queued);
    settled.chain(draft.crashed.map(|crashed| crashed.queued)).chain(draft.rest).collect()
}

/// `position` is where the entity is now: not before the command.
fn stored_answer<E: Entity>(outcome: &str, version: Version, position: u64) -> AskResult<E> {
    match serde_json::from_str::<Result<E::Reply, E::Rejection>>(outcome) {
        Ok(Ok(reply)) => Ok(Answer { reply, replayed: true, version, position }),
        Ok(Err(refusal)) => Err(AskError::Refused { refusal, replayed: true }),
        Err(error) => {
            Err(AskError::NotCommitted { cause: format!("stored outcome cannot be read: {error}") })
        }
    }
}

impl<E: Entity> Domain<E> {
    /// The committed state, read from the journal when it is not in memory.
    ///
    /// # Errors
    /// When the journal is away or what it holds cannot be replayed.
    pub(crate) async fn load(&self, cell: &Arc<Cell<E>>) -> Result<Arc<Committed<E>>, JournalError> {
        if let Some(committed) = cell.committed() {
            return Ok(committed);
        }
        // One load at a time per stripe, so that a slow one is not started twice and never overwrites a newer state.
        let _loading = self.load_lock(cell.id).lock().await;
        if let Some(committed) = cell.committed() {
            return Ok(committed);
        }
        if cell.uncertain.load(Ordering::Acquire) {
            self.settle_uncertainty(cell).await?;
        }
        let loaded = self.core.journal.load(&self.entity(cell.id)).await?;
        let quarantined = loaded.quarantined.clone();
        let entity = self.entity(cell.id);
        let mut committed = crate::directory::replay::<E>(&entity, loaded)?;
        if committed.position == 0 && committed.version.0 > 0 {
            // From a snapshot alone: it does not say where its last event is.
            let before = Version(committed.version.0 - 1);
            let last = self.core.journal.history(&entity, before, 1).await?;
            committed.position = last.first().map_or(0, |event| event.shard_seq);
        }
        let committed = Arc::new(committed);
        cell.inbox().quarantined = quarantined;
        cell.published.store(Some(Arc::clone(&committed)));
        Ok(committed)
    }

    /// Waits until the lane has passed whatever this cell sent it, and has others look for what was stored unseen.
    async fn settle_uncertainty(&self, cell: &Cell<E>) -> Result<(), JournalError> {
        let entity = self.entity(cell.id);
        let away = |cause: &str| JournalError::Unavailable(cause.to_owned());
        let epoch =
            self.core.shards.epoch(entity.shard()).ok_or_else(|| away("the shard lives elsewhere"))?;
        let nothing = Part::empty(entity.clone(), Version(0), epoch, self.core.clock.now());
        self.core.lanes.append(nothing).await.map_err(|error| away(&error.to_string()))?;
        self.core.dirty.mark(&entity);
        self.core.outbox.rescan();
        cell.uncertain.store(false, Ordering::Release);
        Ok(())
    }
}
