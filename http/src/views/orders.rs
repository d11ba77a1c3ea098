//! Orders as the API shows them.

use amazoff_actors::ids::{CartId, OrderId, PaymentId};
use amazoff_actors::order::{self, Line, Moment, OrderCard};
use amazoff_supervisor::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::carts::{CouponBody, LineBody};
use super::fulfillment::{AdjustmentBody, OrderLineBody, ReturnBody, ShipmentBody, lines};
use super::payments::FurtherPaymentBody;
use super::{MoneyBody, TotalsBody, media_path};

/// An order, without anything personal.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderBody {
    /// `ord_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: OrderId,
    /// Its number for people, `AZ-…`.
    pub number: String,
    /// `draft`, `placed`, `completed` or `canceled`.
    #[schema(value_type = String)]
    pub status: order::Status,
    /// `none`, `pending`, `requires_action`, `authorized`, `partially_paid`, `paid`, `partially_refunded`, `refunded`,
    /// `failed` or `voided`.
    #[schema(value_type = String)]
    pub payment_status: order::PaymentStatus,
    /// `unfulfilled`, `packed`, `partially_shipped`, `shipped`, `partially_delivered`, `delivered` or `returned`.
    #[schema(value_type = String)]
    pub fulfillment_status: order::FulfillmentStatus,
    /// What of its returns waits: `requested` for the shop's word, `approved` for the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub return_status: Option<order::ReturnStatus>,
    /// `draft`, `placed`, `paid`, `packed`, `shipped`, `delivered` or `canceled`: the one line to follow.
    #[schema(value_type = String)]
    pub stage: order::Stage,
    /// The cart that it was.
    #[schema(value_type = String)]
    pub cart_id: CartId,
    /// What was bought.
    pub lines: Vec<OrderLineBody>,
    /// The codes that took something off.
    pub coupons: Vec<CouponBody>,
    /// What was agreed on.
    pub totals: TotalsBody,
    /// What it costs by now: less what was canceled, returned or let off.
    pub price: MoneyBody,
    /// What was taken.
    pub captured: MoneyBody,
    /// What went back.
    pub refunded: MoneyBody,
    /// Its parcels.
    pub shipments: Vec<ShipmentBody>,
    /// What is sent back.
    pub returns: Vec<ReturnBody>,
    /// Changes of what it costs and of what was paid back, oldest first.
    pub adjustments: Vec<AdjustmentBody>,
    /// What is still owed that is neither taken nor reserved: another payment may be begun over it.
    pub owed: MoneyBody,
    /// Payments that were begun after it was placed, oldest first.
    pub further_payments: Vec<FurtherPaymentBody>,
    /// The payment that placed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub payment_id: Option<PaymentId>,
    /// What happened, oldest first.
    pub timeline: Vec<MomentBody>,
    /// When it became binding.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub placed_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: u64,
}

/// One thing that happened to an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Moment)]
pub struct MomentBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What, such as `placed` or `paid`.
    pub event: &'static str,
}

/// A placed order in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OrderCard)]
pub struct OrderCardBody {
    /// `ord_` and 32 hex digits.
    #[schema(value_type = String)]
    pub id: OrderId,
    /// Its number for people.
    pub number: String,
    /// `placed`, `paid`, `packed`, `shipped` or `delivered`.
    #[schema(value_type = String)]
    pub stage: order::Stage,
    /// Whether it binds.
    #[schema(value_type = String)]
    pub status: order::Status,
    /// How its payment stands.
    #[schema(value_type = String)]
    pub payment_status: order::PaymentStatus,
    /// How far its goods are.
    #[schema(value_type = String)]
    pub fulfillment_status: order::FulfillmentStatus,
    /// What of its returns waits: `requested` for the shop's word, `approved` for the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub return_status: Option<order::ReturnStatus>,
    /// What was agreed on.
    pub total: MoneyBody,
    /// When it became binding.
    #[schema(value_type = String, format = DateTime)]
    pub placed_at: Timestamp,
    /// How many lines it has.
    pub line_count: u32,
    /// The title of the first line.
    pub first_title: String,
}

/// A page of a person's orders, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderList {
    /// The orders.
    pub items: Vec<OrderCardBody>,
    /// Give it as `cursor` for the next page; absent at the end.
    pub next_cursor: Option<String>,
}

impl From<order::View> for OrderBody {
    fn from(view: order::View) -> Self {
        let lines = lines(&view);
        let order::Sums { price, captured, refunded, refundable: _, owed } = view.sums;
        Self {
            id: view.id,
            number: view.number,
            status: view.status,
            payment_status: view.payment_status,
            fulfillment_status: view.fulfillment_status,
            return_status: view.return_status,
            stage: view.stage,
            cart_id: view.cart_id,
            lines,
            coupons: view.quote.as_deref().map(CouponBody::that_count).unwrap_or_default(),
            totals: view.totals.into(),
            price: price.into(),
            captured: captured.into(),
            refunded: refunded.into(),
            shipments: view.shipments.into_iter().map(ShipmentBody::from).collect(),
            returns: view.returns.into_iter().map(ReturnBody::from).collect(),
            adjustments: view.adjustments.into_iter().map(AdjustmentBody::from).collect(),
            owed: owed.into(),
            further_payments: view.further.into_iter().map(FurtherPaymentBody::from).collect(),
            payment_id: view.payment_id,
            timeline: view.timeline.into_iter().map(MomentBody::from).collect(),
            placed_at: view.placed_at,
            version: view.version.0,
        }
    }
}

impl From<Line> for LineBody {
    fn from(line: Line) -> Self {
        Self {
            id: line.id,
            variant_id: line.variant_id,
            product_id: line.product_id,
            title: line.title,
            options: line.options,
            image: line.image.as_deref().map(media_path),
            quantity: line.quantity.get(),
            unit_price: line.unit_price.into(),
            line_total: line.line_total.into(),
        }
    }
}

impl From<Moment> for MomentBody {
    fn from(moment: Moment) -> Self {
        Self { at: moment.at, event: moment.event.name() }
    }
}

impl From<OrderCard> for OrderCardBody {
    fn from(card: OrderCard) -> Self {
        Self {
            id: card.id,
            number: card.number,
            stage: card.stage,
            status: card.status,
            payment_status: card.payment_status,
            fulfillment_status: card.fulfillment_status,
            return_status: card.return_status,
            total: card.total.into(),
            placed_at: Timestamp::from_unix_ms(card.placed_at_ms),
            line_count: card.line_count,
            first_title: card.first_title,
        }
    }
}
