//! The port to the transactional truth. Adapters live in `persistence`; one contract suite judges them all.

mod checksum;
mod crash;
mod error;
mod ownership;
mod rows;
mod waiting;

use futures::future::BoxFuture;
use uuid::Uuid;

pub use checksum::{event_checksum, snapshot_checksum};
pub use crash::{Crash, CrashFilter, CrashPosition, CrashRecord};
pub use error::{JournalError, PartRefusal};
pub use ownership::{
    Candidate, KeyTable, Ownership, Renewal, ShardTable, Shards, Standing, Takeover, WrappedKey,
};
pub use rows::{
    Claim, CommandRecord, EffectMark, EventPosition, Loaded, NewEvent, Part, Posting, Stored, StoredEvent,
};
pub use waiting::{FailedDelivery, OutboxKey, OutboxRow, Reminder};

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
///
/// What is kept: events for ever, no call deletes one; personal fields in them become unreadable when the person's key is
/// erased. Of snapshots the newest few ([`Journal::save_snapshot`]), as they are only a shorter way to the same state. Command
/// records until they expire ([`Journal::forget_commands`]). Effects until they are delivered or a person discards them;
/// high-water marks of applied effects for ever.
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
    /// Events of all entities that go back to one first cause, after `after` in the order of [`EventPosition`], at most
    /// `limit`.
    fn correlated<'a>(
        &'a self,
        correlation: CommandId,
        after: Option<&'a EventPosition>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredEvent>, JournalError>>;
    /// The newest `shard_seq` of each shard that has events.
    fn heads(&self) -> BoxFuture<'_, Result<Vec<(ShardId, u64)>, JournalError>>;
    /// Undelivered effects after `after` in key order, at most `limit`, whenever they are due.
    fn outbox<'a>(
        &'a self,
        after: Option<&'a OutboxKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<OutboxRow>, JournalError>>;
    /// An undelivered effect by name.
    fn effect<'a>(&'a self, key: &'a OutboxKey) -> BoxFuture<'a, Result<Option<OutboxRow>, JournalError>>;
    /// Notes a failed delivery; one of an effect that is not there (any more) is ignored.
    fn outbox_failed<'a>(
        &'a self,
        key: &'a OutboxKey,
        failure: &'a FailedDelivery,
    ) -> BoxFuture<'a, Result<(), JournalError>>;
    /// Effects that need a person, after `after` in key order, at most `limit`.
    fn dead_letters<'a>(
        &'a self,
        after: Option<&'a OutboxKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<OutboxRow>, JournalError>>;
    /// Makes an effect due now and no longer dead, its attempts and reason kept; `None` when there is no such effect.
    fn outbox_retry<'a>(
        &'a self,
        key: &'a OutboxKey,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Option<OutboxRow>, JournalError>>;
    /// Moves an effect that needs a person to the discarded ones, in one transaction, and returns it; `None` when there is
    /// no such effect, or it needs no person. Final: once a later effect of its stream is applied, the receiver's
    /// high-water mark would refuse this one.
    fn outbox_discard<'a>(
        &'a self,
        key: &'a OutboxKey,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Option<OutboxRow>, JournalError>>;
    /// Effects that a person gave up, after `after` in key order, at most `limit`.
    fn discarded<'a>(
        &'a self,
        after: Option<&'a OutboxKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<OutboxRow>, JournalError>>;
    /// Reminders of entities of a kind that are due at or before `now`, oldest first, at most `limit`.
    fn reminders_due<'a>(
        &'a self,
        kind: &'a str,
        now: Timestamp,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Reminder>, JournalError>>;
    /// Stores a crash and returns its record; from `quarantine_at` crashes of the same command on it is quarantined.
    fn record_crash<'a>(
        &'a self,
        crash: &'a Crash,
        quarantine_at: u32,
    ) -> BoxFuture<'a, Result<CrashRecord, JournalError>>;
    /// Crashed commands behind `after`, newest first, at most `limit`.
    fn crashes<'a>(
        &'a self,
        filter: CrashFilter,
        after: Option<&'a CrashPosition>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<CrashRecord>, JournalError>>;
    /// The record of a crashed command.
    fn crash<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CrashRecord>, JournalError>>;
    /// Lets a crashed command run again: sets its attempts to 0 and takes it out of quarantine, also when it was dismissed.
    /// Returns the record as it now is; `None` when that command never crashed.
    fn release<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CrashRecord>, JournalError>>;
    /// Keeps a crashed command refused for ever and takes it off the open list. Returns the record as it now is; `None`
    /// when that command never crashed.
    fn dismiss<'a>(
        &'a self,
        entity: &'a EntityId,
        command_id: CommandId,
    ) -> BoxFuture<'a, Result<Option<CrashRecord>, JournalError>>;
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
