//! What a provider is asked, and under which key.

use std::fmt;

use amazoff_supervisor::{Timestamp, derive_uuid};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{OrderId, PaymentId};
use crate::money::Money;

/// What a provider is asked to do with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Reserve the amount.
    Authorize,
    /// Finish an authorization that the shopper had to act on.
    Confirm,
    /// Take what is reserved, or a part of it.
    Capture,
    /// Give up what is reserved and not taken.
    Void,
    /// Give back what was taken, or a part of it.
    Refund,
}

impl Operation {
    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Confirm => "confirm",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }
}

/// The idempotency key of one operation on one payment: known before the call, the same at every repeat.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentKey(String);

impl IntentKey {
    /// The key of an operation that a payment does once. A payment belongs to one attempt of one order, so the key names
    /// all three.
    pub fn of(payment: PaymentId, operation: Operation) -> Self {
        let id = derive_uuid(&[b"intent", payment.uuid().as_bytes(), operation.name().as_bytes()]);
        Self(id.simple().to_string())
    }
    /// The key of one of several operations of a kind: a partial capture or a refund, by its own id.
    pub fn of_part(payment: PaymentId, operation: Operation, part: impl Into<Uuid>) -> Self {
        let (part, operation): (Uuid, _) = (part.into(), operation.name().as_bytes());
        let id = derive_uuid(&[b"intent", payment.uuid().as_bytes(), operation, part.as_bytes()]);
        Self(id.simple().to_string())
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IntentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One operation about to be asked; journaled before the call leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The idempotency key.
    pub key: IntentKey,
    /// The payment.
    pub payment: PaymentId,
    /// The order that is paid, for the provider's records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// When the operation was first decided on. Providers forget keys after a day, so an older one is looked up, never sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// How much: all of the payment, or the part that this operation is about.
    pub amount: Money,
    /// The provider's own name for the authorization, once it has one.
    pub reference: Option<String>,
    /// The provider's own name for a capture that a refund is about, where it told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capture_reference: Option<String>,
}

/// A question about an operation that was sent before, or perhaps was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// What was asked.
    pub operation: Operation,
    /// Its intent, as it was sent.
    pub intent: Intent,
}

/// How the shopper answered the provider's question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// The shopper agreed.
    Approve,
    /// The shopper refused.
    Decline,
}
