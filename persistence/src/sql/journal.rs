//! The journal port: each method goes to the file that knows its table.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amazoff_supervisor::journal::{
    Claim, CommandRecord, Crash, CrashFilter, CrashPosition, CrashRecord, EventPosition, FailedDelivery,
    Journal, JournalError, LaneWriter, Loaded, OutboxKey, OutboxRow, Posting, Reminder, StoredEvent,
};
use amazoff_supervisor::{CommandId, EntityId, ShardId, Timestamp, Version};
use futures::future::BoxFuture;
use tokio::sync::{Mutex, mpsc};
use uuid::Uuid;

use super::database::Database;
use super::dialect::Dialect;
use super::lane::SqlLane;
use super::load;
use super::{crashes, outbox, reading, snapshots};

/// The journal in a database.
pub(crate) struct SqlJournal<D: Dialect> {
    database: Arc<Database<D>>,
    lanes: Vec<LaneState>,
}

/// What is known about a lane.
#[derive(Default)]
struct LaneState {
    is_open: Arc<AtomicBool>,
    /// Ends with the last append of the newest writer. An append outlives a writer that is dropped, and a new one must not
    /// overtake it: whoever asks what became of a part would be told too early.
    before: Mutex<Option<mpsc::Receiver<Infallible>>>,
}

impl<D: Dialect> SqlJournal<D> {
    /// The journal of an open database.
    pub(crate) fn over(database: Arc<Database<D>>) -> Self {
        let lanes = (0..database.lanes()).map(|_| LaneState::default()).collect();
        Self { database, lanes }
    }

    async fn open_lane(&self, lane: u16) -> Result<Box<dyn LaneWriter>, JournalError> {
        let number = usize::from(lane);
        let (Some(state), Some(turns)) = (self.lanes.get(number), self.database.lane(number)) else {
            return Err(JournalError::Unavailable(format!("there is no lane {lane}")));
        };
        if state.is_open.swap(true, Ordering::SeqCst) {
            return Err(JournalError::Unavailable(format!("lane {lane} already has a writer")));
        }
        // Made before the wait, so that the lane is free again should nobody wait to the end.
        let (running, ended) = mpsc::channel(1);
        let writer = SqlLane::opened((turns, self.database.place()), Arc::clone(&state.is_open), running);
        let mut before = state.before.lock().await;
        if let Some(appends) = &mut *before {
            let _ended: Option<Infallible> = appends.recv().await;
        }
        *before = Some(ended);
        Ok(Box::new(writer))
    }
}

impl<D: Dialect> SqlJournal<D> {
    /// Waits until no commit to the entity's shard can still come that was given up; see [`Turns::settled`].
    ///
    /// [`Turns::settled`]: super::turns::Turns::settled
    async fn settled(&self, entity: &EntityId) -> Result<(), JournalError> {
        match self.database.lane(usize::from(entity.shard().number()) % self.lanes.len()) {
            Some(turns) => turns.settled().await,
            None => Ok(()),
        }
    }
}

impl<D: Dialect> Journal for SqlJournal<D> {
    fn lanes(&self) -> u16 {
        self.lanes.len().try_into().unwrap_or(u16::MAX)
    }

