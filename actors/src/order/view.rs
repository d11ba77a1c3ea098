//! What others may see of an order.

use amazoff_supervisor::{Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::adjustment::Adjustment;
use super::contact::Contact;
use super::draft::Line;
use super::further::Further;
use super::goods::{Pieces, Return, Shipment};
use super::number::number;
use super::state::Order;
use crate::ids::{CartId, LineId, OrderId, PaymentId, ReturnId, ShipmentId};
use crate::money::Money;
use crate::pricing::{Quote, Totals};

/// Whether an order binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Written down, not binding.
    #[default]
    Draft,
    /// Binding.
    Placed,
    /// Delivered and settled.
    Completed,
    /// Given up.
    Canceled,
}

/// How an order's payment stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Nothing was asked yet.
    #[default]
    None,
    /// The provider is being asked.
    Pending,
    /// The shopper must act.
    RequiresAction,
    /// The money is reserved.
    Authorized,
    /// The money is taken.
    Paid,
    /// The provider refused.
    Failed,
    /// The reservation was given up, or ran out.
    Voided,
    /// Part of the money is taken.
    PartiallyPaid,
    /// Part of the money went back.
    PartiallyRefunded,
    /// All of the money that was taken went back.
    Refunded,
}

/// How far an order's goods are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Nothing was packed yet.
    #[default]
    Unfulfilled,
    /// Something waits in a parcel, nothing was sent yet.
    Packed,
    /// Part of it was sent.
    PartiallyShipped,
    /// All of it was sent.
    Shipped,
    /// Part of it arrived.
    PartiallyDelivered,
    /// All of it arrived.
    Delivered,
    /// All of it came back.
    Returned,
}

/// What of an order's returns waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// A return waits for the shop's word.
    Requested,
    /// Goods of a return are on their way back.
    Approved,
}

/// The one line that a shopper follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Not binding yet.
    Draft,
    /// Binding; the money is reserved.
    Placed,
    /// The money is taken.
    Paid,
    /// Given up.
    Canceled,
    /// In parcels.
    Packed,
    /// On its way, at least in part.
    Shipped,
    /// All of it arrived.
    Delivered,
}

impl Stage {
    /// Its text, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Canceled => "canceled",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
        }
    }
}

/// One thing that happened to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Milestone,
}

/// What can happen to an order, as its timeline names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// Written down.
    Drafted,
    /// The shopper had to act on the payment.
    PaymentRequiresAction,
    /// The money was reserved.
    PaymentAuthorized,
    /// A payment failed.
    PaymentFailed,
    /// A reservation of money was given up.
    PaymentVoided,
    /// It became binding.
    Placed,
    /// The money was taken.
    Paid,
    /// Given up.
    Canceled,
    /// Part of the money was taken.
    PartiallyPaid,
    /// A reservation of money ran out.
    PaymentExpired,
    /// Pieces were given up.
    LinesCanceled,
    /// A parcel was packed.
    Packed,
    /// A parcel was sent.
    Shipped,
    /// A parcel arrived.
    Delivered,
    /// The shopper wants to send pieces back.
    ReturnRequested,
    /// The shop takes them back.
    ReturnApproved,
    /// The shop does not take them back.
    ReturnRejected,
    /// They came back.
    ReturnReceived,
    /// Money went back.
    Refunded,
    /// Money could not be given back.
    RefundFailed,
    /// The payer's bank disputes the payment.
    Disputed,
}

impl Milestone {
    /// Its text, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::PaymentRequiresAction => "payment_requires_action",
            Self::PaymentAuthorized => "payment_authorized",
            Self::PaymentFailed => "payment_failed",
            Self::PaymentVoided => "payment_voided",
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Canceled => "canceled",
            Self::PartiallyPaid => "partially_paid",
            Self::PaymentExpired => "payment_expired",
            Self::LinesCanceled => "lines_canceled",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::ReturnRequested => "return_requested",
            Self::ReturnApproved => "return_approved",
            Self::ReturnRejected => "return_rejected",
            Self::ReturnReceived => "return_received",
            Self::Refunded => "refunded",
            Self::RefundFailed => "refund_failed",
            Self::Disputed => "disputed",
        }
    }
}

/// An order without anything personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The order.
    pub id: OrderId,
    /// Its number for people, `AZ-…`.
    pub number: String,
    /// Whether it binds.
    pub status: Status,
    /// How its payment stands.
    pub payment_status: PaymentStatus,
    /// How far its goods are.
    pub fulfillment_status: FulfillmentStatus,
    /// What of its returns waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_status: Option<ReturnStatus>,
    /// Where it is on the shopper's line.
    pub stage: Stage,
    /// The cart that it was.
    pub cart_id: CartId,
    /// What was bought.
    pub lines: Vec<Line>,
    /// How far the pieces of each line are.
    pub goods: Vec<(LineId, Pieces)>,
    /// What was agreed on.
    pub totals: Totals,
    /// How its price was made.
    pub quote: Option<Box<Quote>>,
    /// What was taken and what went back.
    pub sums: Sums,
    /// Its parcels.
    pub shipments: Vec<(ShipmentId, Shipment)>,
    /// What is sent back.
    pub returns: Vec<(ReturnId, Return)>,
    /// Changes of what it costs and of what was paid back, oldest first.
    pub adjustments: Vec<Adjustment>,
    /// The payment that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// Payments that were begun after it was placed, oldest first.
    pub further: Vec<Further>,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// When it became binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Timestamp>,
    /// How many events it has; grows with every change.
    pub version: Version,
}

/// Where an order's money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// What it costs by now.
    pub price: Money,
    /// What was taken.
    pub captured: Money,
    /// What went back.
    pub refunded: Money,
    /// What can still be given back.
    pub refundable: Money,
    /// What is still owed that is neither taken nor reserved.
    pub owed: Money,
}

impl View {
    /// The view of an order at a version; `None` while it was never drafted.
    pub fn of(id: OrderId, order: &Order, version: Version) -> Option<Self> {
        let draft = order.draft.as_deref()?;
        Some(Self {
            id,
            number: number(id),
            status: order.status(),
            payment_status: order.payment_status(),
            fulfillment_status: order.fulfillment_status(),
            return_status: order.return_status(),
            stage: order.stage(),
            cart_id: draft.cart,
            lines: draft.lines.clone(),
            goods: order.goods.iter().map(|(line, pieces)| (*line, *pieces)).collect(),
            totals: draft.totals,
            quote: draft.quote.clone(),
            sums: Sums {
                price: draft.money(order.price()),
                captured: draft.money(order.captured()),
                refunded: draft.money(order.refunded()),
                refundable: draft.money(order.refundable()),
                owed: draft.money(order.owed()),
            },
            shipments: order.shipments.iter().map(|(id, parcel)| (*id, parcel.clone())).collect(),
            returns: order.returns.iter().map(|(id, back)| (*id, back.clone())).collect(),
            adjustments: order.adjustments.clone(),
            payment_id: order.payment,
            further: order.further.clone(),
            timeline: order.timeline.clone(),
            placed_at: order.placed_at,
            version,
        })
    }
}

/// An order with the contact that only its owner may see; `None` when the contact was erased.
#[derive(Clone, Debug)]
pub struct OrderDetails {
    /// The order.
    pub view: View,
    /// Who receives it.
    pub contact: Option<Contact>,
}
