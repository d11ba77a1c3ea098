//! What happens to a batch that is not stored, and to a command that crashed its entity.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::batch::{Crashed, Defect, Draft, Settled};
use super::commit::Worked;
use super::{AskResult, Cell, Queued};
use crate::ask::{ANY_CONTENT, Answer, AskError};
use crate::directory::Domain;
use crate::entity::Entity;
use crate::ids::{CommandId, Version};
use crate::journal::{Crash, JournalError, PartRefusal};
use crate::lane::AppendError;

/// A command that crashed its entity so often is not run again.
const QUARANTINE_AT: u32 = 2;
/// How often a batch is tried again whose commit's outcome is unknown, and the first pause, which doubles.
const UNKNOWN_MAX: u32 = 6;
const UNKNOWN_PAUSE: Duration = Duration::from_millis(5);

/// What follows from one attempt to commit.
pub(super) enum Round<E: Entity> {
    Finished,
    Crashed(Box<Crashed<E>>, Vec<Queued<E>>),
    Again(Vec<Queued<E>>),
}

/// The state that a batch carries from round to round.
pub(super) struct Rounds<E: Entity> {
    /// Refusals that a commit before imposed (a claim was taken).
    pub(super) imposed: HashMap<CommandId, E::Rejection>,
    /// Commit one command at a time, to find the one that is too large.
    pub(super) alone: bool,
    /// A commit of this batch may have happened unseen: nobody is told "nothing happened" any more.
    pub(super) uncertain: bool,
    /// How often the outcome was unknown.
    pub(super) unknown: u32,
}

