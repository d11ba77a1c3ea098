//! What waits in a journal: effects to deliver and reminders to give.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{CommandId, EntityId, Version};

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
    /// The first cause (see [`NewEvent::correlation`](super::NewEvent::correlation)).
    pub correlation: CommandId,
    /// When it was decided.
    pub at: Timestamp,
    /// Deliveries that failed so far.
    pub attempts: u32,
    /// Not before this moment.
    pub next_at: Timestamp,
    /// Why the newest delivery failed; `None` before the first failure.
    pub reason: Option<String>,
    /// Since when it needs a person; `None` while it is tried like any other.
    pub dead_since: Option<Timestamp>,
}

impl OutboxRow {
    /// An effect that was just decided: due at once, never tried.
    pub fn new(key: OutboxKey, destination: String, payload: String, cause: (CommandId, Timestamp)) -> Self {
        let (correlation, at) = cause;
        Self {
            key,
            destination,
            payload,
            correlation,
            at,
            attempts: 0,
            next_at: at,
            reason: None,
            dead_since: None,
        }
    }
}

/// How a delivery failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedDelivery {
    /// Deliveries that failed so far, this one included.
    pub attempts: u32,
    /// When it is tried again.
    pub next_at: Timestamp,
    /// Why it failed.
    pub reason: String,
    /// Since when the effect needs a person, if it does.
    pub dead_since: Option<Timestamp>,
}

/// A due reminder.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reminder {
    /// Whom to wake.
    pub entity: EntityId,
    /// Its name.
    pub name: String,
    /// When it is due.
    pub due_at: Timestamp,
    /// The entity's version after the commit that set it: tells it from an earlier one of that name and time.
    pub set_at: Version,
}
