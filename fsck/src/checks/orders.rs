//! Carts, their checkouts and what they became.

use std::collections::{BTreeMap, HashSet};

use amazoff_actors::checkout::Checkout;
use amazoff_actors::ids::{CartId, OrderId, PaymentId};
use amazoff_actors::order::PaymentStatus;
use amazoff_actors::payment::Payment;
use amazoff_supervisor::{Entity as _, EntityId};

use crate::facts::{Facts, OrderFact};
use crate::finding::{Code, Report};

pub(super) fn carts_become_one_order(facts: &Facts, report: &mut Report) {
    let mut placed: BTreeMap<CartId, u32> = BTreeMap::new();
    for (id, order) in &facts.orders {
        let name = OrderId::from(*id);
        let Some(cart) = order.cart else {
            report.note(Code::OrderForeign, name, "it says not of which cart it is");
            continue;
        };
        if OrderId::of_cart(cart) != name {
            report.note(Code::OrderForeign, name, format!("it is not the order that {cart} may become"));
        }
        if order.is_placed() {
            *placed.entry(cart).or_default() += 1;
        }
    }
    for (cart, orders) in placed.into_iter().filter(|(_, orders)| *orders > 1) {
        report.note(Code::OrderTwice, cart, format!("it became {orders} placed orders"));
    }
    for (id, cart) in &facts.carts {
        let name = CartId::from(*id);
        if let Some(order) = cart.order
            && !facts.orders.get(&order.uuid()).is_some_and(|order| order.was_placed)
        {
            report.note(Code::CartOrderMissing, name, format!("it is completed, but {order} is not placed"));
        }
        let running = facts.checkouts.get(id).and_then(|checkout| checkout.attempt);
        if let Some(attempt) = cart.locked_by.filter(|attempt| Some(*attempt) != running) {
            let detail = format!("attempt {attempt} has locked it, but {running:?} runs");
            report.note(Code::CartLockedForever, name, detail);
        }
    }
}

/// No placed order without a payment that covers it; none unpaid without somebody at work.
pub(super) fn placed_ones_are_covered(facts: &Facts, report: &mut Report) {
    let telling = told_by_payments(facts);
    for (id, order) in facts.orders.iter().filter(|(_, order)| order.is_placed()) {
        let name = OrderId::from(*id);
        let payment = order.payment.and_then(|payment| facts.payments.get(&payment));
        let covered = payment.is_some_and(|payment| {
            payment.was_authorized && payment.amount == order.total && payment.order == Some(name)
        });
        if !covered {
            let total = order.total.map(|total| total.to_string()).unwrap_or_default();
            report.note(Code::OrderUncovered, name, format!("it costs {total}; its payment is {payment:?}"));
            continue;
        }
        let at_work = order.cart.is_some_and(|cart| is_at_work(facts, cart)) || telling.contains(&name);
        let OrderFact { captured, price, .. } = *order;
        if captured < price && !at_work && is_awaited(order) {
            let detail = format!("it binds and costs {price}, but {captured} was taken");
            report.note(Code::OrderUnpaid, name, detail);
        }
    }
}

/// The orders to which a payment has something to tell.
fn told_by_payments(facts: &Facts) -> HashSet<OrderId> {
    let telling = facts.payments.iter().filter(|(id, _)| facts.moves(&EntityId::new(Payment::KIND, **id)));
    telling.filter_map(|(_, payment)| payment.order).collect()
}

/// Whether money should be there already: all of it at once, or, parcel by parcel, when a capture failed.
fn is_awaited(order: &OrderFact) -> bool {
    order.paid_at_once || matches!(order.payment_status, PaymentStatus::Failed | PaymentStatus::Voided)
}

/// Whether an attempt of a cart's checkout runs.
fn is_at_work(facts: &Facts, cart: CartId) -> bool {
    facts.checkouts.get(&cart.uuid()).is_some_and(|checkout| checkout.attempt.is_some())
}

/// A checkout that runs waits for an effect of its own, for its payment, or for a time.
pub(super) fn checkouts_move(facts: &Facts, report: &mut Report) {
    for (id, checkout) in &facts.checkouts {
        let Some(attempt) = checkout.attempt else { continue };
        let cart = CartId::from(*id);
        let payment = PaymentId::of_attempt(OrderId::of_cart(cart), attempt);
        let checkout = EntityId::new(Checkout::KIND, *id);
        if !facts.moves(&checkout) && !facts.moves(&EntityId::new(Payment::KIND, payment.uuid())) {
            let detail = format!("attempt {attempt} waits for something that nobody will bring");
            report.note(Code::CheckoutStalled, checkout, detail);
        }
    }
}
