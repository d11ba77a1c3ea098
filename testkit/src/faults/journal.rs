//! The journal, with trouble.

use std::sync::Arc;

use amazoff_supervisor::journal::{
    Claim, CommandRecord, Crash, CrashFilter, CrashPosition, CrashRecord, EventPosition, FailedDelivery,
    Journal, JournalError, LaneWriter, Loaded, OutboxKey, OutboxRow, Posting, Reminder, StoredEvent,
};
use amazoff_supervisor::{CommandId, EntityId, ShardId, Timestamp, Version};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::lane::FaultyLane;
use super::{FaultPlan, Kind, Power, Trace};

/// Wraps a journal: what the plan says goes wrong, everything committed is traced, and without power nothing answers.
pub struct FaultyJournal {
    inner: Arc<dyn Journal>,
    plan: FaultPlan,
    power: Power,
    trace: Option<Trace>,
}

type Answer<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

impl FaultyJournal {
    /// A journal that fails as planned.
    pub fn new(inner: Arc<dyn Journal>, plan: FaultPlan) -> Self {
        Self { inner, plan, power: Power::on(), trace: None }
    }
    /// The same on a machine that may lose its power.
    #[must_use]
    pub fn powered(self, power: Power) -> Self {
        Self { power, ..self }
    }
    /// The same, recording what is committed.
    #[must_use]
    pub fn traced(self, trace: Trace) -> Self {
        Self { trace: Some(trace), ..self }
    }

    /// Asks the journal something, unless that fails; `panics` is what may happen besides.
    async fn ask<'a, T>(
        &'a self,
        (fails, panics): (Kind, Option<Kind>),
        ask: impl FnOnce() -> Answer<'a, T> + Send + 'a,
    ) -> Result<T, JournalError> {
        self.power.flows().await;
        let kinds = [fails, Kind::ReadStalled, panics.unwrap_or(fails)];
        let kinds = if panics.is_some() { &kinds[..] } else { &kinds[..2] };
        match self.plan.next(kinds) {
            Some(Kind::ReadStalled) => tokio::time::sleep(self.plan.pause()).await,
            Some(kind) if kind == fails => return Err(JournalError::Unavailable("as planned".to_owned())),
            Some(kind) => panic!("{kind:?}, as planned"),
            None => {}
        }
        self.power.flows().await;
        let answer = ask().await;
        self.power.flows().await;
        answer
    }
}

const READ: (Kind, Option<Kind>) = (Kind::ReadFailed, None);
const NOTE: (Kind, Option<Kind>) = (Kind::NoteFailed, None);

impl Journal for FaultyJournal {
    fn lanes(&self) -> u16 {
        self.inner.lanes()
    }

