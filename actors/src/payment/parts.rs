//! Partial captures and refunds: each is written down first, which reserves its balance, then asked, then settled.

use amazoff_supervisor::{Decision, Entity as _};

use super::answer::{CLEARING, broken};
use super::event::Event;
use super::known::{EXPIRY, Known};
use super::part::{Ask, Part, PartId, PartState, Taking};
use super::provider::{Operation, ProviderAnswer};
use super::rejection::Rejection;
use super::reserve;
use super::state::{Payment, Stage};
use crate::ids::{CaptureId, RefundId};
use crate::money::Money;
use crate::order::Fact;

/// Where money waits that its order wants given back, until the provider has done it.
pub const REFUNDS: &str = "clearing:refunds";

/// How many parts may wait for their turn; further ones are refused as busy.
pub(super) const WAITING_MAX: usize = 64;
/// How many parts a payment may ever have; each is kept for ever.
const PARTS_MAX: usize = 1_000;

pub(super) fn capture(
    known: &Known<'_>,
    id: CaptureId,
    amount: Money,
) -> Result<Decision<Payment>, Rejection> {
    let part = PartId::Capture(id);
    if let Some(asked) = known.payment.part(part) {
        return repeated(known, asked, amount);
    }
    match &known.payment.stage {
        Stage::Authorized if !known.payment.void_wanted => {}
        Stage::Capturing | Stage::Captured | Stage::Unknown { operation: Operation::Capture, .. } => {
            return Err(Rejection::AlreadyCaptured);
        }
        Stage::Authorized
        | Stage::Created
        | Stage::Authorizing
        | Stage::RequiresAction { .. }
        | Stage::Confirming { .. }
        | Stage::Voiding
        | Stage::Voided
        | Stage::Expired
        | Stage::Failed { .. }
        | Stage::Unknown {
            operation: Operation::Authorize | Operation::Confirm | Operation::Void | Operation::Refund,
            ..
        }
        | Stage::IntegrityFailure { .. } => return Err(Rejection::NotAuthorized),
    }
    check(known, amount)?;
    let available = known.payment.capturable();
    if amount.amount > available {
        let available = Money::new(available, amount.currency);
        return Err(Rejection::ExceedsAuthorized { available });
    }
    request(known, part, amount)
}

pub(super) fn refund(known: &Known<'_>, id: RefundId, amount: Money) -> Result<Decision<Payment>, Rejection> {
    let part = PartId::Refund(id);
    if let Some(asked) = known.payment.part(part) {
        return repeated(known, asked, amount);
    }
    if matches!(known.payment.stage, Stage::IntegrityFailure { .. }) {
        return Err(Rejection::NeedsPerson);
    }
    check(known, amount)?;
    let available = known.payment.refundable().max(0);
    if amount.amount > available {
        let available = Money::new(available, amount.currency);
        return Err(Rejection::ExceedsCaptured { available });
    }
    request(known, part, amount)
}

/// A part has one amount for ever.
fn repeated(known: &Known<'_>, asked: &Part, amount: Money) -> Result<Decision<Payment>, Rejection> {
    if asked.amount == amount { Ok(known.unchanged()) } else { Err(Rejection::TermsDiffer) }
}

fn check(known: &Known<'_>, amount: Money) -> Result<(), Rejection> {
    if amount.currency != known.terms.amount.currency || amount.amount <= 0 {
        return Err(Rejection::AmountInvalid { currency: known.terms.amount.currency });
    }
    Ok(())
}

fn request(known: &Known<'_>, part: PartId, amount: Money) -> Result<Decision<Payment>, Rejection> {
    if known.payment.parts.len() >= PARTS_MAX {
        return Err(Rejection::TooManyParts);
    }
    if known.payment.waiting().count() >= WAITING_MAX {
        return Err(Rejection::Busy);
    }
    let requested = known.happens(vec![Event::PartRequested { part, amount, at: known.now }]);
    Ok(known.and_then(requested, next))
}

/// What is to be done next when nothing is under way: the oldest part that waits, then the void that was wanted.
pub(super) fn next(known: &Known<'_>) -> Decision<Payment> {
    if known.payment.is_busy() || matches!(known.payment.stage, Stage::IntegrityFailure { .. }) {
        return known.unchanged();
    }
    match known.payment.waiting().next() {
        Some(part) => ask(known, part),
        None if known.payment.void_wanted && known.payment.stage == Stage::Authorized => {
            reserve::give_up(known)
        }
        None => known.unchanged(),
    }
}

