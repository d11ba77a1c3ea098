//! Why an order refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// A typed refusal; the order is unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is no such order.
    #[error("there is no such order")]
    NotFound,
    /// It is placed or canceled and cannot be written anew.
    #[error("the order is not a draft any more")]
    NotDraft,
    /// It is not placed.
    #[error("the order is not placed")]
    NotPlaced,
    /// Money is reserved for it.
    #[error("the order's payment is under way")]
    PaymentUnderWay,
    /// Another payment pays it.
    #[error("another payment pays this order")]
    OtherPayment,
    /// The amount is not the order's total.
    #[error("the order costs {total}")]
    AmountMismatch {
        /// What it costs.
        total: Money,
    },
    /// Its cart has become another order.
    #[error("the cart has become another order")]
    CartAlreadyOrdered,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::NotDraft
            | Self::NotPlaced
            | Self::PaymentUnderWay
            | Self::OtherPayment
            | Self::AmountMismatch { .. }
            | Self::CartAlreadyOrdered => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order-not-found",
            Self::NotDraft => "order-not-draft",
            Self::NotPlaced => "order-not-placed",
            Self::PaymentUnderWay => "order-payment-under-way",
            Self::OtherPayment => "order-other-payment",
            Self::AmountMismatch { .. } => "amount-mismatch",
            Self::CartAlreadyOrdered => "cart-already-ordered",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::AmountMismatch { total } => serde_json::json!({ "total": total }),
            Self::NotFound
            | Self::NotDraft
            | Self::NotPlaced
            | Self::PaymentUnderWay
            | Self::OtherPayment
            | Self::CartAlreadyOrdered => serde_json::Value::Null,
        }
    }
}
