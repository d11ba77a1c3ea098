//! Why a payment refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};

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
    /// More is to be taken than is reserved and not promised to other captures.
    #[error("{available} can be taken")]
    ExceedsAuthorized {
        /// How much can be taken.
        available: Money,
    },
    /// More is to be given back than was taken and is not promised to other refunds or disputed.
    #[error("{available} can be given back")]
    ExceedsCaptured {
        /// How much can be given back.
        available: Money,
    },
    /// The amount is not positive, or of another currency than the payment.
    #[error("the amount must be positive and in {currency}")]
    AmountInvalid {
        /// The payment's currency.
        currency: Currency,
    },
    /// As many captures and refunds wait for their turn as may; ask again later.
    #[error("too many captures and refunds of this payment wait for their turn")]
    Busy,
    /// The payment has had as many captures and refunds as it may have.
    #[error("the payment has too many captures and refunds")]
    TooManyParts,
    /// The provider acted on another amount than asked, so a person must look first.
    #[error("the provider acted on another amount; a person must look at the payment first")]
    NeedsPerson,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::AmountInvalid { .. } => FaultKind::Invalid,
            Self::Busy => FaultKind::Unavailable,
            Self::TermsDiffer
            | Self::NotAuthorized
            | Self::AlreadyCaptured
            | Self::NothingToConfirm
            | Self::ExceedsAuthorized { .. }
            | Self::ExceedsCaptured { .. }
            | Self::TooManyParts
            | Self::NeedsPerson => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "payment-not-found",
            Self::TermsDiffer => "payment-terms-differ",
            Self::NotAuthorized => "payment-not-authorized",
            Self::AlreadyCaptured => "payment-already-captured",
            Self::NothingToConfirm => "payment-nothing-to-confirm",
            Self::ExceedsAuthorized { .. } => "payment-exceeds-authorized",
            Self::ExceedsCaptured { .. } => "payment-exceeds-captured",
            Self::AmountInvalid { .. } => "payment-amount-invalid",
            Self::Busy => "payment-busy",
            Self::TooManyParts => "payment-too-many-parts",
            Self::NeedsPerson => "payment-needs-person",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::ExceedsAuthorized { available } | Self::ExceedsCaptured { available } => {
                serde_json::json!({ "available": available })
            }
            Self::AmountInvalid { currency } => serde_json::json!({ "currency": currency }),
            Self::NotFound
            | Self::TermsDiffer
            | Self::NotAuthorized
            | Self::AlreadyCaptured
            | Self::NothingToConfirm
            | Self::Busy
            | Self::TooManyParts
            | Self::NeedsPerson => serde_json::Value::Null,
        }
    }
}
