//! What follows from a provider's answer, whether it came at once or was looked up later.

use amazoff_supervisor::Decision;

use super::command::Update;
use super::event::Event;
use super::provider::{Operation, ProviderAnswer};
use super::state::{Known, Payment, SYNC};
use crate::money::Money;

/// Settles an operation by its answer.
pub(super) fn settle(known: &Known<'_>, operation: Operation, answer: &ProviderAnswer) -> Decision<Payment> {
    let decision = match answer {
        ProviderAnswer::Approved { amount, .. } if *amount != known.terms.amount => broken(known, *amount),
        ProviderAnswer::Approved { reference, .. } => approved(known, operation, reference),
        ProviderAnswer::ActionRequired { reference, url } => action(known, operation, reference, url),
        ProviderAnswer::Declined { code } => failed(known, code),
    };
    decision.forget(SYNC)
}

fn approved(known: &Known<'_>, operation: Operation, reference: &str) -> Decision<Payment> {
    match operation {
        Operation::Authorize | Operation::Confirm => {
            let authorized = Event::Authorized { reference: reference.to_owned() };
            if known.payment.void_wanted {
                return give_up(known, authorized, reference);
            }
            known.happens(vec![authorized]).effect(known.tell(Update::Authorized))
        }
        Operation::Capture => {
            let Money { amount, currency } = known.terms.amount;
            let from = format!("provider:{}", known.terms.provider);
            known.happens(vec![Event::Captured]).effect(known.tell(Update::Captured)).transfer(
                currency.code(),
                amount,
                &from,
                CLEARING,
            )
        }
        Operation::Void | Operation::Refund => {
            known.happens(vec![Event::Voided]).effect(known.tell(Update::Voided))
        }
    }
}

/// Where captured money waits until its order is marked paid.
pub const CLEARING: &str = "clearing:captured";

fn action(known: &Known<'_>, operation: Operation, reference: &str, url: &str) -> Decision<Payment> {
    match operation {
        Operation::Authorize | Operation::Confirm => {
            let required = Event::ActionRequired { reference: reference.to_owned(), url: url.to_owned() };
            if known.payment.void_wanted {
                return give_up(known, required, reference);
            }
            let tell = known.tell(Update::RequiresAction { url: url.to_owned() });
            known.happens(vec![required]).effect(tell)
        }
        // Nobody can act on these: the provider breaks its own protocol.
        Operation::Capture | Operation::Void | Operation::Refund => failed(known, "unexpected-answer"),
    }
}

/// The checkout gave up while the fate of the reservation was open: void it now that it is known.
fn give_up(known: &Known<'_>, event: Event, reference: &str) -> Decision<Payment> {
    let call = known.call(Operation::Void, Some(reference.to_owned()));
    known.happens(vec![event, Event::VoidRequested]).effect(call)
}

/// The provider refuses; nothing more follows.
pub(super) fn failed(known: &Known<'_>, code: &str) -> Decision<Payment> {
    let code = code.to_owned();
    let tell = known.tell(Update::Failed { code: code.clone() });
    known.happens(vec![Event::Failed { code }]).effect(tell)
}

fn broken(known: &Known<'_>, reported: Money) -> Decision<Payment> {
    known.happens(vec![Event::IntegrityBroken { reported }]).effect(known.tell(Update::IntegrityFailure))
}
