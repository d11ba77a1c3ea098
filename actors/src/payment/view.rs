//! What others may see of a payment.

use serde::{Deserialize, Serialize};

use super::state::Stage;
use crate::ids::{OrderId, PaymentId};
use crate::money::Money;

/// A payment as its payer may see it: no token, no provider reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The payment.
    pub id: PaymentId,
    /// What it pays.
    pub order_id: OrderId,
    /// Where it stands.
    pub status: Status,
    /// How much.
    pub amount: Money,
    /// How much of it was taken, once some was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Money>,
    /// How much of that was given back, once some was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Money>,
    /// How much a card's owner took back or holds in dispute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disputed: Option<Money>,
    /// Where the shopper must act, while they must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_url: Option<String>,
    /// Why the provider refused, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline_code: Option<String>,
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing was asked yet.
    Created,
    /// The provider is asked to reserve the money.
    Authorizing,
    /// The shopper must act.
    RequiresAction,
    /// The money is reserved.
    Authorized,
    /// The provider is asked to take the money.
    Capturing,
    /// The money is taken.
    Captured,
    /// The provider is asked to give the reservation up.
    Voiding,
    /// The reservation is given up.
    Voided,
    /// The reservation ran out.
    Expired,
    /// The provider refused.
    Failed,
    /// An answer is missing; the provider is being asked.
    Unknown,
    /// The provider acted on another amount; a person must look.
    IntegrityFailure,
}

impl From<&Stage> for Status {
    fn from(stage: &Stage) -> Self {
        match stage {
            Stage::Created => Self::Created,
            Stage::Authorizing | Stage::Confirming { .. } => Self::Authorizing,
            Stage::RequiresAction { .. } => Self::RequiresAction,
            Stage::Authorized => Self::Authorized,
            Stage::Capturing => Self::Capturing,
            Stage::Captured => Self::Captured,
            Stage::Voiding => Self::Voiding,
            Stage::Voided => Self::Voided,
            Stage::Expired => Self::Expired,
            Stage::Failed { .. } => Self::Failed,
            Stage::Unknown { .. } => Self::Unknown,
            Stage::IntegrityFailure { .. } => Self::IntegrityFailure,
        }
    }
}
