//! What a provider's own books say, for comparing them with ours.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::PaymentId;
use crate::money::Money;

/// Some of a provider's records, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordPage {
    /// The records.
    pub records: Vec<ProviderRecord>,
    /// How to ask for those that follow; `None` at the end.
    pub next: Option<String>,
}

/// One authorization and what became of it, as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRecord {
    /// The provider's name for the authorization.
    pub reference: String,
    /// Our payment, by what we told the provider; `None` when somebody else made it.
    pub payment: Option<PaymentId>,
    /// Where it stands.
    pub state: RecordState,
    /// How much was reserved.
    pub authorized: Money,
    /// How much was taken.
    pub captured: Money,
    /// How much of that was given back.
    pub refunded: Money,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where an authorization stands at its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// Money is reserved, and perhaps partly taken.
    Authorized,
    /// Money was taken, and nothing is reserved any more.
    Captured,
    /// What was reserved is given up or has expired; nothing was taken.
    Voided,
    /// It was refused.
    Failed,
    /// The shopper must act.
    RequiresAction,
    /// The provider is still at it.
    Processing,
}
