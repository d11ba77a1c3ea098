//! What a payment does in parts: captures of less than all, and refunds.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::provider::Operation;
use crate::ids::{CaptureId, RefundId};
use crate::money::Money;

/// The name of a part, given by whoever asks for it. Asking again under the same name changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartId {
    /// Take some of what is reserved.
    Capture(CaptureId),
    /// Give back some of what was taken.
    Refund(RefundId),
}

impl PartId {
    /// What the provider is asked for it.
    pub fn operation(self) -> Operation {
        match self {
            Self::Capture(_) => Operation::Capture,
            Self::Refund(_) => Operation::Refund,
        }
    }
    /// The id without its kind.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Capture(id) => id.uuid(),
            Self::Refund(id) => id.uuid(),
        }
    }
}

/// A part: written down, and so reserved, before the provider hears of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub id: PartId,
    /// How much.
    pub amount: Money,
    /// How much of it is done: all, nothing, or, while a refund goes over several captures, some.
    pub done: i64,
    /// How many calls are done.
    pub calls: u32,
    /// Where it stands.
    pub state: PartState,
    /// The provider's name for the last call that was done.
    pub reference: Option<String>,
    /// The calls that gave money back, oldest first; none for a capture.
    pub refunds: Vec<RefundCall>,
}

/// Money that was given back by one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundCall {
    /// Which call of its part, from 0.
    pub call: u32,
    /// How much.
    pub amount: i64,
    /// The provider's name for it.
    pub reference: Option<String>,
    /// The capture that it gave back, where the provider names captures.
    pub capture_reference: Option<String>,
    /// When it was first sent.
    pub at: Timestamp,
    /// Why it failed after all, if it did.
    pub returned: Option<String>,
}

/// Where a part stands. At most one part of a payment is asked at a time; the others wait in the order they came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// Another call is under way.
    Waiting,
    /// The provider is asked.
    Asked(Ask),
    /// Done.
    Done,
    /// Refused for good.
    Failed {
        /// Why.
        code: String,
    },
}

/// A call that is under way for a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// How much it is about.
    pub amount: Money,
    /// The capture that it gives back, where the provider names captures.
    pub capture_reference: Option<String>,
    /// When it was first sent.
    pub at: Timestamp,
    /// How often it was sent again because the provider never received it.
    pub repeats: u32,
    /// Set while its answer is missing.
    pub doubt: Option<Doubt>,
}

/// A question about an answer that is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// How often the provider was asked without learning it.
    pub asked: u32,
    /// Whether the provider is being asked right now.
    pub asking: bool,
}

impl Part {
    /// The call that is under way for it.
    pub fn ask(&self) -> Option<&Ask> {
        match &self.state {
            PartState::Asked(ask) => Some(ask),
            PartState::Waiting | PartState::Done | PartState::Failed { .. } => None,
        }
    }
    /// How much of it may still be done or is done: what it takes of the balance.
    pub fn reserves(&self) -> i64 {
        match self.state {
            PartState::Waiting | PartState::Asked(_) | PartState::Done => self.amount.amount,
            PartState::Failed { .. } => self.done,
        }
    }
    /// Why money that it gave back came back, if some did.
    pub fn returned(&self) -> Option<&str> {
        self.refunds.iter().find_map(|call| call.returned.as_deref())
    }
    /// Whether it is neither done nor refused.
    pub fn is_open(&self) -> bool {
        matches!(self.state, PartState::Waiting | PartState::Asked(_))
    }
}

/// Money that was taken by one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taking {
    /// The provider's name for the capture, where it has one.
    pub reference: Option<String>,
    /// How much.
    pub amount: i64,
    /// How much of that was given back.
    pub refunded: i64,
}

/// Money that a card's owner takes back, or tries to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// How much.
    pub amount: Money,
    /// Whether the shop keeps the money, once that is known.
    pub won: Option<bool>,
}