impl<E: Entity> Domain<E> {
    pub(super) async fn not_stored(
        &self,
        cell: &Arc<Cell<E>>,
        draft: Draft<E>,
        error: AppendError,
        rounds: &mut Rounds<E>,
    ) -> Round<E> {
        let refusal = match error {
            AppendError::Refused(refusal) => refusal,
            AppendError::Unavailable(cause) => {
                self.refuse_batch(cell, undecided(draft), AskError::Unavailable { cause }, rounds);
                return Round::Finished;
            }
            AppendError::OutcomeUnknown(cause) => {
                let error = JournalError::OutcomeUnknown(cause);
                return self.unknown(cell, undecided(draft), rounds, &error).await;
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
                self.answer_known(cell, draft, id, !rounds.uncertain).await
            }
            PartRefusal::ShardLost(shard) => {
                let cause = format!("shard {} was taken by another node", shard.number());
                cell.published.store(None);
                self.refuse_batch(cell, undecided(draft), AskError::Unavailable { cause }, rounds);
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

    /// The batch may be stored or not. It is decided again on what the journal says then: what was stored is found by its
    /// command ids, what was not is committed now. Only when that keeps failing are the callers told.
    pub(super) async fn unknown(
        &self,
        cell: &Arc<Cell<E>>,
        batch: Vec<Queued<E>>,
        rounds: &mut Rounds<E>,
        error: &JournalError,
    ) -> Round<E> {
        cell.distrust();
        rounds.uncertain = true;
        rounds.unknown += 1;
        if rounds.unknown > UNKNOWN_MAX {
            tracing::error!(entity = %self.entity(cell.id), %error, "the outcome of a commit stays unknown");
            self.refuse_all(cell, batch, &AskError::NoAnswer);
            return Round::Finished;
        }
        tracing::warn!(entity = %self.entity(cell.id), %error, times = rounds.unknown, "looking what was stored");
        tokio::time::sleep(UNKNOWN_PAUSE * (1 << rounds.unknown)).await;
        Round::Again(batch)
    }

    /// Answers a repeated command with its stored outcome; the others of the batch are decided again. After an unknown
    /// outcome it is no repeat but the first answer.
    async fn answer_known(
        &self,
        cell: &Arc<Cell<E>>,
        draft: Draft<E>,
        id: CommandId,
        replayed: bool,
    ) -> Round<E> {
        let mut left = undecided(draft);
        let Some(at) = left.iter().position(|queued| queued.envelope.command_id == id) else {
            return Round::Again(left);
        };
        let queued = left.remove(at);
        let answer = match self.core.journal.outcome(&self.entity(cell.id), id).await {
            Ok(Some(record))
                if ![queued.fingerprint, ANY_CONTENT].contains(&record.fingerprint)
                    && queued.envelope.effect.is_none() =>
            {
                Err(AskError::KeyReused)
            }
            Ok(Some(record)) => match self.load(cell).await {
                Ok(now) => stored_answer::<E>(&record.outcome, replayed, (record.seq, now.position)),
                Err(error) => Err(self.unread(cell, &error)),
            },
            Ok(None) => Err(AskError::AnswerLost { cause: "it is kept for a while only".to_owned() }),
            Err(error) => Err(self.unread(cell, &error)),
        };
        self.answer(cell, Settled { queued, answer, claims: Vec::new() });
        Round::Again(left)
    }

    /// It did happen, so nobody is told that it did not.
    fn unread(&self, cell: &Cell<E>, error: &JournalError) -> AskError<E::Rejection> {
        tracing::warn!(entity = %self.entity(cell.id), %error, "a stored outcome cannot be read");
        AskError::NoAnswer
    }

    /// Counts the crash durably, tells its caller that nothing was committed (unless an earlier commit of the batch may
    /// have happened unseen), and keeps the rest of the queue.
    pub(super) async fn crash(
        &self,
        cell: &Arc<Cell<E>>,
        crashed: Crashed<E>,
        rest: Vec<Queued<E>>,
        uncertain: bool,
    ) -> Worked {
        cell.inbox().put_back(rest);
        let Crashed { queued, context, version, defect: Defect { cause, breaks_books } } = crashed;
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
        if breaks_books {
            self.suspend(cell, &crash).await;
        }
        let quarantine_at = if breaks_books { 1 } else { QUARANTINE_AT };
        let quarantined = self.keep(cell, &crash, quarantine_at).await;
        tracing::error!(entity = %crash.entity, command.id = %command_id, %cause, quarantined, "a command crashed its entity");
        let answer = Err(if uncertain {
            AskError::NoAnswer
        } else {
            AskError::NotCommitted { cause: "the command crashed".to_owned() }
        });
        self.answer(cell, Settled { queued, answer, claims: Vec::new() });
        Worked::Crashed(cause)
    }

    /// Records a crash; true when its command is not run again.
    async fn keep(&self, cell: &Cell<E>, crash: &Crash, quarantine_at: u32) -> bool {
        let quarantined = match self.core.journal.record_crash(crash, quarantine_at).await {
            Ok(record) => record.quarantined,
            Err(error) => {
                tracing::error!(%error, entity = %crash.entity, "a crash could not be recorded");
                false
            }
        };
        if quarantined {
            cell.inbox().quarantined.push(crash.command_id);
        }
        quarantined
    }

    /// Refuses every command of an entity that would have broken the books, until a person has looked. Reads go on.
    async fn suspend(&self, cell: &Cell<E>, crash: &Crash) {
        self.meter.suspended.fetch_add(1, Ordering::Relaxed);
        let (entity, cause) = (&crash.entity, &crash.cause);
        tracing::error!(%entity, %cause, "{entity} is suspended: it would have broken the books");
        let every = Crash { command_id: CommandId::EVERY, ..crash.clone() };
        if !self.keep(cell, &every, 1).await {
            // At least as long as it lives here.
            cell.inbox().quarantined.push(CommandId::EVERY);
        }
    }

    /// Tells commands of a batch that they were not done, unless that is not certain.
    pub(super) fn refuse_batch(
        &self,
        cell: &Arc<Cell<E>>,
        commands: Vec<Queued<E>>,
        error: AskError<E::Rejection>,
        rounds: &Rounds<E>,
    ) {
        let error = if rounds.uncertain { AskError::NoAnswer } else { error };
        self.refuse_all(cell, commands, &error);
    }

    pub(super) fn refuse_all(
        &self,
        cell: &Arc<Cell<E>>,
        commands: Vec<Queued<E>>,
        error: &AskError<E::Rejection>,
    ) {
        for queued in commands {
            self.answer(cell, Settled { queued, answer: Err(error.clone()), claims: Vec::new() });
        }
    }

    pub(super) fn answer(&self, cell: &Arc<Cell<E>>, settled: Settled<E>) {
        let Settled { queued, answer, .. } = settled;
        let latency = queued.admitted.since().elapsed();
        cell.inbox().settled(queued.envelope.command_id, latency);
        self.meter.answered::<E>(latency, &answer);
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
fn stored_answer<E: Entity>(
    outcome: &str,
    replayed: bool,
    (version, position): (Version, u64),
) -> AskResult<E> {
    match serde_json::from_str::<Result<E::Reply, E::Rejection>>(outcome) {
        Ok(Ok(reply)) => Ok(Answer { reply, replayed, version, position }),
        Ok(Err(refusal)) => Err(AskError::Refused { refusal, replayed }),
        Err(error) => {
            Err(AskError::AnswerLost { cause: format!("the stored outcome cannot be read: {error}") })
        }
    }
}