fn ask(known: &Known<'_>, part: &Part) -> Decision<Payment> {
    let left = part.amount.amount.saturating_sub(part.done);
    let (amount, capture_reference) = match part.id {
        PartId::Capture(_) => (left, None),
        PartId::Refund(_) => {
            let gone = known.payment.refunded().saturating_add(known.payment.disputed());
            if left > known.payment.captured().saturating_sub(gone) {
                return fail(known, part, "disputed");
            }
            call_of_refund(known.payment, left)
        }
    };
    let amount = Money::new(amount, part.amount.currency);
    let asked = Ask { amount, capture_reference, at: known.now, repeats: 0, doubt: None };
    let call = known.call_part(part, &asked);
    known.happens(vec![Event::PartAsked { part: part.id, ask: asked }]).effect(call)
}

/// How much the next call of a refund gives back, of which capture. Providers that name captures take refunds of one
/// capture at a time: the first that covers it, else the one with the most left.
fn call_of_refund(payment: &Payment, left: i64) -> (i64, Option<String>) {
    let rest = |at: &Taking| at.amount.saturating_sub(at.refunded);
    let named = || payment.takings.iter().filter(|taking| taking.reference.is_some());
    let covers = named().find(|taking| rest(taking) >= left);
    match covers.or_else(|| named().max_by_key(|taking| rest(taking))) {
        Some(taking) if rest(taking) > 0 => (left.min(rest(taking)), taking.reference.clone()),
        Some(_) | None => (left, None),
    }
}

/// Settles a part by the provider's answer.
pub(super) fn settle(
    known: &Known<'_>,
    (part, ask): (&Part, &Ask),
    answer: &ProviderAnswer,
) -> Decision<Payment> {
    match answer {
        ProviderAnswer::Approved { amount, .. } if *amount != ask.amount => broken(known, *amount),
        ProviderAnswer::Approved { reference, capture_reference, .. } => {
            let name = match part.id {
                PartId::Capture(_) => capture_reference.clone(),
                PartId::Refund(_) => Some(reference.clone()),
            };
            done(known, part, (ask.amount, name))
        }
        // Nobody can act on these: the provider breaks its own protocol.
        ProviderAnswer::ActionRequired { .. } => fail(known, part, "unexpected-answer"),
        ProviderAnswer::Declined { code } => fail(known, part, code),
    }
}

fn done(known: &Known<'_>, part: &Part, (amount, reference): (Money, Option<String>)) -> Decision<Payment> {
    let happened = known.happens(vec![Event::PartDone { part: part.id, amount, reference }]);
    let provider = known.provider_account();
    let mut decision = match part.id {
        PartId::Capture(capture) => known
            .transfer(happened, amount, (&provider, CLEARING))
            .effect(known.tell_order(Fact::Captured { capture, amount })),
        PartId::Refund(refund) => {
            let moved = known.transfer(happened, amount, (REFUNDS, &provider));
            let after = known.payment.after(&moved.events);
            match after.part(part.id).map(|after| (after, &after.state)) {
                Some((_, PartState::Done)) => {
                    moved.effect(known.tell_order(Fact::Refunded { refund, amount: part.amount }))
                }
                // Some of it came back meanwhile.
                Some((after, PartState::Failed { code })) => {
                    moved.effect(known.tell_order(failure(after, code)))
                }
                Some((_, PartState::Waiting | PartState::Asked(_))) | None => moved,
            }
        }
    };
    let over = known.payment.after(&decision.events).stage == Stage::Captured;
    if over && known.payment.stage == Stage::Authorized && known.payment.expires_at.is_some() {
        decision = decision.forget(EXPIRY);
    }
    known.and_then(decision, next)
}

/// A refused capture may mean that the reservation is gone, so the provider is asked about that too. Of a refund over
/// several captures some may be done already: that much is told.
fn fail(known: &Known<'_>, part: &Part, code: &str) -> Decision<Payment> {
    let failed = Event::PartFailed { part: part.id, code: code.to_owned() };
    let decision = known.happens(vec![failed]).effect(known.tell_order(failure(part, code)));
    let decision = match part.id {
        PartId::Capture(_) => decision.remind(EXPIRY, known.now),
        PartId::Refund(_) => decision,
    };
    known.and_then(decision, next)
}

/// What the order learns about a part that is not done.
pub(super) fn failure(part: &Part, code: &str) -> Fact {
    let code = code.to_owned();
    match part.id {
        PartId::Capture(capture) => Fact::CaptureFailed { capture, code },
        PartId::Refund(refund) if part.done > 0 => {
            Fact::Refunded { refund, amount: Money::new(part.done, part.amount.currency) }
        }
        PartId::Refund(refund) => Fact::RefundFailed { refund, code },
    }
}
