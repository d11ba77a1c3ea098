//! The journal port over memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use amazoff_supervisor::journal::{
    Claim, CommandRecord, Crash, CrashRecord, Journal, JournalError, LaneWriter, Loaded, OutboxKey,
    OutboxRow, Posting, Reminder, StoredEvent,
};
use amazoff_supervisor::{CommandId, EntityId, ShardId, Timestamp, Version};
use futures::future::{BoxFuture, ready};
use uuid::Uuid;

use super::append::MemoryLane;
use super::locked;
use super::tables::Tables;

/// The transactional truth in memory.
pub(super) struct MemoryJournal {
    tables: Arc<Mutex<Tables>>,
    lane_is_open: Arc<AtomicBool>,
}

type Answer<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

fn answer<'a, T: Send + 'a>(value: T) -> Answer<'a, T> {
    Box::pin(ready(Ok(value)))
}

impl MemoryJournal {
    /// The journal of a store.
    pub(super) fn over(tables: Arc<Mutex<Tables>>) -> Self {
        Self { tables, lane_is_open: Arc::default() }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        locked(&self.tables)
    }
}

impl Journal for MemoryJournal {
    fn lanes(&self) -> u16 {
        1
    }

    fn lane(&self, lane: u16) -> BoxFuture<'_, Result<Box<dyn LaneWriter>, JournalError>> {
        if lane != 0 || self.lane_is_open.swap(true, Ordering::SeqCst) {
            let reason = format!("lane {lane} does not exist or already has a writer");
            return Box::pin(ready(Err(JournalError::Unavailable(reason))));
        }
        answer(Box::new(MemoryLane::opened(Arc::clone(&self.tables), Arc::clone(&self.lane_is_open))))
    }

    fn load<'a>(&'a self, entity: &'a EntityId) -> Answer<'a, Loaded> {
        let tables = self.tables();
        let head = tables.head(entity);
        let snapshots = (entity.clone(), Version(0))..=(entity.clone(), head);
        let newest = tables.snapshots.range(snapshots).next_back();
        let snapshot = newest.map(|((_, seq), state)| (*seq, state.clone()));
        let since = snapshot.as_ref().map_or(Version(0), |(seq, _)| *seq);
        let quarantined = tables.crashes.values().filter(|record| record.quarantined);
        let quarantined = quarantined.filter(|record| record.crash.entity == *entity);
        answer(Loaded {
            snapshot,
            events: events_after(&tables, entity, since).cloned().collect(),
            quarantined: quarantined.map(|record| record.crash.command_id).collect(),
        })
    }

    fn history<'a>(
        &'a self,
        entity: &'a EntityId,
        after: Version,
        limit: usize,
    ) -> Answer<'a, Vec<StoredEvent>> {
        answer(events_after(&self.tables(), entity, after).take(limit).cloned().collect())
    }

    fn outcome<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> Answer<'a, Option<CommandRecord>> {
        answer(self.tables().commands.get(&(entity.clone(), command_id)).cloned())
    }

    fn claimed_by<'a>(&'a self, claim: &'a Claim) -> Answer<'a, Option<EntityId>> {
        answer(self.tables().claims.get(claim).cloned())
    }

    fn tail(&self, shard: ShardId, after: u64, limit: usize) -> Answer<'_, Vec<StoredEvent>> {
        let tables = self.tables();
        let later = tables.shards.range((shard, after.saturating_add(1))..);
        let keys = later.take_while(|((of, _), _)| *of == shard);
        answer(keys.filter_map(|(_, key)| tables.journal.get(key)).take(limit).cloned().collect())
    }

    fn heads(&self) -> Answer<'_, Vec<(ShardId, u64)>> {
        let heads: BTreeMap<ShardId, u64> = self.tables().shards.keys().copied().collect();
        answer(heads.into_iter().collect())
    }

    fn outbox<'a>(&'a self, after: Option<&'a OutboxKey>, limit: usize) -> Answer<'a, Vec<OutboxRow>> {
        let tables = self.tables();
        let rows = tables.outbox.values().filter(|row| after.is_none_or(|after| row.key > *after));
        answer(rows.take(limit).cloned().collect())
    }

    fn outbox_failed<'a>(&'a self, key: &'a OutboxKey, attempts: u32, next_at: Timestamp) -> Answer<'a, ()> {
        if let Some(row) = self.tables().outbox.get_mut(key) {
            row.attempts = attempts;
            row.next_at = next_at;
        }
        answer(())
    }

    fn reminders_due(&self, now: Timestamp, limit: usize) -> Answer<'_, Vec<Reminder>> {
        let tables = self.tables();
        let due = tables.reminders.iter().filter(|(_, due_at)| **due_at <= now);
        let mut due: Vec<_> = due
            .map(|((entity, name), due_at)| Reminder {
                entity: entity.clone(),
                name: name.clone(),
                due_at: *due_at,
            })
            .collect();
        due.sort_by_key(|reminder| reminder.due_at);
        due.truncate(limit);
        answer(due)
    }

    fn record_crash<'a>(&'a self, crash: &'a Crash, quarantine_at: u32) -> Answer<'a, CrashRecord> {
        let mut tables = self.tables();
        let key = (crash.entity.clone(), crash.command_id);
        let before = tables.crashes.get(&key);
        let attempts = before.map_or(0, |record| record.attempts) + 1;
        let quarantined = attempts >= quarantine_at || before.is_some_and(|record| record.quarantined);
        let record = CrashRecord { crash: crash.clone(), attempts, quarantined };
        tables.crashes.insert(key, record.clone());
        answer(record)
    }

    fn crashes(&self, limit: usize) -> Answer<'_, Vec<CrashRecord>> {
        let mut crashes: Vec<_> = self.tables().crashes.values().cloned().collect();
        crashes.sort_by_key(|record| std::cmp::Reverse(record.crash.at));
        crashes.truncate(limit);
        answer(crashes)
    }

    fn forget_commands(&self, now: Timestamp) -> Answer<'_, u64> {
        let mut tables = self.tables();
        let before = tables.commands.len();
        tables.commands.retain(|_, record| record.expires_at >= now);
        answer(u64::try_from(before - tables.commands.len()).unwrap_or(u64::MAX))
    }

    fn save_snapshot<'a>(
        &'a self,
        entity: &'a EntityId,
        seq: Version,
        state: &'a str,
        keep: u32,
    ) -> Answer<'a, ()> {
        let mut tables = self.tables();
        tables.snapshots.insert((entity.clone(), seq), state.to_owned());
        let all = (entity.clone(), Version(0))..=(entity.clone(), Version(u64::MAX));
        let newest_first = tables.snapshots.range(all).rev().map(|(key, _)| key.clone());
        let outdated: Vec<_> = newest_first.skip(usize::try_from(keep).unwrap_or(usize::MAX)).collect();
        for key in outdated {
            tables.snapshots.remove(&key);
        }
        answer(())
    }

    fn balances(&self) -> Answer<'_, Vec<Posting>> {
        let tables = self.tables();
        let balances = tables.balances.iter().map(|((account, asset), amount)| Posting {
            account: account.clone(),
            asset: asset.clone(),
            amount: *amount,
        });
        answer(balances.collect())
    }

    fn entities<'a>(&'a self, kind: &'a str, after: Option<Uuid>, limit: usize) -> Answer<'a, Vec<Uuid>> {
        let tables = self.tables();
        let first = tables.journal.keys().filter(|(of, seq)| of.kind.as_str() == kind && *seq == Version(1));
        let ids = first.map(|(of, _)| of.id).filter(|id| after.is_none_or(|after| *id > after));
        answer(ids.take(limit).collect())
    }
}

fn events_after<'t>(
    tables: &'t Tables,
    entity: &EntityId,
    after: Version,
) -> impl Iterator<Item = &'t StoredEvent> {
    let start = (entity.clone(), Version(after.0.saturating_add(1)));
    let entity = entity.clone();
    tables.journal.range(start..).map(|(_, event)| event).take_while(move |event| event.entity == entity)
}
