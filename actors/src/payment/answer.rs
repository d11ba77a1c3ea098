//! What follows from a provider's answer, whether it came at once or was looked up later.

use amazoff_supervisor::{Decision, Timestamp};

use super::command::{Outcome, Update};
use super::event::Event;
use super::known::{EXPIRY, Known, SYNC, ask_again_after};
use super::provider::{IntentKey, Operation, ProviderAnswer};
use super::state::{Payment, Stage};
use super::{parts, reserve};
use crate::money::Money;
use crate::order::Fact;

/// Where captured money waits until its order is marked paid.
pub const CLEARING: &str = "clearing:captured";

/// Takes in how a call ended; an answer to a call that is not under way is outdated and changes nothing. Old programs
/// wrote no key.
pub(super) fn record(
    known: &Known<'_>,
    (operation, key): (Operation, Option<&IntentKey>),
    outcome: &Outcome,
) -> Decision<Payment> {
    if let Some((part, ask)) = known.payment.part_under_way() {
        let awaited = ask.doubt.is_none() && key == Some(&known.part_key(part.id, part.calls));
        return match outcome {
            _ if !awaited => known.unchanged(),
            Outcome::Answered(answer) => parts::settle(known, (part, ask), answer),
            Outcome::Unknown => in_doubt(known, operation),
        };
    }
    let awaited = key.is_none_or(|key| *key == known.key(operation));
    if !awaited || under_way(&known.payment.stage) != Some(operation) {
        return known.unchanged();
    }
    match outcome {
        Outcome::Answered(answer) => settle(known, operation, answer),
        Outcome::Unknown => in_doubt(known, operation).effect(known.tell(Update::Unknown)),
    }
}

fn in_doubt(known: &Known<'_>, operation: Operation) -> Decision<Payment> {
    known.happens(vec![Event::OutcomeUnknown { operation }]).remind(SYNC, known.now.plus(ask_again_after(0)))
}

/// The operation on the reservation that the provider is working on.
fn under_way(stage: &Stage) -> Option<Operation> {
    match stage {
        Stage::Authorizing => Some(Operation::Authorize),
        Stage::Confirming { .. } => Some(Operation::Confirm),
        Stage::Capturing => Some(Operation::Capture),
        Stage::Voiding => Some(Operation::Void),
        Stage::Created
        | Stage::RequiresAction { .. }
        | Stage::Authorized
        | Stage::Captured
        | Stage::Voided
        | Stage::Expired
        | Stage::Failed { .. }
        | Stage::Unknown { .. }
        | Stage::IntegrityFailure { .. } => None,
    }
}

/// Settles an operation on the reservation by its answer. A void moves no money, so the amount in its answer says nothing.
pub(super) fn settle(known: &Known<'_>, operation: Operation, answer: &ProviderAnswer) -> Decision<Payment> {
    match answer {
        ProviderAnswer::Approved { amount, .. }
            if operation != Operation::Void && *amount != known.terms.amount =>
        {
            broken(known, *amount)
        }
        ProviderAnswer::Approved { reference, expires_at, capture_reference, .. } => match operation {
            Operation::Authorize | Operation::Confirm => authorized(known, reference, *expires_at),
            Operation::Capture => captured(known, capture_reference.clone()),
            Operation::Void => voided(known),
            Operation::Refund => known.unchanged(), // refunds are parts
        },
        ProviderAnswer::ActionRequired { reference, url } => action(known, operation, reference, url),
        ProviderAnswer::Declined { code } => declined(known, operation, code),
    }
}

fn authorized(known: &Known<'_>, reference: &str, expires_at: Option<Timestamp>) -> Decision<Payment> {
    let decision = known.happens(vec![Event::Authorized { reference: reference.to_owned(), expires_at }]);
    if known.payment.void_wanted {
        return known.and_then(decision, reserve::give_up).forget(SYNC);
    }
    let decision = decision.effect(known.tell(Update::Authorized)).forget(SYNC);
    match expires_at {
        Some(at) => decision.remind(EXPIRY, at),
        None => decision,
    }
}

