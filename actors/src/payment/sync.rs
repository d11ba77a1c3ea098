//! Asking a provider what became of an operation: an unknown outcome is asked, never guessed.

use amazoff_supervisor::Decision;

use super::answer;
use super::event::Event;
use super::provider::{Found, Operation, ProviderAnswer};
use super::state::{Known, Payment, SYNC, Stage, ask_again_after};

/// How often an operation that the provider says it never received is sent again at once, under its one key. After that a
/// reservation is given up. Capture and void are not, because money is reserved: they are sent again after ever more
/// questions, up to so many.
const REPEATS_MAX: u32 = 3;
const QUESTIONS_BETWEEN_MAX: u32 = 8;

/// Asks, when there is something to ask about and nobody is asking.
pub(super) fn ask(known: &Known<'_>) -> Decision<Payment> {
    match &known.payment.stage {
        Stage::Unknown { operation, asked, asking: false, .. } => {
            known.happens(vec![Event::SyncRequested]).effect(known.find(*operation, *asked))
        }
        // The shopper may have acted without coming back to tell us.
        Stage::RequiresAction { .. } => {
            known.happens(vec![Event::SyncRequested]).effect(known.find(Operation::Authorize, 0))
        }
        Stage::Unknown { asking: true, .. }
        | Stage::Created
        | Stage::Authorizing
        | Stage::Confirming { .. }
        | Stage::Authorized
        | Stage::Capturing
        | Stage::Captured
        | Stage::Voiding
        | Stage::Voided
        | Stage::Failed { .. }
        | Stage::IntegrityFailure { .. } => known.unchanged(),
    }
}

/// Takes in what the provider knows. What does not concern the open question is outdated and changes nothing.
pub(super) fn record(known: &Known<'_>, operation: Operation, found: &Found) -> Decision<Payment> {
    match (&known.payment.stage, found) {
        (Stage::Unknown { operation: open, .. }, _) if *open != operation => known.unchanged(),
        (Stage::Unknown { .. }, Found::Answered(fact)) => answer::settle(known, operation, fact),
        (Stage::Unknown { asked, .. }, Found::Pending) => still_unknown(known, *asked, false),
        (Stage::Unknown { asked, .. }, Found::Nothing) => never_received(known, operation, *asked),
        (Stage::RequiresAction { .. }, Found::Answered(fact)) if news(operation, fact) => {
            answer::settle(known, operation, fact)
        }
        _outdated => known.unchanged(),
    }
}

/// Whether an answer tells a payment that waits for its shopper something new.
fn news(operation: Operation, fact: &ProviderAnswer) -> bool {
    match fact {
        ProviderAnswer::Approved { .. } | ProviderAnswer::Declined { .. } => {
            operation == Operation::Authorize
        }
        ProviderAnswer::ActionRequired { .. } => false,
    }
}

fn still_unknown(known: &Known<'_>, asked: u32, not_received: bool) -> Decision<Payment> {
    known
        .happens(vec![Event::StillUnknown { not_received }])
        .remind(SYNC, known.now.plus(ask_again_after(asked)))
}

fn never_received(known: &Known<'_>, operation: Operation, asked: u32) -> Decision<Payment> {
    let reserving = matches!(operation, Operation::Authorize | Operation::Confirm);
    let repeats = known.payment.repeats;
    let at_once = repeats < REPEATS_MAX && !(reserving && known.payment.void_wanted);
    let after_all = !reserving && asked >= repeats.min(QUESTIONS_BETWEEN_MAX);
    if at_once || after_all {
        let call = known.call(operation, known.payment.reference.clone());
        return known.happens(vec![Event::OperationRepeated { operation }]).effect(call);
    }
    if reserving {
        return answer::failed(known, "not-received").forget(SYNC);
    }
    still_unknown(known, asked, true) // a person is told
}
