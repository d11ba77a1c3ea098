//! The journal port over memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use amazoff_supervisor::journal::{
    Claim, CommandRecord, Crash, CrashFilter, CrashPosition, CrashRecord, EventPosition, FailedDelivery,
    Journal, JournalError, LaneWriter, Loaded, OutboxKey, OutboxRow, Posting, Reminder, StoredEvent,
};
use amazoff_supervisor::{CommandId, EntityId, ShardId, Timestamp, Version};
use futures::future::{BoxFuture, ready};
use uuid::Uuid;

use super::append::MemoryLane;
use super::tables::Tables;
use super::{locked, waiting};

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

    fn correlated<'a>(
        &'a self,
        correlation: CommandId,
        after: Option<&'a EventPosition>,
        limit: usize,
    ) -> Answer<'a, Vec<StoredEvent>> {
        let tables = self.tables();
        let mut events: Vec<_> = tables
            .journal
            .values()
            .filter(|stored| stored.event.correlation == correlation)
            .filter(|stored| after.is_none_or(|after| stored.position() > *after))
            .collect();
        events.sort_by_key(|stored| stored.position());
        answer(events.into_iter().take(limit).cloned().collect())
    }

    fn heads(&self) -> Answer<'_, Vec<(ShardId, u64)>> {
        let heads: BTreeMap<ShardId, u64> = self.tables().shards.keys().copied().collect();
        answer(heads.into_iter().collect())
    }

    fn outbox<'a>(&'a self, after: Option<&'a OutboxKey>, limit: usize) -> Answer<'a, Vec<OutboxRow>> {
        answer(waiting::page(&self.tables().outbox, after, limit, |_| true))
    }

    fn effect<'a>(&'a self, key: &'a OutboxKey) -> Answer<'a, Option<OutboxRow>> {
        answer(self.tables().outbox.get(key).cloned())
    }

    fn outbox_failed<'a>(&'a self, key: &'a OutboxKey, failure: &'a FailedDelivery) -> Answer<'a, ()> {
        self.tables().outbox_failed(key, failure);
        answer(())
    }

    fn dead_letters<'a>(&'a self, after: Option<&'a OutboxKey>, limit: usize) -> Answer<'a, Vec<OutboxRow>> {
        answer(waiting::page(&self.tables().outbox, after, limit, |row| row.dead_since.is_some()))
    }

    fn outbox_retry<'a>(&'a self, key: &'a OutboxKey, now: Timestamp) -> Answer<'a, Option<OutboxRow>> {
        answer(self.tables().outbox_retry(key, now))
    }

    fn outbox_discard<'a>(&'a self, key: &'a OutboxKey, _now: Timestamp) -> Answer<'a, Option<OutboxRow>> {
        answer(self.tables().outbox_discard(key))
    }

    fn discarded<'a>(&'a self, after: Option<&'a OutboxKey>, limit: usize) -> Answer<'a, Vec<OutboxRow>> {
        answer(waiting::page(&self.tables().discarded, after, limit, |_| true))
    }

    fn reminders_due<'a>(&'a self, kind: &'a str, now: Timestamp, limit: usize) -> Answer<'a, Vec<Reminder>> {
        answer(self.tables().reminders_due(kind, now, limit))
    }

    fn record_crash<'a>(&'a self, crash: &'a Crash, quarantine_at: u32) -> Answer<'a, CrashRecord> {
        answer(self.tables().record_crash(crash, quarantine_at))
    }

    fn crashes<'a>(
        &'a self,
        filter: CrashFilter,
        after: Option<&'a CrashPosition>,
        limit: usize,
    ) -> Answer<'a, Vec<CrashRecord>> {
        answer(self.tables().crashes(filter, after, limit))
    }

    fn crash<'a>(&'a self, entity: &'a EntityId, command_id: CommandId) -> Answer<'a, Option<CrashRecord>> {
        answer(self.tables().crashes.get(&(entity.clone(), command_id)).cloned())
    }

    fn release<'a>(&'a self, entity: &'a EntityId, command_id: CommandId) -> Answer<'a, Option<CrashRecord>> {
        answer(self.tables().decide_crash(entity, command_id, |record| {
            (record.attempts, record.quarantined, record.dismissed) = (0, false, false);
        }))
    }

    fn dismiss<'a>(&'a self, entity: &'a EntityId, command_id: CommandId) -> Answer<'a, Option<CrashRecord>> {
        answer(self.tables().decide_crash(entity, command_id, |record| {
            (record.quarantined, record.dismissed) = (true, true);
        }))
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
