//! Asking a provider what became of an operation: an unknown outcome is asked, never guessed.

use std::time::Duration;

use amazoff_supervisor::Decision;

use super::event::Event;
use super::known::{Known, SYNC, ask_again_after, has_passed, is_old, is_spent};
use super::part::{Ask, Doubt, Part};
use super::provider::{Found, IntentKey, Operation, ProviderAnswer};
use super::state::{Payment, Stage};
use super::{answer, expiry, parts, returned};

/// How often an operation that the provider says it never received is sent again at once, under its one key; after that it is
/// sent after ever more questions, up to so many, until its key is too old to be sent. What the provider still does not have
/// when no call can be on its way any more is asked anew.
const REPEATS_MAX: u32 = 3;
const QUESTIONS_BETWEEN_MAX: u32 = 8;
/// For how long a reservation that was never received is sent again. A shopper waits.
const RESERVING_REPEATED_FOR: Duration = Duration::from_mins(1);
/// When one is given up: no call can be on its way any more that would reserve money for nobody.
const RESERVING_GIVEN_UP_AFTER: Duration = Duration::from_mins(2);
/// How often a provider is asked about a key that is too old to be sent. A person is told.
const ASK_OLD_EVERY: Duration = Duration::from_hours(1);

/// Asks, when there is something to ask about and nobody is asking.
pub(super) fn ask(known: &Known<'_>) -> Decision<Payment> {
    let requested = || known.happens(vec![Event::SyncRequested]);
    if let Some((part, ask)) = known.payment.part_under_way() {
        return match ask.doubt {
            Some(Doubt { asked, asking: false }) => requested().effect(known.find_part(part, ask, asked)),
            Some(Doubt { asking: true, .. }) | None => known.unchanged(),
        };
    }
    match &known.payment.stage {
        Stage::Unknown { operation, asked, asking: false, .. } => {
            requested().effect(known.find(*operation, *asked))
        }
        // The shopper may have acted without coming back to tell us, and a reservation may be over.
        Stage::RequiresAction { .. } | Stage::Authorized => {
            requested().effect(known.find(Operation::Authorize, 0))
        }
        Stage::Unknown { asking: true, .. }
        | Stage::Created
        | Stage::Authorizing
        | Stage::Confirming { .. }
        | Stage::Capturing
        | Stage::Captured
        | Stage::Voiding
        | Stage::Voided
        | Stage::Expired
        | Stage::Failed { .. }
        | Stage::IntegrityFailure { .. } => known.unchanged(),
    }
}

/// Asks about everything that may differ.
pub(super) fn compare(known: &Known<'_>) -> Decision<Payment> {
    known.and_then(ask(known), |known| returned::ask(known, None))
}

/// Takes in what the provider knows. What does not concern the open question is outdated and changes nothing.
pub(super) fn record(
    known: &Known<'_>,
    (operation, key): (Operation, Option<&IntentKey>),
    found: &Found,
) -> Decision<Payment> {
    if let Some((part, ask)) = known.payment.part_under_way()
        && let Some(doubt) = ask.doubt
        && key == Some(&known.part_key(part.id, part.calls))
    {
        return match found {
            Found::Answered(fact) => parts::settle(known, (part, ask), fact).forget(SYNC),
            Found::Pending => still_unknown(known, doubt.asked, false),
            Found::Nothing => part_never_received(known, (part, ask), doubt),
        };
    }
    if let Some(refund) = key.and_then(|key| returned::of_key(known, key)) {
        return returned::record(known, refund, found);
    }
    if key.is_some_and(|key| *key != known.key(operation)) {
        return known.unchanged();
    }
    match (&known.payment.stage, found) {
        (Stage::Unknown { operation: open, .. }, _) if *open != operation => known.unchanged(),
        (Stage::Unknown { .. }, Found::Answered(fact)) => answer::settle(known, operation, fact),
        (Stage::Unknown { asked, .. }, Found::Pending) => still_unknown(known, *asked, false),
        (Stage::Unknown { asked, .. }, Found::Nothing) => never_received(known, operation, *asked),
        (Stage::RequiresAction { .. }, Found::Answered(fact)) if news(operation, fact) => {
            answer::settle(known, operation, fact)
        }
        (Stage::Authorized, Found::Answered(fact)) if operation == Operation::Authorize => {
            expiry::found(known, fact)
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
    let part = known.payment.part_under_way().map(|(_, ask)| ask.at);
    let old = is_old(part.or(known.payment.began), known.now);
    let pause = if old { ASK_OLD_EVERY } else { ask_again_after(asked) };
    known.happens(vec![Event::StillUnknown { not_received }]).remind(SYNC, known.now.plus(pause))
}

fn never_received(known: &Known<'_>, operation: Operation, asked: u32) -> Decision<Payment> {
    let reserving = matches!(operation, Operation::Authorize | Operation::Confirm);
    let (repeats, began) = (known.payment.repeats, known.payment.began);
    let has_lasted = |time| has_passed(time, began, known.now);
    let is_time = repeats < REPEATS_MAX || asked >= repeats.min(QUESTIONS_BETWEEN_MAX);
    let is_wanted = if reserving {
        !known.payment.void_wanted && !has_lasted(RESERVING_REPEATED_FOR)
    } else {
        !is_old(began, known.now)
    };
    if is_time && is_wanted {
        let call = known.call_again(operation);
        return known.happens(vec![Event::OperationRepeated { operation }]).effect(call);
    }
    if reserving && has_lasted(RESERVING_GIVEN_UP_AFTER) {
        return answer::failed(known, "not-received");
    }
    let anew = match operation {
        Operation::Capture => Some(Event::CaptureRequested { at: Some(known.now) }),
        Operation::Void => Some(Event::VoidRequested { at: Some(known.now) }),
        Operation::Authorize | Operation::Confirm | Operation::Refund => None,
    };
    match anew.filter(|_| is_spent(began, known.now)) {
        Some(requested) => {
            let call = known.call(operation, known.payment.reference.clone());
            known.happens(vec![requested]).effect(call)
        }
        None => still_unknown(known, asked, true), // a person is told
    }
}

fn part_never_received(known: &Known<'_>, (part, ask): (&Part, &Ask), doubt: Doubt) -> Decision<Payment> {
    let again = ask.repeats < REPEATS_MAX || doubt.asked >= ask.repeats.min(QUESTIONS_BETWEEN_MAX);
    if again && !is_old(Some(ask.at), known.now) {
        let call = known.call_part(part, ask);
        return known.happens(vec![Event::OperationRepeated { operation: part.id.operation() }]).effect(call);
    }
    if is_spent(Some(ask.at), known.now) {
        let anew = Ask { at: known.now, repeats: 0, doubt: None, ..ask.clone() };
        let call = known.call_part(part, &anew);
        return known.happens(vec![Event::PartAsked { part: part.id, ask: anew }]).effect(call);
    }
    still_unknown(known, doubt.asked, true) // a person is told
}
