//! What happened to an order. Stored for ever.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::adjustment::{Adjustment, Note};
use super::command::CancelReason;
use super::draft::Draft;
use super::further::{Further, FurtherState};
use super::goods::{Portion, ReceivedPortion, ReturnReason, Tracking};
use super::view::PaymentStatus;
use crate::ids::{CaptureId, PaymentId, RefundId, ReturnId, ShipmentId};
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
    /// All of its money was taken, at placement.
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
    /// Pieces were given up.
    LinesCanceled {
        /// Which.
        lines: Vec<Portion>,
        /// Why.
        reason: CancelReason,
        /// When.
        at: Timestamp,
    },
    /// What it costs, or what was paid back, changed.
    Adjusted {
        /// How.
        adjustment: Box<Adjustment>,
    },
    /// A parcel moved.
    Parcel(ParcelEvent),
    /// Money moved after the order was placed.
    Money(MoneyEvent),
    /// A return moved.
    Return(ReturnEvent),
    /// Somebody left a remark.
    NoteAdded {
        /// It.
        note: Note,
    },
}

/// A fact about a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelEvent {
    /// Pieces were put into a parcel.
    Packed {
        /// Which parcel.
        shipment: ShipmentId,
        /// Which pieces.
        lines: Vec<Portion>,
        /// When.
        at: Timestamp,
    },
    /// A parcel was taken apart.
    Unpacked {
        /// Which parcel.
        shipment: ShipmentId,
        /// When.
        at: Timestamp,
    },
    /// A parcel was sent.
    Shipped {
        /// Which parcel.
        shipment: ShipmentId,
        /// How to follow it.
        tracking: Option<Tracking>,
        /// When.
        at: Timestamp,
    },
    /// A parcel arrived.
    Delivered {
        /// Which parcel.
        shipment: ShipmentId,
        /// When.
        at: Timestamp,
    },
}

/// A fact about money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyEvent {
    /// The price of a parcel is about to be taken.
    CaptureRequested {
        /// By which payment.
        payment: PaymentId,
        /// Under which key.
        capture: CaptureId,
        /// Of which parcel.
        shipment: ShipmentId,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// A payment was begun over what was still owed.
    PaymentBegun {
        /// It.
        further: Further,
    },
    /// A further payment moved.
    PaymentMoved {
        /// Which.
        payment: PaymentId,
        /// To where.
        to: FurtherState,
        /// When.
        at: Timestamp,
    },
    /// The provider is about to be asked how a further payment stands.
    PaymentAsked {
        /// Which.
        payment: PaymentId,
        /// When.
        at: Timestamp,
    },
    /// What a further payment reserved is about to be taken, as far as no parcel will take it.
    DueRequested {
        /// By which payment.
        payment: PaymentId,
        /// Under which key.
        capture: CaptureId,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// Money was taken.
    Captured {
        /// By which payment.
        payment: PaymentId,
        /// Under which key.
        capture: CaptureId,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// Money could not be taken.
    CaptureFailed {
        /// By which payment.
        payment: PaymentId,
        /// Under which key.
        capture: CaptureId,
        /// Why.
        code: String,
        /// When.
        at: Timestamp,
    },
    /// The reservation that is not needed any more is about to be given up.
    VoidRequested {
        /// Of which payment.
        payment: PaymentId,
        /// When.
        at: Timestamp,
    },
    /// A reservation is over, as far as it was not taken.
    ReservationEnded {
        /// Of which payment.
        payment: PaymentId,
        /// Whether it ran out, or was given up.
        expired: bool,
        /// When.
        at: Timestamp,
    },
    /// Money went back.
    Refunded {
        /// By which refund.
        refund: RefundId,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// Money could not be given back.
    RefundFailed {
        /// By which refund.
        refund: RefundId,
        /// Why.
        code: String,
        /// When.
        at: Timestamp,
    },
    /// Money that had gone back came to the shop's account with the provider again.
    RefundReturned {
        /// By which refund.
        refund: RefundId,
        /// The name of what came back.
        returned: RefundId,
        /// How much.
        amount: Money,
        /// Why.
        code: String,
        /// When.
        at: Timestamp,
    },
    /// A dispute is decided.
    DisputeClosed {
        /// The provider's name for it.
        dispute: String,
        /// Whether the shop keeps the money.
        won: bool,
        /// When.
        at: Timestamp,
    },
}

/// A fact about goods that come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnEvent {
    /// The shopper wants to send pieces back.
    Requested {
        /// Its name.
        id: ReturnId,
        /// Which pieces.
        lines: Vec<Portion>,
        /// Why.
        reason: ReturnReason,
        /// When.
        at: Timestamp,
    },
    /// The shop takes them back.
    Approved {
        /// Which return.
        id: ReturnId,
        /// When.
        at: Timestamp,
    },
    /// The shop does not.
    Rejected {
        /// Which return.
        id: ReturnId,
        /// When.
        at: Timestamp,
    },
    /// The shopper keeps them.
    Canceled {
        /// Which return.
        id: ReturnId,
        /// When.
        at: Timestamp,
    },
    /// Goods came back.
    Received {
        /// Which return.
        id: ReturnId,
        /// What arrived.
        lines: Vec<ReceivedPortion>,
        /// When.
        at: Timestamp,
    },
    /// The money of a return is back.
    Refunded {
        /// Which return.
        id: ReturnId,
        /// When.
        at: Timestamp,
    },
}
