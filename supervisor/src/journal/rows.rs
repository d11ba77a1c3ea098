//! What a journal stores: events, command records, claims, postings, and the part that holds them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::waiting::{OutboxKey, OutboxRow};
use crate::clock::Timestamp;
use crate::entity::{ClaimChange, ReminderChange};
use crate::ids::{CommandId, EntityId, Epoch, ShardId, Version};

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

impl StoredEvent {
    /// Where it stands among the events of all entities.
    pub fn position(&self) -> EventPosition {
        EventPosition { at: self.at, shard: self.shard, shard_seq: self.shard_seq }
    }
}

/// A place among the events of all entities: by time, then shard, then `shard_seq`. Total and stable, but only as exact as
/// the clocks of the nodes that wrote; within an entity the sequence numbers decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventPosition {
    /// When the event was decided.
    pub at: Timestamp,
    /// In which shard it is.
    pub shard: ShardId,
    /// Its place there.
    pub shard_seq: u64,
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

/// A key that only one entity may have. Personal values enter as a keyed HMAC, never in clear.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use amazoff_supervisor::AskError;
/// use uuid::Uuid;
///
/// # let bank = Bank::open().await;
/// // `decide` answers Open with `Decision::event(…).claim(Claim { namespace: "iban", key: iban })`.
/// let open = || Command::Open { iban: "DE02".to_owned() };
/// let [ann, ben] = [1, 2].map(Uuid::from_u128);
/// bank.ask(ann, open()).await.unwrap();
///
/// // The store refuses the second one; `Entity::claim_taken` turns that into the domain's own refusal.
/// let taken = bank.ask(ben, open()).await;
/// assert!(matches!(taken, Err(AskError::Refused { refusal: Rejection::IbanTaken, .. })));
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// What kind of key, such as `email`.
    pub namespace: String,
    /// The key's bytes as text (an id, or a hex HMAC).
    pub key: String,
}

/// One side of a movement of money or stock.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use uuid::Uuid;
///
/// # let bank = Bank::open().await;
/// // `decide` answers Deposit with `Decision::event(…).transfer("EUR", cents, "cash", "account:…")`: two postings.
/// bank.ask(Uuid::from_u128(1), Command::Deposit { cents: 500 }).await.unwrap();
/// bank.ask(Uuid::from_u128(2), Command::Deposit { cents: 200 }).await.unwrap();
///
/// let balances = bank.store.journal().balances().await.unwrap();
/// let cash = balances.iter().find(|balance| balance.account == "cash").unwrap();
/// assert_eq!((cash.asset.as_str(), cash.amount), ("EUR", -700));
/// assert_eq!(balances.iter().map(|balance| balance.amount).sum::<i64>(), 0);
/// # });
/// ```
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

/// What is known of a part once it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stored {
    /// The newest `shard_seq` of the part's shard after it, 0 before the shard's first event. A part without events
    /// leaves the shard where it was. A follower that has seen this number has seen the part.
    pub shard_seq: u64,
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

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.key)
    }
}
