//! What happens to an order after it was placed, as the API shows it: pieces, parcels, returns, adjustments.

use amazoff_actors::ids::{AdjustmentId, LineId, PaymentId, RefundId, ReturnId, ShipmentId};
use amazoff_actors::order::{
    self, Adjustment, AdjustmentKind, AdjustmentStatus, Portion, ReceivedPortion, RefundPart, Return,
    Shipment, Tracking,
};
use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MoneyBody;
use super::carts::LineBody;

/// A line of an order: as it was bought, and how far its pieces are.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub struct OrderLineBody {
    /// As it was bought.
    #[serde(flatten)]
    pub line: LineBody,
    /// How many pieces were bought.
    pub ordered: u32,
    /// How many of them the shopper still gets: less those that were canceled.
    pub current: u32,
    /// How many of those were sent.
    pub fulfilled: u32,
    /// How many arrived.
    pub delivered: u32,
    /// How many came back.
    pub returned: u32,
    /// `processing`, `partial`, `fulfilled` or `removed`.
    pub status: &'static str,
}

/// The lines of an order with their pieces.
pub fn lines(view: &order::View) -> Vec<OrderLineBody> {
    let pieces_of = |id: LineId| {
        let found = view.goods.iter().find(|(line, _)| *line == id);
        found.map(|(_, pieces)| *pieces).unwrap_or_default()
    };
    let body = |line: &order::Line| {
        let pieces = pieces_of(line.id);
        let (current, fulfilled) = (pieces.current(), pieces.shipped);
        let status = match (current, fulfilled) {
            (0, _) => "removed",
            (_, 0) => "processing",
            (current, sent) if sent < current => "partial",
            _ => "fulfilled",
        };
        OrderLineBody {
            line: line.clone().into(),
            ordered: pieces.ordered,
            current,
            fulfilled,
            delivered: pieces.delivered,
            returned: pieces.returned,
            status,
        }
    };
    view.lines.iter().map(body).collect()
}

/// Pieces of a line.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Portion)]
pub struct PortionBody {
    /// Which line.
    #[schema(value_type = String)]
    pub line_id: LineId,
    /// How many pieces.
    pub quantity: u32,
}

impl From<Portion> for PortionBody {
    fn from(portion: Portion) -> Self {
        Self { line_id: portion.line, quantity: portion.quantity.get() }
    }
}

fn portions(lines: Vec<Portion>) -> Vec<PortionBody> {
    lines.into_iter().map(PortionBody::from).collect()
}

/// How a parcel can be followed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Tracking)]
pub struct TrackingBody {
    /// Who carries it.
    #[schema(min_length = 1, max_length = 500, example = "Parcel Post")]
    pub carrier: String,
    /// The carrier's number.
    #[schema(min_length = 1, max_length = 500, example = "PP123456789")]
    pub number: String,
    /// Where it can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, pattern = "^(https://.*)?$")]
    pub url: Option<String>,
}

impl From<Tracking> for TrackingBody {
    fn from(Tracking { carrier, number, url }: Tracking) -> Self {
        Self { carrier, number, url }
    }
}

impl From<TrackingBody> for Tracking {
    fn from(TrackingBody { carrier, number, url }: TrackingBody) -> Self {
        Self { carrier, number, url }
    }
}

/// A parcel.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Shipment)]
pub struct ShipmentBody {
    /// `shp_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ShipmentId,
    /// `packed`, `shipped` or `delivered`.
    #[schema(value_type = String)]
    pub state: order::ShipmentState,
    /// What is in it.
    pub lines: Vec<PortionBody>,
    /// How to follow it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingBody>,
    /// When it was packed.
    #[schema(value_type = String, format = DateTime)]
    pub packed_at: Timestamp,
    /// When it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub shipped_at: Option<Timestamp>,
    /// When it arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<Timestamp>,
}

impl From<(ShipmentId, Shipment)> for ShipmentBody {
    fn from((id, parcel): (ShipmentId, Shipment)) -> Self {
        Self {
            id,
            state: parcel.state,
            lines: portions(parcel.lines),
            tracking: parcel.tracking.map(TrackingBody::from),
            packed_at: parcel.packed_at,
            shipped_at: parcel.shipped_at,
            delivered_at: parcel.delivered_at,
        }
    }
}

/// Pieces that came back.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ReceivedPortion)]
pub struct ReceivedBody {
    /// Of which line.
    #[schema(value_type = String)]
    pub line_id: LineId,
    /// How many pieces.
    pub quantity: u32,
    /// Whether they can be sold again.
    pub resellable: bool,
}

/// Goods that come back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Return)]
pub struct ReturnBody {
    /// `ret_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: ReturnId,
    /// `requested`, `approved`, `received`, `refunded`, `rejected` or `canceled`.
    #[schema(value_type = String)]
    pub state: order::ReturnState,
    /// `unwanted`, `damaged`, `wrong` or `other`.
    #[schema(value_type = String)]
    pub reason: order::ReturnReason,
    /// What was asked for.
    pub lines: Vec<PortionBody>,
    /// What arrived.
    pub received: Vec<ReceivedBody>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
}

impl From<(ReturnId, Return)> for ReturnBody {
    fn from((id, back): (ReturnId, Return)) -> Self {
        let received = |of: ReceivedPortion| ReceivedBody {
            line_id: of.line,
            quantity: of.quantity.get(),
            resellable: of.resellable,
        };
        Self {
            id,
            state: back.state,
            reason: back.reason,
            lines: portions(back.lines),
            received: back.received.into_iter().map(received).collect(),
            requested_at: back.requested_at,
        }
    }
}

/// The part of a change that one payment pays back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub struct RefundBody {
    /// `ref_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: RefundId,
    /// Which payment.
    #[schema(value_type = String)]
    pub payment_id: PaymentId,
    /// How much.
    pub amount: MoneyBody,
    /// `pending`, `completed` or `failed`.
    #[schema(value_type = String)]
    pub status: AdjustmentStatus,
}

impl From<RefundPart> for RefundBody {
    fn from(part: RefundPart) -> Self {
        Self { id: part.refund, payment_id: part.payment, amount: part.amount.into(), status: part.status }
    }
}

/// A change of what an order costs, or of what was paid back.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Adjustment)]
pub struct AdjustmentBody {
    /// `adj_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: AdjustmentId,
    /// `cancellation`, `return`, `refund` or `dispute`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: AdjustmentKind,
    /// `pending`, `completed` or `failed`.
    #[schema(value_type = String)]
    pub status: AdjustmentStatus,
    /// What it is about.
    pub amount: MoneyBody,
    /// How much less the order costs.
    pub reduction: MoneyBody,
    /// Its pieces.
    pub lines: Vec<PortionBody>,
    /// What is paid back.
    pub refunds: Vec<RefundBody>,
    /// `defect`, `goodwill`, `excess` or `other`, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reason: Option<order::RefundReason>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl From<Adjustment> for AdjustmentBody {
    fn from(of: Adjustment) -> Self {
        Self {
            id: of.id,
            kind: of.kind,
            status: of.status(),
            amount: of.amount.into(),
            reduction: of.reduction.into(),
            lines: portions(of.lines),
            refunds: of.refunds.into_iter().map(RefundBody::from).collect(),
            reason: of.reason,
            at: of.at,
        }
    }
}