    fn lane(&self, lane: u16) -> BoxFuture<'_, Result<Box<dyn LaneWriter>, JournalError>> {
        Box::pin(self.open_lane(lane))
    }

    fn load<'a>(&'a self, entity: &'a EntityId) -> BoxFuture<'a, Result<Loaded, JournalError>> {
        Box::pin(async move {
            self.settled(entity).await?;
            load::load(&self.database, entity).await
        })
    }

    fn history<'a>(
        &'a self,
        entity: &'a EntityId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredEvent>, JournalError>> {
        Box::pin(async move {
            self.settled(entity).await?;
            reading::history(&self.database, entity, after, limit).await
        })
    }

    fn outcome<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CommandRecord>, JournalError>> {
        Box::pin(async move {
            self.settled(entity).await?;
            reading::outcome(&self.database, entity, command_id).await
        })
    }

    fn claimed_by<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Option<EntityId>, JournalError>> {
        Box::pin(reading::claimed_by(&self.database, claim))
    }

    fn tail(
        &self,
        shard: ShardId,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredEvent>, JournalError>> {
        Box::pin(reading::tail(&self.database, shard, after, limit))
    }

    fn correlated<'a>(
        &'a self,
        correlation: CommandId,
        after: Option<&'a EventPosition>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredEvent>, JournalError>> {
        Box::pin(reading::correlated(&self.database, correlation, after, limit))
    }

    fn heads(&self) -> BoxFuture<'_, Result<Vec<(ShardId, u64)>, JournalError>> {
        Box::pin(reading::heads(&self.database))
    }

    fn outbox<'a>(
        &'a self,
        after: Option<&'a OutboxKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<OutboxRow>, JournalError>> {
        Box::pin(outbox::undelivered(&self.database, after, limit))
    }

    fn effect<'a>(&'a self, key: &'a OutboxKey) -> BoxFuture<'a, Result<Option<OutboxRow>, JournalError>> {
        Box::pin(outbox::effect(&self.database, key))
    }

    fn outbox_failed<'a>(
        &'a self,
        key: &'a OutboxKey,
        failure: &'a FailedDelivery,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(outbox::failed(&self.database, key, failure))
    }

    fn dead_letters<'a>(
        &'a self,
        after: Option<&'a OutboxKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<OutboxRow>, JournalError>> {
        Box::pin(outbox::dead(&self.database, after, limit))
    }

    fn outbox_retry<'a>(
        &'a self,
        key: &'a OutboxKey,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Option<OutboxRow>, JournalError>> {
        Box::pin(outbox::retry(&self.database, key, now))
    }

    fn outbox_discard<'a>(
        &'a self,
        key: &'a OutboxKey,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Option<OutboxRow>, JournalError>> {
        Box::pin(outbox::discard(&self.database, key, now))
    }

    fn discarded<'a>(
        &'a self,
        after: Option<&'a OutboxKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<OutboxRow>, JournalError>> {
        Box::pin(outbox::discarded(&self.database, after, limit))
    }

    fn reminders_due<'a>(
        &'a self,
        kind: &'a str,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Reminder>, JournalError>> {
        Box::pin(outbox::reminders_due(&self.database, kind, now, limit))
    }

    fn record_crash<'a>(
        &'a self,
        crash: &'a Crash,
        quarantine_at: u32,
    ) -> BoxFuture<'a, Result<CrashRecord, JournalError>> {
        Box::pin(crashes::record(&self.database, crash, quarantine_at))
    }

    fn crashes<'a>(
        &'a self,
        filter: CrashFilter,
        after: Option<&'a CrashPosition>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<CrashRecord>, JournalError>> {
        Box::pin(crashes::page(&self.database, filter, after, limit))
    }

    fn crash<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CrashRecord>, JournalError>> {
        Box::pin(crashes::find(&self.database, entity, command_id))
    }

    fn release<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CrashRecord>, JournalError>> {
        Box::pin(crashes::release(&self.database, entity, command_id))
    }

    fn dismiss<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CrashRecord>, JournalError>> {
        Box::pin(crashes::dismiss(&self.database, entity, command_id))
    }

    fn forget_commands(&self, now: Timestamp) -> BoxFuture<'_, Result<u64, JournalError>> {
        Box::pin(crashes::forget_commands(&self.database, now))
    }

    fn save_snapshot<'a>(
        &'a self,
        entity: &'a EntityId,
        seq: Version,
        state: &'a str,
        keep: u32,
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(snapshots::save(&self.database, entity, seq, state, keep))
    }

    fn balances(&self) -> BoxFuture<'_, Result<Vec<Posting>, JournalError>> {
        Box::pin(reading::balances(&self.database))
    }

    fn entities<'a>(
        &'a self,
        kind: &'a str,
        after: Option<Uuid>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Uuid>, JournalError>> {
        Box::pin(reading::entities(&self.database, kind, after, limit))
    }
}