    fn lane(&self, lane: u16) -> Answer<'_, Box<dyn LaneWriter>> {
        Box::pin(async move {
            self.power.flows().await;
            let writer = self.inner.lane(lane).await?;
            let (plan, power, trace) = (self.plan.clone(), self.power.clone(), self.trace.clone());
            let place = power.keep(writer);
            let lane: Box<dyn LaneWriter> = Box::new(FaultyLane { plan, power, trace, place });
            Ok(lane)
        })
    }

    fn load<'a>(&'a self, entity: &'a EntityId) -> Answer<'a, Loaded> {
        Box::pin(self.ask((Kind::LoadFailed, None), move || self.inner.load(entity)))
    }

    fn history<'a>(
        &'a self,
        entity: &'a EntityId,
        after: Version,
        limit: usize,
    ) -> Answer<'a, Vec<StoredEvent>> {
        Box::pin(self.ask(READ, move || self.inner.history(entity, after, limit)))
    }

    fn outcome<'a>(&'a self, entity: &'a EntityId, id: CommandId) -> Answer<'a, Option<CommandRecord>> {
        Box::pin(self.ask(READ, move || self.inner.outcome(entity, id)))
    }

    fn claimed_by<'a>(&'a self, claim: &'a Claim) -> Answer<'a, Option<EntityId>> {
        Box::pin(self.ask(READ, move || self.inner.claimed_by(claim)))
    }

    fn tail(&self, shard: ShardId, after: u64, limit: usize) -> Answer<'_, Vec<StoredEvent>> {
        Box::pin(self.ask(READ, move || self.inner.tail(shard, after, limit)))
    }

    fn correlated<'a>(
        &'a self,
        correlation: CommandId,
        after: Option<&'a EventPosition>,
        limit: usize,
    ) -> Answer<'a, Vec<StoredEvent>> {
        Box::pin(self.ask(READ, move || self.inner.correlated(correlation, after, limit)))
    }

    fn heads(&self) -> Answer<'_, Vec<(ShardId, u64)>> {
        Box::pin(self.ask(READ, move || self.inner.heads()))
    }

    fn outbox<'a>(&'a self, after: Option<&'a OutboxKey>, limit: usize) -> Answer<'a, Vec<OutboxRow>> {
        let kinds = (Kind::OutboxReadFailed, Some(Kind::OutboxReadPanics));
        Box::pin(self.ask(kinds, move || self.inner.outbox(after, limit)))
    }

    fn effect<'a>(&'a self, key: &'a OutboxKey) -> Answer<'a, Option<OutboxRow>> {
        Box::pin(self.ask(READ, move || self.inner.effect(key)))
    }

    fn outbox_failed<'a>(&'a self, key: &'a OutboxKey, failure: &'a FailedDelivery) -> Answer<'a, ()> {
        Box::pin(self.ask(NOTE, move || self.inner.outbox_failed(key, failure)))
    }

    fn dead_letters<'a>(&'a self, after: Option<&'a OutboxKey>, limit: usize) -> Answer<'a, Vec<OutboxRow>> {
        Box::pin(self.ask(READ, move || self.inner.dead_letters(after, limit)))
    }

    fn outbox_retry<'a>(&'a self, key: &'a OutboxKey, now: Timestamp) -> Answer<'a, Option<OutboxRow>> {
        Box::pin(self.ask(NOTE, move || self.inner.outbox_retry(key, now)))
    }

    fn outbox_discard<'a>(&'a self, key: &'a OutboxKey, now: Timestamp) -> Answer<'a, Option<OutboxRow>> {
        Box::pin(self.ask(NOTE, move || self.inner.outbox_discard(key, now)))
    }

    fn discarded<'a>(&'a self, after: Option<&'a OutboxKey>, limit: usize) -> Answer<'a, Vec<OutboxRow>> {
        Box::pin(self.ask(READ, move || self.inner.discarded(after, limit)))
    }

    fn reminders_due<'a>(&'a self, kind: &'a str, now: Timestamp, limit: usize) -> Answer<'a, Vec<Reminder>> {
        let kinds = (Kind::ReminderReadFailed, Some(Kind::ReminderReadPanics));
        Box::pin(self.ask(kinds, move || self.inner.reminders_due(kind, now, limit)))
    }

    fn record_crash<'a>(&'a self, crash: &'a Crash, quarantine_at: u32) -> Answer<'a, CrashRecord> {
        Box::pin(self.ask(NOTE, move || self.inner.record_crash(crash, quarantine_at)))
    }

    fn crashes<'a>(
        &'a self,
        filter: CrashFilter,
        after: Option<&'a CrashPosition>,
        limit: usize,
    ) -> Answer<'a, Vec<CrashRecord>> {
        Box::pin(self.ask(READ, move || self.inner.crashes(filter, after, limit)))
    }

    fn crash<'a>(&'a self, entity: &'a EntityId, id: CommandId) -> Answer<'a, Option<CrashRecord>> {
        Box::pin(self.ask(READ, move || self.inner.crash(entity, id)))
    }

    fn release<'a>(&'a self, entity: &'a EntityId, id: CommandId) -> Answer<'a, Option<CrashRecord>> {
        Box::pin(self.ask(NOTE, move || self.inner.release(entity, id)))
    }

    fn dismiss<'a>(&'a self, entity: &'a EntityId, id: CommandId) -> Answer<'a, Option<CrashRecord>> {
        Box::pin(self.ask(NOTE, move || self.inner.dismiss(entity, id)))
    }

    fn forget_commands(&self, now: Timestamp) -> Answer<'_, u64> {
        Box::pin(self.ask(NOTE, move || self.inner.forget_commands(now)))
    }

    fn save_snapshot<'a>(
        &'a self,
        entity: &'a EntityId,
        seq: Version,
        state: &'a str,
        keep: u32,
    ) -> Answer<'a, ()> {
        Box::pin(self.ask(NOTE, move || self.inner.save_snapshot(entity, seq, state, keep)))
    }

    fn balances(&self) -> Answer<'_, Vec<Posting>> {
        Box::pin(self.ask(READ, move || self.inner.balances()))
    }

    fn entities<'a>(&'a self, kind: &'a str, after: Option<Uuid>, limit: usize) -> Answer<'a, Vec<Uuid>> {
        Box::pin(self.ask(READ, move || self.inner.entities(kind, after, limit)))
    }
}
