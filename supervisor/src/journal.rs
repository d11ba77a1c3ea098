//! The port to the transactional truth. Adapters live in `persistence`; one contract suite judges them all.

use std::fmt;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::entity::{ClaimChange, ReminderChange};
use crate::ids::{CommandId, EntityId, Epoch, ShardId, Version};

/// Largest stored payload (event, outcome, effect) in bytes; a part with a larger one is refused as [`PartRefusal::TooLarge`].
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;

/// An event about to be stored; its sequence number follows from the part's `seen` version and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Version of the payload's format.
    pub schema: u16,
    /// JSON text; personal fields are sealed.
    pub payload: String,
    /// The command that it follows from.
    pub command_id: CommandId,
    /// The command id of the effect or reminder sender, where one caused it.
    pub causation: Option<CommandId>,
    /// The first cause: the HTTP request's command id, the same along a whole process.
    pub correlation: CommandId,
}

/// An event as the journal returns it, checksum verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Whose event.
    pub entity: EntityId,
    /// 1 for the entity's first event, then dense.
    pub seq: Version,
    /// The shard at the time of writing.
    pub shard: ShardId,
    /// Dense position within the shard, from 1.
    pub shard_seq: u64,
    /// The writer's epoch.
    pub epoch: Epoch,
    /// When it was decided.
    pub at: Timestamp,
    /// The event.
    pub event: NewEvent,
}

/// The stored outcome of a command: what a repeat is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRecord {
    /// The command.
    pub command_id: CommandId,
    /// Hash of the command's content; a repeat with another one is refused.
    pub fingerprint: u64,
    /// JSON of `Result<Reply, Rejection>`.
    pub outcome: String,
    /// JSON of the command, personal fields sealed: for what-if and quarantine.
    pub sealed_command: String,
    /// JSON of the [`crate::Context`].
    pub context: String,
    /// The entity's version after it.
    pub seq: Version,
    /// After this moment the record may be forgotten.
    pub expires_at: Timestamp,
}

/// The newest effect of a sender that a receiver has applied; it never expires, so a replay years later is still applied once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectMark {
    /// Who sent it, and the destination stream it came on.
    pub sender: String,
    /// [`OutboxKey::order`] of the effect.
    pub high_water: u64,
    /// The command id under which its outcome is stored.
    pub command_id: CommandId,
}

/// Names one outbox row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OutboxKey {
    /// Who sends.
    pub entity: EntityId,
    /// The version of the sender when it decided to send (after the commit).
    pub seq: Version,
    /// Position within the commit, below 65,536.
    pub n: u16,
}

impl OutboxKey {
    /// A number that grows with every effect of one entity.
    pub fn order(&self) -> u64 {
        self.seq.0 << 16 | u64::from(self.n)
    }
}

/// An effect that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its name.
    pub key: OutboxKey,
    /// Effects of one entity to one destination go in order.
    pub destination: String,
    /// JSON of the effect.
    pub payload: String,
    /// The first cause (see [`NewEvent::correlation`]).
    pub correlation: CommandId,
    /// Deliveries that failed so far.
    pub attempts: u32,
    /// Not before this moment.
    pub next_at: Timestamp,
}

/// A due reminder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// Whom to wake.
    pub entity: EntityId,
    /// Its name.
    pub name: String,
    /// When it is due.
    pub due_at: Timestamp,
}

/// A key that only one entity may have. Personal values enter as a keyed HMAC, never in clear.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// What kind of key, such as `email`.
    pub namespace: String,
    /// The key's bytes as text (an id, or a hex HMAC).
    pub key: String,
}

/// One side of a movement of money or stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Whose balance.
    pub account: String,
    /// What moves: a currency code or a variant.
    pub asset: String,
    /// How much, in minor units or pieces; negative leaves the account.
    pub amount: i64,
}

/// One cell's batch: all of it is stored, or nothing.
#[derive(Clone, Debug)]
pub struct Part {
    /// Whose commit.
    pub entity: EntityId,
    /// The version that the decisions were based on. Checked when there are events.
    pub seen: Version,
    /// The epoch under which this node owns the shard.
    pub epoch: Epoch,
    /// When it was decided.
    pub at: Timestamp,
    /// Events `seen+1..`.
    pub events: Vec<NewEvent>,
    /// Outcomes of commands.
    pub commands: Vec<CommandRecord>,
    /// Effects of others that this commit applied.
    pub marks: Vec<EffectMark>,
    /// Effects to send.
    pub outbox: Vec<OutboxRow>,
    /// Own effects that are delivered.
    pub outbox_done: Vec<OutboxKey>,
    /// Timers.
    pub reminders: Vec<ReminderChange>,
    /// Unique keys.
    pub claims: Vec<ClaimChange>,
    /// Movements; they sum to zero per asset.
    pub postings: Vec<Posting>,
}

