//! Storing parts in memory, by the same rules and in the same order as a database.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use amazoff_supervisor::journal::{
    JournalError, LaneWriter, Part, PartRefusal, Stored, StoredEvent, Verdicts,
};
use amazoff_supervisor::{EntityId, Version};
use futures::future::BoxFuture;

use super::locked;
use super::tables::Tables;
use crate::bugs::Bugs;
use crate::rules::{self, ReminderPlan};

/// How an append of a [`crate::MemoryStore`] is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendFailure {
    /// Nothing is stored, and the writer says so.
    Unavailable,
    /// Nothing is stored, but the writer does not know.
    LostBefore,
    /// Everything is stored, but the writer does not know.
    LostAfter,
}

/// The open writer of the lane.
pub(super) struct MemoryLane {
    tables: Arc<Mutex<Tables>>,
    is_open: Arc<AtomicBool>,
    bugs: Bugs,
}

impl MemoryLane {
    /// A writer that clears `is_open` when it is dropped.
    pub(super) fn opened(tables: Arc<Mutex<Tables>>, is_open: Arc<AtomicBool>) -> Self {
        Self { tables, is_open, bugs: Bugs::planted() }
    }
}

impl Drop for MemoryLane {
    fn drop(&mut self) {
        self.is_open.store(false, Ordering::SeqCst);
    }
}

impl LaneWriter for MemoryLane {
    fn append<'a>(&'a mut self, parts: &'a [Part]) -> BoxFuture<'a, Result<Verdicts, JournalError>> {
        Box::pin(async move {
            let mut tables = locked(&self.tables);
            let failure = tables.failures.pop_front();
            match failure {
                Some(AppendFailure::Unavailable) => {
                    return Err(JournalError::Unavailable("as told".to_owned()));
                }
                Some(AppendFailure::LostBefore) => {
                    return Err(JournalError::OutcomeUnknown("as told".to_owned()));
                }
                Some(AppendFailure::LostAfter) | None => {}
            }
            let verdicts = parts.iter().map(|part| {
                let after = judge(&tables, part, self.bugs)?;
                store(&mut tables, part, after);
                Ok(Stored { shard_seq: tables.shard_head(part.shard()) })
            });
            let verdicts = verdicts.collect();
            match failure {
                Some(_) => Err(JournalError::OutcomeUnknown("as told".to_owned())),
                None => Ok(verdicts),
            }
        })
    }
}

/// The version after which the part's events go, or why it is refused.
fn judge(tables: &Tables, part: &Part, bugs: Bugs) -> Result<Version, PartRefusal> {
    if let Some(refusal) = rules::refused_by_itself(part, bugs) {
        return Err(refusal);
    }
    if tables.nodes.nobody_owns() || tables.epochs.get(&part.shard()) != Some(&part.epoch) {
        return Err(PartRefusal::ShardLost(part.shard()));
    }
    let head = tables.head(&part.entity);
    if !bugs.no_version_check {
        let outdated = !part.events.is_empty() && head != part.seen;
        if outdated || part.outbox.iter().any(|row| tables.outbox.contains_key(&row.key)) {
            return Err(PartRefusal::VersionTaken);
        }
    }
    if !bugs.no_dedupe {
        let known = |id| tables.commands.contains_key(&(part.entity.clone(), id));
        if let Some(record) = part.commands.iter().find(|record| known(record.command_id)) {
            return Err(PartRefusal::CommandKnown(record.command_id));
        }
        for mark in &part.marks {
            let stored = tables.marks.get(&(part.entity.clone(), mark.sender.clone()));
            if stored.is_some_and(|high_water| *high_water >= mark.high_water) {
                return Err(PartRefusal::EffectApplied(mark.command_id));
            }
        }
    }
    if !bugs.claim_not_unique {
        let others = |owner: &EntityId| *owner != part.entity;
        for claim in rules::claim_plan(&part.claims).takes {
            if tables.claims.get(claim).is_some_and(others) {
                return Err(PartRefusal::ClaimTaken(claim.clone()));
            }
        }
    }
    Ok(if bugs.no_version_check { head } else { part.seen })
}

pub(super) fn store(tables: &mut Tables, part: &Part, after: Version) {
    let entity = &part.entity;
    let shard = part.shard();
    let head = tables.shard_head(shard);
    for (offset, event) in (1..).zip(&part.events) {
        let (seq, shard_seq) = (Version(after.0 + offset), head + offset);
        let stored = StoredEvent {
            entity: entity.clone(),
            seq,
            shard,
            shard_seq,
            epoch: part.epoch,
            at: part.at,
            event: event.clone(),
        };
        tables.journal.insert((entity.clone(), seq), stored);
        tables.shards.insert((shard, shard_seq), (entity.clone(), seq));
    }
    for record in &part.commands {
        tables.commands.insert((entity.clone(), record.command_id), record.clone());
    }
    for mark in &part.marks {
        tables.marks.insert((entity.clone(), mark.sender.clone()), mark.high_water);
    }
    let claims = rules::claim_plan(&part.claims);
    for claim in claims.takes {
        tables.claims.insert(claim.clone(), entity.clone());
    }
    for claim in claims.releases {
        if tables.claims.get(claim) == Some(entity) {
            tables.claims.remove(claim);
        }
    }
    for row in &part.outbox {
        tables.outbox.insert(row.key.clone(), row.clone());
    }
    for key in &part.outbox_done {
        tables.outbox.remove(key);
    }
    for (name, plan) in rules::reminder_plan(&part.reminders) {
        let key = (entity.clone(), name.to_owned());
        match plan {
            ReminderPlan::Set(due_at) => {
                tables.reminders.insert(key, (due_at, rules::version_after(part, after)));
            }
            ReminderPlan::Clear => {
                tables.reminders.remove(&key);
            }
            ReminderPlan::Lapse(times) => {
                if tables.reminders.get(&key).is_some_and(|(due_at, _)| times.contains(due_at)) {
                    tables.reminders.remove(&key);
                }
            }
        }
    }
    for posting in &part.postings {
        let balance = tables.balances.entry((posting.account.clone(), posting.asset.clone())).or_default();
        *balance += posting.amount;
        tables.postings.push((entity.clone(), rules::version_after(part, after), posting.clone()));
    }
}
