//! Why a payment refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// A typed refusal; the payment is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Nothing was ever asked of this payment.
    #[error("there is no such payment")]
    NotFound,
    /// The payment exists with other terms.
    #[error("the payment has other terms")]
    TermsDiffer,
    /// No money is reserved, so none can be taken.
    #[error("the payment is not authorized")]
    NotAuthorized,
    /// The money is taken or being taken; it can only be refunded.
    #[error("the payment is captured already")]
    AlreadyCaptured,
    /// Nothing waits for the shopper.
    #[error("the payment waits for no action of the shopper")]
    NothingToConfirm,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::TermsDiffer | Self::NotAuthorized | Self::AlreadyCaptured | Self::NothingToConfirm => {
                FaultKind::Conflict
            }
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "payment-not-found",
            Self::TermsDiffer => "payment-terms-differ",
            Self::NotAuthorized => "payment-not-authorized",
            Self::AlreadyCaptured => "payment-already-captured",
            Self::NothingToConfirm => "payment-nothing-to-confirm",
        }
    }
}
