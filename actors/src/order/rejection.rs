//! Why an order refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

use super::goods::ReturnState;
use crate::ids::LineId;
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
    /// Nothing is owed that is not taken or reserved.
    #[error("nothing is owed for the order")]
    NothingOwed,
    /// It has had as many payments as it may have.
    #[error("too many payments were tried for the order")]
    TooManyPayments,
    /// As many returns were asked for as an order may have.
    #[error("too many returns were asked for")]
    TooManyReturns,
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
    /// It has no such line.
    #[error("the order has no line {line}")]
    LineUnknown {
        /// Which.
        line: LineId,
    },
    /// Fewer pieces of the line are left for that.
    #[error("only {left} pieces of {line} are left for that")]
    QuantityNotOpen {
        /// Which line.
        line: LineId,
        /// How many.
        left: u32,
    },
    /// No piece and no money was named.
    #[error("nothing was chosen")]
    NothingChosen,
    /// Pieces are packed or sent already.
    #[error("the order is packed or sent already")]
    AlreadyPacked,
    /// It has no such parcel.
    #[error("there is no such parcel")]
    ShipmentUnknown,
    /// The parcel has other pieces.
    #[error("the parcel has other pieces")]
    ShipmentDiffers,
    /// The parcel was not sent yet.
    #[error("the parcel was not sent yet")]
    ShipmentNotSent,
    /// The parcel is on its way.
    #[error("the parcel is on its way")]
    ShipmentSent,
    /// Its money is neither taken nor reserved (ORDER-7).
    #[error("the order's money is neither taken nor reserved")]
    NotCovered,
    /// It has no such return.
    #[error("there is no such return")]
    ReturnUnknown,
    /// The return is at another step.
    #[error("the return is at another step")]
    ReturnNotOpen {
        /// At which.
        state: ReturnState,
    },
    /// Less was taken, or it went back already (ORDER-6).
    #[error("only {refundable} can be given back")]
    RefundExceedsCaptured {
        /// How much is left.
        refundable: Money,
    },
    /// Something happened since it was looked at.
    #[error("the order has changed")]
    Changed {
        /// How many events it has by now.
        version: u64,
    },
    /// The amount is in another currency.
    #[error("the order is in another currency")]
    CurrencyMismatch,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound | Self::LineUnknown { .. } | Self::ShipmentUnknown | Self::ReturnUnknown => {
                FaultKind::NotFound
            }
            Self::NothingChosen | Self::CurrencyMismatch => FaultKind::Invalid,
            Self::Changed { .. } => FaultKind::Stale,
            Self::QuantityNotOpen { .. }
            | Self::AlreadyPacked
            | Self::ShipmentDiffers
            | Self::ShipmentNotSent
            | Self::ShipmentSent
            | Self::NotCovered
            | Self::ReturnNotOpen { .. }
            | Self::RefundExceedsCaptured { .. }
            | Self::NotDraft
            | Self::NotPlaced
            | Self::PaymentUnderWay
            | Self::NothingOwed
            | Self::TooManyPayments
            | Self::TooManyReturns
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
            Self::NothingOwed => "order-nothing-owed",
            Self::TooManyPayments => "order-too-many-payments",
            Self::TooManyReturns => "order-too-many-returns",
            Self::OtherPayment => "order-other-payment",
            Self::AmountMismatch { .. } => "amount-mismatch",
            Self::CartAlreadyOrdered => "cart-already-ordered",
            Self::LineUnknown { .. } => "order-line-unknown",
            Self::QuantityNotOpen { .. } => "quantity-not-open",
            Self::NothingChosen => "nothing-chosen",
            Self::AlreadyPacked => "order-already-packed",
            Self::ShipmentUnknown => "shipment-unknown",
            Self::ShipmentDiffers => "shipment-differs",
            Self::ShipmentNotSent => "shipment-not-sent",
            Self::ShipmentSent => "shipment-sent",
            Self::NotCovered => "order-not-covered",
            Self::ReturnUnknown => "return-unknown",
            Self::ReturnNotOpen { .. } => "return-not-open",
            Self::RefundExceedsCaptured { .. } => "refund-exceeds-captured",
            Self::Changed { .. } => "order-changed",
            Self::CurrencyMismatch => "currency-mismatch",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::AmountMismatch { total } => serde_json::json!({ "total": total }),
            Self::LineUnknown { line } => serde_json::json!({ "line_id": line }),
            Self::QuantityNotOpen { line, left } => serde_json::json!({ "line_id": line, "left": left }),
            Self::Changed { version } => serde_json::json!({ "version": version }),
            Self::ReturnNotOpen { state } => serde_json::json!({ "state": state }),
            Self::RefundExceedsCaptured { refundable } => serde_json::json!({ "refundable": refundable }),
            Self::NotFound
            | Self::NotDraft
            | Self::NotPlaced
            | Self::PaymentUnderWay
            | Self::NothingOwed
            | Self::TooManyPayments
            | Self::TooManyReturns
            | Self::OtherPayment
            | Self::CartAlreadyOrdered
            | Self::NothingChosen
            | Self::AlreadyPacked
            | Self::ShipmentUnknown
            | Self::ShipmentDiffers
            | Self::ShipmentNotSent
            | Self::ShipmentSent
            | Self::NotCovered
            | Self::ReturnUnknown
            | Self::CurrencyMismatch => serde_json::Value::Null,
        }
    }
}