fn captured(known: &Known<'_>, capture_reference: Option<String>) -> Decision<Payment> {
    let decision = known
        .happens(vec![Event::Captured { capture_reference }])
        .effect(known.tell(Update::Captured))
        .forget(SYNC);
    over(known, known.transfer(decision, known.terms.amount, (&known.provider_account(), CLEARING)))
}

/// What was not taken is given up. Before anything was taken the checkout may have wanted it, or the order.
pub(super) fn voided(known: &Known<'_>) -> Decision<Payment> {
    let decision = known.happens(vec![Event::Voided]);
    let decision = ended(known, decision, Fact::Voided).forget(SYNC);
    known.and_then(over(known, decision), parts::next)
}

/// Tells whoever may be concerned that nothing is reserved any more.
pub(super) fn ended(known: &Known<'_>, mut decision: Decision<Payment>, fact: Fact) -> Decision<Payment> {
    // An order that began it learns the same by the fact.
    let told = known.payment.reserved && known.terms.by_order;
    if known.payment.takings.is_empty() && !told {
        decision = decision.effect(known.tell(Update::Voided));
    }
    if known.payment.reserved { decision.effect(known.tell_order(fact)) } else { decision }
}

/// The reservation is over, so nothing is left that could run out.
pub(super) fn over(known: &Known<'_>, decision: Decision<Payment>) -> Decision<Payment> {
    if known.payment.expires_at.is_some() { decision.forget(EXPIRY) } else { decision }
}

fn action(known: &Known<'_>, operation: Operation, reference: &str, url: &str) -> Decision<Payment> {
    match operation {
        Operation::Authorize | Operation::Confirm => {
            let required = Event::ActionRequired { reference: reference.to_owned(), url: url.to_owned() };
            let decision = known.happens(vec![required]);
            if known.payment.void_wanted {
                return known.and_then(decision, reserve::give_up).forget(SYNC);
            }
            decision.effect(known.tell(Update::RequiresAction { url: url.to_owned() })).forget(SYNC)
        }
        // Nobody can act on these: the provider breaks its own protocol.
        Operation::Capture | Operation::Void | Operation::Refund => {
            declined(known, operation, "unexpected-answer")
        }
    }
}

/// The provider refuses. Where some money was taken already, what is left stays reserved until it runs out; where all of it
/// could not be taken, it is given up.
fn declined(known: &Known<'_>, operation: Operation, code: &str) -> Decision<Payment> {
    if operation == Operation::Void && !known.payment.takings.is_empty() {
        let decision = known.happens(vec![Event::VoidRefused { code: code.to_owned() }]).forget(SYNC);
        return known.and_then(decision, parts::next);
    }
    let decision = failed(known, code);
    if operation == Operation::Capture {
        // What it still reserves is of no use. Nobody waits for the answer: what is not given up runs out.
        return decision.effect(known.call(Operation::Void, known.payment.reference.clone()));
    }
    decision
}

/// The provider refuses; nothing more follows.
pub(super) fn failed(known: &Known<'_>, code: &str) -> Decision<Payment> {
    let code = code.to_owned();
    let tell = known.tell(Update::Failed { code: code.clone() });
    over(known, known.happens(vec![Event::Failed { code }]).effect(tell).forget(SYNC))
}

/// The code of parts that are not done because a person must look.
pub(super) const INTEGRITY: &str = "integrity-failure";

/// The provider acted on another amount: everything stops, and whoever waits for a part learns that it is not done.
pub(super) fn broken(known: &Known<'_>, reported: Money) -> Decision<Payment> {
    let open = || known.payment.parts.iter().filter(|part| part.is_open());
    let stopped = open().map(|part| Event::PartFailed { part: part.id, code: INTEGRITY.to_owned() });
    let events = std::iter::once(Event::IntegrityBroken { reported }).chain(stopped).collect();
    let mut decision = known.happens(events).forget(SYNC).effect(known.tell(Update::IntegrityFailure));
    for part in open() {
        decision = decision.effect(known.tell_order(parts::failure(part, INTEGRITY)));
    }
    over(known, decision)
}
