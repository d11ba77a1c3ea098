//! The port to the transactional truth. Adapters live in `persistence`; one contract suite judges them all.

mod error;
mod ownership;
mod rows;

use futures::future::BoxFuture;
use uuid::Uuid;

pub use error::{JournalError, PartRefusal};
pub use ownership::{KeyTable, ShardTable, Shards};
pub use rows::{
    Claim, CommandRecord, Crash, CrashRecord, EffectMark, Loaded, NewEvent, OutboxKey, OutboxRow, Part,
    Posting, Reminder, Stored, StoredEvent,
};

use crate::clock::Timestamp;
use crate::ids::{CommandId, EntityId, ShardId, Version};

/// Largest stored payload (event, outcome, effect) in bytes; a part with a larger one is refused as [`PartRefusal::TooLarge`].
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;

/// What became of each part of an append, in order.
pub type Verdicts = Vec<Result<Stored, PartRefusal>>;

/// The only appender of the shards of one lane.
///
/// It hands out each shard's `shard_seq` densely: read from the store at first use, and again after a failed or unknown commit.
pub trait LaneWriter: Send {
    /// Stores parts in one transaction. A part that is refused is left out; the others commit.
    /// The answer has one entry per part, in order. `Ok` means durable.
    ///
    /// # Errors
    /// When the transaction as a whole failed ([`JournalError::Unavailable`]) or its outcome is unknown.
    fn append<'a>(&'a mut self, parts: &'a [Part]) -> BoxFuture<'a, Result<Verdicts, JournalError>>;
}

/// The transactional truth.
pub trait Journal: Send + Sync + 'static {
    /// How many lanes write in parallel; a shard belongs to lane `shard mod lanes`.
    fn lanes(&self) -> u16;
    /// Opens the writer of a lane. At most one may be open per lane.
    fn lane(&self, lane: u16) -> BoxFuture<'_, Result<Box<dyn LaneWriter>, JournalError>>;
    /// Loads an entity; an unknown one has no events.
    fn load<'a>(&'a self, entity: &'a EntityId) -> BoxFuture<'a, Result<Loaded, JournalError>>;
    /// Events of an entity with `seq > after`, oldest first, at most `limit`.
    fn history<'a>(
        &'a self,
        entity: &'a EntityId,
        after: Version,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredEvent>, JournalError>>;
    /// The stored outcome of a command.
    fn outcome<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CommandRecord>, JournalError>>;
    /// Who has a key.
    fn claimed_by<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Option<EntityId>, JournalError>>;
    /// Events of a shard with `shard_seq > after`, oldest first, at most `limit`.
    fn tail(
        &self,
        shard: ShardId,
        after: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredEvent>, JournalError>>;
    /// The newest `shard_seq` of each shard that has events.
    fn heads(&self) -> BoxFuture<'_, Result<Vec<(ShardId, u64)>, JournalError>>;
    /// Undelivered effects after `after` in key order, at most `limit`, whenever they are due.
    fn outbox<'a>(
        &'a self,
        after: Option<&'a OutboxKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<OutboxRow>, JournalError>>;
    /// Notes a failed delivery.
    fn outbox_failed<'a>(
        &'a self,
        key: &'a OutboxKey,
        attempts: u32,
        next_at: Timestamp,
    ) -> BoxFuture<'a, Result<(), JournalError>>;
    /// Reminders due at or before `now`, oldest first, at most `limit`.
    fn reminders_due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Reminder>, JournalError>>;
    /// Stores a crash and returns its record; from `quarantine_at` crashes of the same command on it is quarantined.
    fn record_crash<'a>(
        &'a self,
        crash: &'a Crash,
        quarantine_at: u32,
    ) -> BoxFuture<'a, Result<CrashRecord, JournalError>>;
    /// Crashed commands, newest first, at most `limit`.
    fn crashes(&self, limit: usize) -> BoxFuture<'_, Result<Vec<CrashRecord>, JournalError>>;
    /// Forgets command records that expired before `now`; returns how many.
    fn forget_commands(&self, now: Timestamp) -> BoxFuture<'_, Result<u64, JournalError>>;
    /// Stores a snapshot (JSON of the state at `seq`) and drops all but the newest `keep`.
    fn save_snapshot<'a>(
        &'a self,
        entity: &'a EntityId,
        seq: Version,
        state: &'a str,
        keep: u32,
    ) -> BoxFuture<'a, Result<(), JournalError>>;
    /// Sum of all postings per (account, asset).
    fn balances(&self) -> BoxFuture<'_, Result<Vec<Posting>, JournalError>>;
    /// Ids of the entities of a kind that have events, in id order after `after`, at most `limit`.
    fn entities<'a>(
        &'a self,
        kind: &'a str,
        after: Option<Uuid>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Uuid>, JournalError>>;
}
