//! What the sandbox makes of a question, given what it did before.

use amazoff_actors::payment::{Confirmation, Intent, Operation};
use amazoff_supervisor::Timestamp;

use super::ledger::{Entry, Ledger, Outcome};

/// An outcome and what explains it.
pub(super) type Verdict = (Outcome, Option<String>);

fn approved() -> Verdict {
    (Outcome::Approved, None)
}

fn declined(code: &str) -> Verdict {
    (Outcome::Declined, Some(code.to_owned()))
}

/// What a token stands for.
pub(super) fn authorize(intent: &Intent, token: &str) -> Verdict {
    match token {
        "tok_ok"
        | "tok_stall"
        | "tok_wrong_amount"
        | "tok_capture_decline"
        | "tok_refund_decline"
        | "tok_short" => approved(),
        "tok_action" => (Outcome::ActionRequired, Some(format!("/sandbox/3ds/{}", intent.payment))),
        "tok_decline" => declined("card_declined"),
        "tok_insufficient_funds" => declined("insufficient_funds"),
        _ => declined("unknown_token"),
    }
}

pub(super) fn confirm(ledger: &Ledger, intent: &Intent, result: Confirmation) -> Verdict {
    let asked = ledger.of(intent.payment, Operation::Authorize).map(|entry| entry.outcome);
    if asked != Some(Outcome::ActionRequired) || ledger.did(intent.payment, Operation::Void) {
        return declined("nothing_to_confirm");
    }
    match result {
        Confirmation::Approve => approved(),
        Confirmation::Decline => declined("authentication_failed"),
    }
}

pub(super) fn capture(ledger: &Ledger, intent: &Intent, now: Timestamp) -> Verdict {
    let Some(reserved) = reservation(ledger, intent) else { return declined("not_authorized") };
    if has_token(ledger, intent, "tok_capture_decline") {
        return declined("capture_declined");
    }
    if reserved.valid_until().is_some_and(|until| until <= now) {
        return declined("authorization_expired");
    }
    let taken = ledger.sum(intent.payment, Operation::Capture);
    let fits = taken.checked_add(intent.amount.amount).is_some_and(|sum| sum <= reserved.amount);
    if fits && reserved.currency == intent.amount.currency {
        approved()
    } else {
        declined("exceeds_authorized")
    }
}

pub(super) fn void(ledger: &Ledger, intent: &Intent) -> Verdict {
    let reserved = reservation(ledger, intent).map_or(0, |entry| entry.amount);
    let taken = ledger.sum(intent.payment, Operation::Capture);
    if taken > 0 && taken >= reserved { declined("already_captured") } else { approved() }
}

pub(super) fn refund(ledger: &Ledger, intent: &Intent) -> Verdict {
    if has_token(ledger, intent, "tok_refund_decline") {
        return declined("refund_declined");
    }
    let taken = ledger.sum(intent.payment, Operation::Capture);
    let back = ledger.sum(intent.payment, Operation::Refund);
    let fits = back.checked_add(intent.amount.amount).is_some_and(|sum| sum <= taken);
    if fits { approved() } else { declined("exceeds_captured") }
}

/// What an authorization has become since it was answered: given up, run out, or finished by the shopper.
pub(super) fn later(ledger: &Ledger, entry: &Entry, now: Timestamp) -> Option<Verdict> {
    let confirmed = ledger.of(entry.payment, Operation::Confirm);
    let reserved = confirmed.unwrap_or(entry);
    if entry.operation != Operation::Authorize || reserved.outcome == Outcome::Declined {
        return None;
    }
    if ledger.did(entry.payment, Operation::Void) {
        return Some(declined("canceled"));
    }
    let expired = reserved.valid_until().is_some_and(|until| until <= now);
    (expired && ledger.sum(entry.payment, Operation::Capture) < reserved.amount).then(|| declined("expired"))
}

/// The live reservation of a payment.
fn reservation<'a>(ledger: &'a Ledger, intent: &Intent) -> Option<&'a Entry> {
    let confirmed = ledger.of(intent.payment, Operation::Confirm);
    let reserved = confirmed.or_else(|| ledger.of(intent.payment, Operation::Authorize))?;
    let live = reserved.outcome == Outcome::Approved && !ledger.did(intent.payment, Operation::Void);
    live.then_some(reserved)
}

fn has_token(ledger: &Ledger, intent: &Intent, token: &str) -> bool {
    let asked = ledger.of(intent.payment, Operation::Authorize);
    asked.is_some_and(|entry| entry.token.as_deref() == Some(token))
}