impl Part {
    /// A part that changes nothing yet.
    pub fn empty(entity: EntityId, seen: Version, epoch: Epoch, at: Timestamp) -> Self {
        Self {
            entity,
            seen,
            epoch,
            at,
            events: Vec::new(),
            commands: Vec::new(),
            marks: Vec::new(),
            outbox: Vec::new(),
            outbox_done: Vec::new(),
            reminders: Vec::new(),
            claims: Vec::new(),
            postings: Vec::new(),
        }
    }
    /// Its shard.
    pub fn shard(&self) -> ShardId {
        self.entity.shard()
    }
}

/// Why one part was left out while its neighbours committed. Certainly nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartRefusal {
    /// Another writer has stored events after `seen`.
    #[error("version taken")]
    VersionTaken,
    /// Another entity has the key.
    #[error("claim {}/{} taken", .0.namespace, .0.key)]
    ClaimTaken(Claim),
    /// This command already has an outcome.
    #[error("command {0} is already stored")]
    CommandKnown(CommandId),
    /// This or a later effect of that sender is already applied.
    #[error("effect {0} is already applied")]
    EffectApplied(CommandId),
    /// This node no longer owns the shard under that epoch.
    #[error("shard {} lost", .0.number())]
    ShardLost(ShardId),
    /// A payload exceeds [`PAYLOAD_BYTES_MAX`].
    #[error("a payload has {bytes} bytes, over the limit of {PAYLOAD_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// Why an operation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store cannot be used now; certainly nothing was stored.
    #[error("journal unavailable: {0}")]
    Unavailable(String),
    /// The commit may or may not have happened: forget memory and read again.
    #[error("outcome of the commit unknown: {0}")]
    OutcomeUnknown(String),
    /// What is stored breaks its own rules (checksum, gap): never replay it.
    #[error("journal of {entity} is corrupt: {reason}")]
    Corrupt {
        /// Whose events.
        entity: String,
        /// What is wrong.
        reason: String,
    },
}

impl JournalError {
    /// Whether nothing can have been stored.
    pub fn certainly_not_committed(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Corrupt { .. } => true,
            Self::OutcomeUnknown(_) => false,
        }
    }
}

/// All that is needed to bring an entity to life.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The newest usable snapshot: version and JSON of the state.
    pub snapshot: Option<(Version, String)>,
    /// The events after it, dense.
    pub events: Vec<StoredEvent>,
    /// Commands that are not to be run again.
    pub quarantined: Vec<CommandId>,
}

/// A command that crashed its entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Whose command.
    pub entity: EntityId,
    /// Which command.
    pub command_id: CommandId,
    /// The version of the state that it was decided on.
    pub seq: Version,
    /// Panic text.
    pub cause: String,
    /// JSON of the command, personal fields sealed.
    pub sealed_command: String,
    /// JSON of the context.
    pub context: String,
    /// When.
    pub at: Timestamp,
}

/// A crash as stored, with how often it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrashRecord {
    /// The newest crash.
    pub crash: Crash,
    /// How often that command crashed.
    pub attempts: u32,
    /// Whether it is refused from now on.
    pub quarantined: bool,
}

/// The only appender of the shards of one lane.
///
/// It hands out each shard's `shard_seq` densely: read from the store at first use, and again after a failed or unknown commit.
pub trait LaneWriter: Send {
    /// Stores parts in one transaction. A part that is refused is left out; the others commit.
    /// The answer has one entry per part, in order. `Ok` means durable.
    ///
    /// # Errors
    /// When the transaction as a whole failed ([`JournalError::Unavailable`]) or its outcome is unknown.
    fn append<'a>(
        &'a mut self,
        parts: &'a [Part],
    ) -> BoxFuture<'a, Result<Vec<Result<(), PartRefusal>>, JournalError>>;
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
    fn reminders_due(&self, now: Timestamp, limit: usize) -> BoxFuture<'_, Result<Vec<Reminder>, JournalError>>;
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

/// The table of shard owners.
pub trait ShardTable: Send + Sync + 'static {
    /// Takes every shard for a node: sets the owner and adds one to each epoch, in one transaction.
    fn claim_all<'a>(
        &'a self,
        node: &'a str,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, Epoch)>, JournalError>>;
}

/// Which shards this node may write, and under which epoch.
pub trait Shards: Send + Sync + 'static {
    /// The epoch under which this node owns the shard; `None` when it does not.
    fn epoch(&self, shard: ShardId) -> Option<Epoch>;
    /// The node's name, for introspection.
    fn node(&self) -> &str;
}

/// Wrapped data keys of persons; deleting one makes that person's data unreadable for ever.
pub trait KeyTable: Send + Sync + 'static {
    /// Stores a wrapped key unless the person has one or is erased; returns the one that counts, `None` when erased.
    fn put_if_absent<'a>(
        &'a self,
        person: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>>;
    /// A person's wrapped key, `None` when there is none or it was erased.
    fn get(&self, person: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>>;
    /// Destroys a person's key and remembers that it was.
    fn erase(&self, person: Uuid, at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>>;
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.key)
    }
}
