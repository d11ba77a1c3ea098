//! What a provider tells of its own accord.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::PaymentId;
use crate::money::Money;

/// A message whose signature was good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEvent {
    /// The provider's id of the message; a repeat has the same one.
    pub id: String,
    /// The provider's name for what it is about.
    pub kind: String,
    /// Our payment, by what we told the provider; `None` when it names none of ours.
    pub payment: Option<PaymentId>,
    /// When it happened.
    pub at: Timestamp,
    /// What it means to us.
    pub news: News,
}

/// What a message means. Messages come late, twice and in any order, so most only say that there is something to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// Something changed: ask for the state as it is now.
    Look,
    /// A refund may have failed, perhaps after it was done.
    RefundFailed {
        /// The provider's name for it.
        reference: String,
    },
    /// The card's owner takes money back, or tries to.
    Disputed {
        /// The provider's name for the dispute.
        dispute: String,
        /// How much.
        amount: Money,
    },
    /// A dispute is over.
    DisputeClosed {
        /// The provider's name for the dispute.
        dispute: String,
        /// How much.
        amount: Money,
        /// Whether the shop keeps the money.
        won: bool,
    },
    /// Nothing that concerns a payment.
    Irrelevant,
}

/// Why a message is not believed or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The signature is missing or wrong.
    #[error("the signature is missing or wrong")]
    BadSignature,
    /// The signature is good, but was made too long ago or in the future.
    #[error("the signature is too old or from the future")]
    TooOld,
    /// The signature is good, but the message is not what the provider documents.
    #[error("the message cannot be read: {0}")]
    Malformed(String),
    /// The signature cannot be checked now.
    #[error("the signature cannot be checked now: {0}")]
    Unavailable(String),
}
