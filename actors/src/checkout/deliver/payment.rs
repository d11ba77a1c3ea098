//! To the payment. What the provider says comes back later, as news.

use amazoff_supervisor::Delivered;

use super::super::command::Command;
use super::super::reach::Reached;
use super::{CheckoutDelivery, Sent, stuck};
use crate::ids::PaymentId;
use crate::payment::{self, Terms};

/// The decline code of a payment that could not even be written down.
const UNAVAILABLE: &str = "payment-unavailable";

/// The provider is called only after this command is committed, so when it is refused or kept for inspection, no money
/// was touched and the attempt may fail.
pub(super) async fn authorize(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    attempt: u32,
    (payment, terms): (PaymentId, &Terms),
) -> Delivered<Command> {
    let command = payment::Command::Authorize(terms.clone());
    match Reached::from(to.payments.execute(payment.uuid(), command, sent.envelope()).await) {
        Reached::Accepted(_) => Delivered::Done,
        Reached::Refused(refusal) => {
            let code = amazoff_supervisor::Fault::code(&refusal).to_owned();
            Delivered::Answer(Command::RecordPaymentRefused { attempt, code })
        }
        Reached::Poisoned(reason) => {
            tracing::error!(payment.id = %payment, %reason, "payment {payment} could not be begun: {reason}");
            Delivered::Answer(Command::RecordPaymentRefused { attempt, code: UNAVAILABLE.to_owned() })
        }
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}

async fn told(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    payment: PaymentId,
    command: payment::Command,
) -> Reached<payment::View, payment::Rejection> {
    Reached::from(to.payments.execute(payment.uuid(), command, sent.envelope()).await)
}

/// What a payment may not refuse.
fn must(
    sent: &Sent<'_>,
    what: &str,
    reached: Reached<payment::View, payment::Rejection>,
) -> Delivered<Command> {
    match reached {
        Reached::Accepted(_) => Delivered::Done,
        Reached::Refused(refusal) => stuck(sent, what, &refusal.to_string()),
        Reached::Poisoned(reason) => stuck(sent, what, &reason),
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}

/// A reservation may be over before the order is placed. The payment told so when nobody could do anything about it, and does
/// not tell it again: its refusal is the news.
pub(super) async fn capture(
    to: &CheckoutDelivery,
    sent: &Sent<'_>,
    payment: PaymentId,
) -> Delivered<Command> {
    let reached = told(to, sent, payment, payment::Command::Capture).await;
    if let Reached::Refused(refusal) = &reached
        && let Some(news) = not_captured(payment, refusal)
    {
        return Delivered::Answer(news);
    }
    must(sent, "have the money taken", reached)
}

/// What a checkout learns from a payment that will never take the money.
pub(in crate::checkout) fn not_captured(payment: PaymentId, refusal: &payment::Rejection) -> Option<Command> {
    let code = amazoff_supervisor::Fault::code(refusal).to_owned();
    let update = payment::Update::Failed { code };
    (*refusal == payment::Rejection::NotAuthorized).then_some(Command::PaymentUpdate { payment, update })
}

pub(super) async fn void(to: &CheckoutDelivery, sent: &Sent<'_>, payment: PaymentId) -> Delivered<Command> {
    must(sent, "give the money up", told(to, sent, payment, payment::Command::Void).await)
}

/// Asking costs nothing and is repeated by the void that follows, so a failure to ask ends here.
pub(super) async fn sync(to: &CheckoutDelivery, sent: &Sent<'_>, payment: PaymentId) -> Delivered<Command> {
    match Reached::from(to.payments.execute(payment.uuid(), payment::Command::Sync, sent.envelope()).await) {
        Reached::Accepted(_) | Reached::Refused(_) => Delivered::Done,
        Reached::Poisoned(reason) => {
            tracing::error!(payment.id = %payment, %reason, "payment {payment} cannot be asked: {reason}");
            Delivered::Done
        }
        Reached::NotNow(reason) => Delivered::Retry { reason },
    }
}
