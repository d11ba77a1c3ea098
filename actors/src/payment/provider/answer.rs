//! What a provider answers.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// What a provider answered. It is a fact: the same key gets the same answer again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderAnswer {
    /// The operation is done.
    Approved {
        /// The provider's name for the authorization; for a refund, its name for the refund.
        reference: String,
        /// The amount that the provider says it acted on.
        amount: Money,
        /// Until when what is reserved can be taken, where the provider says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
        /// The provider's name for a capture, where refunds need it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture_reference: Option<String>,
    },
    /// The shopper must act first.
    ActionRequired {
        /// The provider's name for the authorization.
        reference: String,
        /// Where the shopper acts.
        url: String,
    },
    /// The provider refuses, finally.
    Declined {
        /// Why, as the provider names it.
        code: String,
    },
}

impl ProviderAnswer {
    /// An approval that says nothing but who and how much.
    pub fn approved(reference: impl Into<String>, amount: Money) -> Self {
        Self::Approved { reference: reference.into(), amount, expires_at: None, capture_reference: None }
    }
    /// A refusal.
    pub fn declined(code: impl Into<String>) -> Self {
        Self::Declined { code: code.into() }
    }
}

/// What a provider knows of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It never received it.
    Nothing,
    /// It is still at it.
    Pending,
    /// It answered this.
    Answered(ProviderAnswer),
}

/// Why a provider did not answer. A refusal is not an error: see [`ProviderAnswer::Declined`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The question may have been heard: ask by key, never guess. Timeouts, resets and 5xx answers are this.
    #[error("the provider's answer is unknown: {0}")]
    Unknown(String),
    /// The question certainly was not heard; the same call may be made again.
    #[error("the provider cannot be reached: {0}")]
    Unavailable(String),
}
