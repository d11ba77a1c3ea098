//! An order that binds, of two lines and shipping, for the tests of what may happen to it then.

use amazoff_supervisor::derive_uuid;
use amazoff_testkit::Life;

use super::*;
use crate::ids::{AdjustmentId, CaptureId, HoldId, RefundId, ReturnId, ShipmentId};

/// Three pieces for 29.99 €, two for 10.01 €, sending for 4.90 €.
pub(super) const PRICES: [i64; 2] = [2999, 1001];
pub(super) const SHIPPING: i64 = 490;
pub(super) const TOTAL: i64 = 2999 + 1001 + 490;

pub(super) fn variant(n: u128) -> VariantId {
    VariantId::from(Uuid::from_u128(70 + n))
}

pub(super) fn line(n: u128) -> LineId {
    LineId::of_variant(variant(n))
}

pub(super) fn hold(n: u128) -> HoldId {
    HoldId::of(cart(), 1, variant(n))
}

pub(super) fn pieces(n: u32) -> Quantity {
    Quantity::try_from(n).unwrap()
}

pub(super) fn some(n: u128, quantity: u32) -> Portion {
    Portion { line: line(n), quantity: pieces(quantity) }
}

pub(super) fn all() -> Vec<Portion> {
    vec![some(0, 3), some(1, 2)]
}

pub(super) fn parcel(n: u128) -> ShipmentId {
    ShipmentId::from(Uuid::from_u128(500 + n))
}

pub(super) fn adjustment(n: u128) -> AdjustmentId {
    AdjustmentId::from(Uuid::from_u128(600 + n))
}

pub(super) fn back(n: u128) -> ReturnId {
    ReturnId::from(Uuid::from_u128(700 + n))
}

/// The name of the capture of a parcel.
pub(super) fn capture(n: u128) -> CaptureId {
    CaptureId::from(derive_uuid(&[b"capture", parcel(n).uuid().as_bytes()]))
}

/// The name of the refund of a change by the payment that placed the order.
pub(super) fn refund_of(adjustment: AdjustmentId) -> RefundId {
    RefundId::from(derive_uuid(&[b"refund", adjustment.uuid().as_bytes(), payment(1).uuid().as_bytes()]))
}

fn bought(n: u128, quantity: u32, price: i64) -> Line {
    Line {
        id: line(n),
        variant_id: variant(n),
        product_id: ProductId::from(Uuid::from_u128(8)),
        title: "Lamp".to_owned(),
        options: BTreeMap::new(),
        image: None,
        quantity: pieces(quantity),
        unit_price: Money::eur(1000),
        line_total: Money::eur(price),
    }
}

/// What the order is about.
pub(super) fn terms(capture: CapturePolicy) -> Box<Draft> {
    let totals = crate::pricing::Totals {
        subtotal: Money::eur(5000),
        discount: Money::eur(1000),
        shipping: Money::eur(SHIPPING),
        total: Money::eur(TOTAL),
        ..crate::pricing::Totals::zero(crate::money::Currency::EUR)
    };
    let lines = vec![bought(0, 3, PRICES[0]), bought(1, 2, PRICES[1])];
    let owner = Owner::Guest;
    Box::new(Draft { cart: cart(), owner, lines, totals, contact: Sealed::Erased, quote: None, capture })
}

fn begun(capture: CapturePolicy) -> Vec<Event> {
    let drafted = Event::Drafted { draft: terms(capture), payment: payment(1), at: AT };
    vec![drafted, noted(PaymentStatus::Authorized), placed()]
}

/// Placed and paid at once.
pub(super) fn paid_for() -> Vec<Event> {
    let paid = Event::Paid { payment: payment(1), amount: Money::eur(TOTAL), at: AT };
    [begun(CapturePolicy::OnPlacement), vec![paid]].concat()
}

/// Placed; its money is taken parcel by parcel.
pub(super) fn reserved() -> Vec<Event> {
    begun(CapturePolicy::OnShipment)
}

/// An order all of whose money the first payment could not take.
pub(super) fn unpaid() -> Vec<Event> {
    let mut events = paid_for();
    events.pop();
    events.push(noted(PaymentStatus::Failed));
    events
}

/// An order that lived through events, for the commands that follow.
pub(super) fn life(events: Vec<Event>) -> Life<Order> {
    let mut life = Life::new(OrderId::of_cart(cart()).uuid());
    life.happened(events);
    life
}

pub(super) fn pack(n: u128, lines: Vec<Portion>) -> Command {
    Command::Pack { shipment: parcel(n), lines }
}

pub(super) fn ship(n: u128, lines: Vec<Portion>) -> Command {
    Command::Ship { shipment: parcel(n), lines, tracking: None }
}

pub(super) fn deliver(n: u128) -> Command {
    Command::Deliver { shipment: parcel(n) }
}

pub(super) fn cancel_lines(n: u128, lines: Vec<Portion>) -> Command {
    Command::CancelLines { adjustment: adjustment(n), lines, reason: CancelReason::Shop }
}

pub(super) fn refund(n: u128, of: RefundOf) -> Command {
    Command::Refund { adjustment: adjustment(n), of, reason: RefundReason::Goodwill }
}

pub(super) fn cents(n: i64) -> RefundOf {
    RefundOf::Amount(Money::eur(n))
}

pub(super) fn fact(fact: Fact) -> Command {
    Command::NoteFact { payment: payment(1), fact }
}

pub(super) fn captured(n: u128, amount: i64) -> Command {
    fact(Fact::Captured { capture: capture(n), amount: Money::eur(amount) })
}

/// The refunds that a decision asks for.
pub(super) fn asked_back(decision: &amazoff_supervisor::Decision<Order>) -> i64 {
    let refunds = decision.effects.iter().filter_map(|effect| {
        if let Effect::Refund { amount, .. } = effect { Some(amount.amount) } else { None }
    });
    refunds.sum()
}

/// What a decision asks of others, but for telling the buyer.
pub(super) fn asked(decision: &amazoff_supervisor::Decision<Order>) -> Vec<Effect> {
    let tells = |effect: &&Effect| matches!(effect, Effect::Write { .. } | Effect::Announce { .. });
    decision.effects.iter().filter(|effect| !tells(effect)).cloned().collect()
}

/// The axes of an order.
pub(super) fn axes(order: &Order) -> (Status, PaymentStatus, FulfillmentStatus) {
    (order.status(), order.payment_status(), order.fulfillment_status())
}
