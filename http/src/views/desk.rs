//! What the shop's people see of orders beyond shoppers, and what may be asked of orders after they were placed.

use amazoff_actors::ids::{LineId, NoteId, ShipmentId, UserId};
use amazoff_actors::money::{Currency, Money, Quantity};
use amazoff_actors::order::{Address, Contact, Portion, ReceivedPortion, RefundReason, Remark, ReturnReason};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MoneyBody;
use super::fulfillment::TrackingBody;
use super::orders::OrderBody;
use crate::json::Form;
use crate::problem::FieldError;

/// Longest remark, in characters.
const NOTE_CHARS_MAX: usize = 4_000;
/// Longest text of a tracking, in characters.
const TRACKING_CHARS_MAX: usize = 500;

/// An order with what only the shop's people see.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DeskOrder)]
pub struct DeskOrderBody {
    /// As its shopper sees it.
    #[serde(flatten)]
    pub order: OrderBody,
    /// What can still be given back.
    pub refundable: MoneyBody,
    /// Who receives it; absent once that person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactBody>,
    /// Remarks, oldest first.
    pub notes: Vec<NoteBody>,
}

/// Who receives an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
pub struct ContactBody {
    /// Where mail goes.
    pub email: String,
    /// The recipient's name.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// What does not fit the first line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// Country code of ISO 3166.
    pub country: String,
    /// The part of the country, as in ISO 3166-2 after the hyphen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
}

impl From<Contact> for ContactBody {
    fn from(Contact { email, name, address }: Contact) -> Self {
        let Address { line1, line2, city, postal_code, country, subdivision } = address;
        Self { email, name, line1, line2, city, postal_code, country, subdivision }
    }
}

/// A remark.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Note)]
pub struct NoteBody {
    /// `note_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: NoteId,
    /// What it says; absent once the order's owner was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub author: Option<UserId>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<Remark> for NoteBody {
    fn from(Remark { id, text, author, at }: Remark) -> Self {
        Self { id, text, author, at }
    }
}

/// Pieces of a line.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pieces {
    /// Which line.
    #[schema(value_type = String)]
    pub line_id: LineId,
    /// How many pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 99)]
    pub quantity: Quantity,
}

/// What may be asked about pieces.
pub fn portions(pieces: &[Pieces]) -> Vec<Portion> {
    pieces.iter().map(|of| Portion { line: of.line_id, quantity: of.quantity }).collect()
}

/// Nothing more to say.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl Form for Nothing {}

/// Pieces to pack.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackForm {
    /// Which.
    #[schema(min_items = 1)]
    pub lines: Vec<Pieces>,
}

impl Form for PackForm {}

/// A parcel.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParcelForm {
    /// Which.
    #[schema(value_type = String)]
    pub shipment_id: ShipmentId,
}

impl Form for ParcelForm {}

/// A parcel to send: one that was packed, or pieces that are packed and sent at once.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipForm {
    /// The parcel that was packed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub shipment_id: Option<ShipmentId>,
    /// Which pieces.
    #[serde(default)]
    pub lines: Vec<Pieces>,
    /// How to follow it.
    #[serde(default)]
    pub tracking: Option<TrackingBody>,
}

impl Form for ShipForm {
    fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.shipment_id.is_some() != self.lines.is_empty() {
            let words = "Name a packed parcel or pieces, one of the two.";
            errors.push(FieldError::new("/lines", "invalid-value", words));
        }
        if let Some(TrackingBody { carrier, number, url }) = &self.tracking {
            let url = url.as_deref().unwrap_or_default();
            let parts = [("carrier", carrier.as_str(), 1), ("number", number, 1), ("url", url, 0)];
            for (name, text, least) in parts {
                if !(least..=TRACKING_CHARS_MAX).contains(&text.chars().count()) {
                    let words = "1 to 500 characters.";
                    errors.push(FieldError::new(&format!("/tracking/{name}"), "invalid-value", words));
                }
            }
            if !url.is_empty() && !url.starts_with("https://") {
                errors.push(FieldError::new("/tracking/url", "invalid-value", "An https address."));
            }
        }
        errors
    }
}

/// What to give up: all of the order, or pieces.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelForm {
    /// Which pieces; the whole order when absent.
    #[serde(default)]
    #[schema(min_items = 1)]
    pub lines: Option<Vec<Pieces>>,
}

impl Form for CancelForm {}

/// What to give back: the price of pieces, or a sum.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundForm {
    /// Which pieces.
    #[serde(default)]
    #[schema(min_items = 1)]
    pub lines: Option<Vec<Pieces>>,
    /// How much.
    #[serde(default)]
    #[schema(value_type = Option<crate::views::words::PositiveAmount>)]
    pub amount: Option<MoneyBody>,
    /// Why.
    #[schema(value_type = crate::views::words::RefundReason)]
    pub reason: RefundReason,
}

impl RefundForm {
    /// The sum; `None` when pieces are named, or the currency is none.
    pub fn money(&self) -> Option<Money> {
        let MoneyBody { amount, currency } = self.amount.as_ref()?;
        Some(Money::new(*amount, currency.parse::<Currency>().ok()?))
    }
}

impl Form for RefundForm {
    fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.lines.is_some() == self.amount.is_some() {
            let words = "Name pieces or an amount, one of the two.";
            errors.push(FieldError::new("/amount", "invalid-value", words));
        }
        if self.amount.is_some() && self.money().is_none() {
            errors.push(FieldError::new("/amount/currency", "invalid-value", "A currency code of ISO 4217."));
        }
        errors
    }
}

/// A remark to keep.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    /// What it says.
    #[schema(max_length = 4_000, format = "readable")]
    pub text: String,
}

impl Form for NoteForm {
    fn check(&self) -> Vec<FieldError> {
        let fits = !self.text.trim().is_empty() && self.text.chars().count() <= NOTE_CHARS_MAX;
        let error = || FieldError::new("/text", "invalid-value", "1 to 4,000 characters, not only blanks.");
        if fits { Vec::new() } else { vec![error()] }
    }
}

/// Pieces to send back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnForm {
    /// Which.
    #[schema(min_items = 1)]
    pub lines: Vec<Pieces>,
    /// Why.
    #[schema(value_type = crate::views::words::ReturnReason)]
    pub reason: ReturnReason,
}

impl Form for ReturnForm {}

/// What of a return arrived.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptForm {
    /// Which pieces.
    #[schema(min_items = 1)]
    pub lines: Vec<Received>,
}

impl Form for ReceiptForm {}

/// Pieces that arrived.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// Of which line.
    #[schema(value_type = String)]
    pub line_id: LineId,
    /// How many pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 99)]
    pub quantity: Quantity,
    /// Whether they can be sold again.
    pub resellable: bool,
}

impl From<Received> for ReceivedPortion {
    fn from(Received { line_id, quantity, resellable }: Received) -> Self {
        Self { line: line_id, quantity, resellable }
    }
}
