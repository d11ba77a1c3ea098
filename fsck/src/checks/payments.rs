//! Payments that are not over are somebody's business.

use amazoff_actors::checkout::Checkout;
use amazoff_actors::ids::{CartId, OrderId, PaymentId};
use amazoff_actors::payment::Payment;
use amazoff_supervisor::{Entity as _, EntityId, Timestamp};
use uuid::Uuid;

use crate::facts::{Facts, PaymentFact, Progress};
use crate::finding::{Code, Report};

/// How long the fate of an operation may stay unknown: providers forget keys after a day.
const UNKNOWN_MAX_MS: i64 = 24 * 60 * 60 * 1_000;

pub(super) fn they_move(facts: &Facts, now: Timestamp, report: &mut Report) {
    for (id, payment) in &facts.payments {
        let name = PaymentId::from(*id);
        let moves = facts.moves(&EntityId::new(Payment::KIND, *id));
        match payment.progress {
            Progress::Over | Progress::Captured | Progress::Created => {}
            Progress::Asking { .. } | Progress::Unknown { .. } if !moves => {
                report.note(Code::PaymentStalled, name, format!("nobody asks: {:?}", payment.progress));
            }
            Progress::Asking { .. } => {}
            Progress::Unknown { since, .. } => {
                if now.unix_ms() - since.unix_ms() > UNKNOWN_MAX_MS {
                    report.note(Code::PaymentUnknownTooLong, name, format!("since {since}"));
                }
            }
            Progress::Waiting => {
                let sends = |cart: CartId| facts.sends.contains(&EntityId::new(Checkout::KIND, cart.uuid()));
                let awaited = payment.cart.is_some_and(|cart| runs(facts, cart, *id) || sends(cart));
                // Its order takes the money when it ships.
                let awaited = awaited || pays_placed(facts, payment, *id);
                if !awaited && !moves {
                    report.note(Code::PaymentAbandoned, name, abandoned(payment));
                }
            }
        }
    }
}

/// Whether a placed order counts on a payment.
fn pays_placed(facts: &Facts, payment: &PaymentFact, id: Uuid) -> bool {
    let order = payment.order.and_then(|order| facts.orders.get(&order.uuid()));
    order.is_some_and(|order| order.is_placed() && (order.payment == Some(id) || order.further.contains(&id)))
}

/// Whether the attempt that a payment belongs to runs.
fn runs(facts: &Facts, cart: CartId, payment: Uuid) -> bool {
    let attempt = facts.checkouts.get(&cart.uuid()).and_then(|checkout| checkout.attempt);
    attempt.is_some_and(|attempt| PaymentId::of_attempt(OrderId::of_cart(cart), attempt).uuid() == payment)
}

fn abandoned(payment: &PaymentFact) -> String {
    let order = payment.order.map(|order| order.to_string()).unwrap_or_default();
    format!("money may be reserved for {order}, but its checkout is over")
}
