//! To the order.

use amazoff_supervisor::Delivered;

use super::super::command::Command;
use super::super::outcome::Failure;
use super::super::reach::Reached;
use super::super::step::Step;
use super::{CheckoutDelivery, Sent, stuck};
use crate::ids::{OrderId, PaymentId};
use crate::money::Money;
use crate::order::{self, Draft, PaymentStatus};

pub(super) async fn draft(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    (order, draft, payment): (OrderId, &Draft, PaymentId),
) -> Delivered<Command> {
    let command = order::Command::Draft { draft: Box::new(draft.clone()), payment };
    let failure = match Reached::from(to.orders.execute(order.uuid(), command, sent.envelope()).await) {
        Reached::Accepted(_) => None,
        Reached::Refused(_) => Some(Failure::OrderClosed),
        Reached::Poisoned(_) => Some(Failure::StepFailed { step: Step::DraftOrder }),
        Reached::NotNow(reason) => return Delivered::Retry { reason },
    };
    Delivered::Answer(Command::RecordDraft { attempt, failure })
}

/// Tells the order what its binding part depends on; the answer goes back, and a refusal is a defect.
async fn must(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    (order, command): (OrderId, order::Command),
    (what, answer): (&str, Command),
) -> Delivered<Command> {
    match Reached::from(to.orders.execute(order.uuid(), command, sent.envelope()).await) {
        Reached::Accepted(_) => Delivered::Answer(answer),
        Reached::Refused(refusal) => stuck(sent, what, &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, what, &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}

pub(super) async fn place(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    (order, payment): (OrderId, PaymentId),
) -> Delivered<Command> {
    let answer = Command::RecordPlaced { attempt };
    must(to, sent, (order, order::Command::Place { payment }), ("place the order", answer)).await
}

pub(super) async fn mark_paid(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    (order, payment, amount): (OrderId, PaymentId, Money),
) -> Delivered<Command> {
    let answer = Command::RecordPaid { attempt };
    let command = order::Command::MarkPaid { payment, amount };
    must(to, sent, (order, command), ("mark the order paid", answer)).await
}

/// A note for the shopper's eyes: when it cannot be taken, the purchase goes on without it.
pub(super) async fn note(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    order: OrderId,
    (payment, status): (PaymentId, PaymentStatus),
) -> Delivered<Command> {
    let command = order::Command::NotePayment { payment, status };
    let reason = match Reached::from(to.orders.execute(order.uuid(), command, sent.envelope()).await) {
        // An attempt may fail before its order was ever written.
        Reached::Accepted(_) | Reached::Refused(order::Rejection::NotFound) => return Delivered::Done,
        Reached::Refused(refusal) => refusal.to_string(),
        Reached::Poisoned(reason) => reason,
        Reached::NotNow(reason) => return Delivered::Retry { reason },
    };
    tracing::error!(order.id = %order, %reason, "order {order} did not note how its payment stands: {reason}");
    Delivered::Done
}
