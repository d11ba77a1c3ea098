//! What happened to an order. Stored for ever.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::{CancelReason, Draft};
use super::view::PaymentStatus;
use crate::ids::PaymentId;
use crate::money::Money;

/// A fact about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was written down, or anew.
    Drafted {
        /// What it is about.
        draft: Box<Draft>,
        /// The payment that is about to be asked.
        payment: PaymentId,
        /// When.
        at: Timestamp,
    },
    /// Its payment moved.
    PaymentNoted {
        /// Which payment.
        payment: PaymentId,
        /// To where.
        status: PaymentStatus,
        /// When.
        at: Timestamp,
    },
    /// It became binding.
    Placed {
        /// The payment that reserved the money.
        payment: PaymentId,
        /// When.
        at: Timestamp,
    },
    /// Its money was taken.
    Paid {
        /// The payment that took it.
        payment: PaymentId,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// It was given up.
    Canceled {
        /// Why.
        reason: CancelReason,
        /// When.
        at: Timestamp,
    },
}
