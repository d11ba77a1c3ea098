//! What others may see of an order.

use amazoff_supervisor::{Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::command::Line;
use super::contact::Contact;
use super::state::Order;
use crate::ids::{CartId, OrderId, PaymentId};
use crate::pricing::Totals;

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
    /// The reservation was given up.
    Voided,
}

/// How far an order's goods are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FulfillmentStatus {
    /// Nothing was packed yet.
    #[default]
    Unfulfilled,
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
}

impl Stage {
    /// Its text, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Canceled => "canceled",
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
    /// Where it is on the shopper's line.
    pub stage: Stage,
    /// The cart that it was.
    pub cart_id: CartId,
    /// What was bought.
    pub lines: Vec<Line>,
    /// What it costs.
    pub totals: Totals,
    /// The payment that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// When it became binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed_at: Option<Timestamp>,
    /// How many events it has; grows with every change.
    pub version: Version,
}

impl View {
    /// The view of an order at a version; `None` while it was never drafted.
    pub fn of(id: OrderId, order: &Order, version: Version) -> Option<Self> {
        let draft = order.draft.as_deref()?;
        Some(Self {
            id,
            number: number(id),
            status: order.status,
            payment_status: order.payment_status,
            fulfillment_status: FulfillmentStatus::default(),
            stage: order.stage(),
            cart_id: draft.cart,
            lines: draft.lines.clone(),
            totals: draft.totals,
            payment_id: order.payment,
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

/// Letters that are not mistaken for each other (Crockford's base 32).
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M',
    'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// The number that people read out: `AZ-` and ten letters (50 bits) of the id, whose low bits are a hash.
pub fn number(id: OrderId) -> String {
    let mut bits = id.uuid().as_u128();
    let mut letters = String::from("AZ-");
    for _ in 0..10 {
        let letter = usize::try_from(bits % 32).ok().and_then(|index| ALPHABET.get(index));
        letters.extend(letter);
        bits /= 32;
    }
    letters
}
