//! What a payment tells its order after it was placed.

use serde::{Deserialize, Serialize};

use crate::ids::{CaptureId, RefundId};
use crate::money::Money;
use crate::payment::Update;

/// What became of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A payment that the order began has moved.
    Paying {
        /// To where.
        update: Update,
    },
    /// Money was taken.
    Captured {
        /// By which capture.
        capture: CaptureId,
        /// How much.
        amount: Money,
    },
    /// Money could not be taken.
    CaptureFailed {
        /// By which capture.
        capture: CaptureId,
        /// Why.
        code: String,
    },
    /// Money went back.
    Refunded {
        /// By which refund.
        refund: RefundId,
        /// How much.
        amount: Money,
    },
    /// Money could not be given back.
    RefundFailed {
        /// By which refund.
        refund: RefundId,
        /// Why.
        code: String,
    },
    /// Money that had gone back is with the provider again: the refund failed after all.
    RefundReturned {
        /// By which refund.
        refund: RefundId,
        /// The name of what came back.
        returned: RefundId,
        /// How much.
        amount: Money,
        /// Why.
        code: String,
    },
    /// The reservation was given up.
    Voided,
    /// The reservation ran out.
    Expired,
    /// The payer's bank disputes money that was taken.
    DisputeOpened {
        /// The provider's name for it.
        dispute: String,
        /// How much.
        amount: Money,
    },
    /// The dispute is decided.
    DisputeClosed {
        /// The provider's name for it.
        dispute: String,
        /// How much.
        amount: Money,
        /// Whether the shop keeps the money.
        won: bool,
    },
}
