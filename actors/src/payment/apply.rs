//! From event to state.

use super::event::Event;
use super::observe::SEEN_MAX;
use super::part::{Ask, Dispute, Doubt, Part, PartId, PartState, RefundCall, Taking};
use super::provider::{Confirmation, Operation};
use super::state::{Payment, Stage};
use crate::money::Money;

/// Applies one event; total.
pub(super) fn apply(payment: &mut Payment, event: &Event) {
    match event {
        Event::AuthorizationRequested { terms, at } => {
            payment.terms = Some(terms.clone());
            (payment.stage, payment.began, payment.created_at) = (Stage::Authorizing, *at, *at);
        }
        Event::ActionRequired { reference, url } => {
            payment.reference = Some(reference.clone());
            payment.stage = Stage::RequiresAction { url: url.clone() };
        }
        Event::ConfirmationRequested { result, at } => {
            (payment.stage, payment.began) = (Stage::Confirming { result: *result }, *at);
        }
        Event::Authorized { reference, expires_at } => {
            payment.reference = Some(reference.clone());
            (payment.stage, payment.expires_at, payment.reserved) = (Stage::Authorized, *expires_at, true);
        }
        Event::CaptureRequested { at } => (payment.stage, payment.began) = (Stage::Capturing, *at),
        Event::Captured { capture_reference } => {
            let amount = payment.terms.as_ref().map_or(0, |terms| terms.amount.amount);
            take(payment, amount, capture_reference.clone());
            payment.stage = Stage::Captured;
        }
        Event::VoidWanted => payment.void_wanted = true,
        Event::VoidRequested { at } => (payment.stage, payment.began) = (Stage::Voiding, *at),
        Event::VoidRefused { .. } => {
            (payment.stage, payment.void_wanted) = (Stage::Authorized, false);
            payment.voids_refused = payment.voids_refused.saturating_add(1);
        }
        Event::Voided => payment.stage = over(payment, Stage::Voided),
        Event::ReservationExpired => payment.stage = over(payment, Stage::Expired),
        Event::Failed { code } => payment.stage = Stage::Failed { code: code.clone() },
        Event::OutcomeUnknown { operation } => doubt(payment, *operation),
        Event::SyncRequested => set_asking(payment, true),
        Event::StillUnknown { .. } => set_asking(payment, false),
        Event::OperationRepeated { operation } => repeat(payment, *operation),
        Event::IntegrityBroken { reported } => {
            payment.stage = Stage::IntegrityFailure { reported: *reported }
        }
        Event::PartRequested { part, amount, .. } => payment.parts.push(Part {
            id: *part,
            amount: *amount,
            done: 0,
            calls: 0,
            state: PartState::Waiting,
            reference: None,
            refunds: Vec::new(),
        }),
        Event::PartAsked { part, ask } => set(payment, *part, PartState::Asked(ask.clone())),
        Event::PartDone { part, amount, reference } => done(payment, *part, *amount, reference.as_deref()),
        Event::PartFailed { part, code } => set(payment, *part, PartState::Failed { code: code.clone() }),
        Event::RefundsCompared => {}
        Event::RefundReturned { part, call, code, .. } => come_back(payment, *part, (*call, code)),
        Event::Observed { event } => {
            payment.seen.push_back(event.clone());
            if payment.seen.len() > SEEN_MAX {
                payment.seen.pop_front();
            }
        }
        Event::DisputeOpened { dispute, amount } => {
            payment.disputes.insert(dispute.clone(), Dispute { amount: *amount, won: None });
        }
        Event::DisputeClosed { dispute, won } => {
            if let Some(dispute) = payment.disputes.get_mut(dispute) {
                dispute.won = Some(*won);
            }
        }
    }
}

/// The answer to what is under way is missing.
fn doubt(payment: &mut Payment, operation: Operation) {
    if let Some(ask) = under_way(payment) {
        ask.doubt = Some(Doubt::default());
        return;
    }
    let confirmation = confirmation_of(&payment.stage);
    payment.stage = Stage::Unknown { operation, confirmation, asked: 0, asking: false };
}

/// What is under way is sent once more.
fn repeat(payment: &mut Payment, operation: Operation) {
    if let Some(ask) = under_way(payment) {
        (ask.repeats, ask.doubt) = (ask.repeats.saturating_add(1), None);
        return;
    }
    payment.repeats = payment.repeats.saturating_add(1);
    payment.stage = repeated(&payment.stage, operation);
}

/// Where a reservation stands of which nothing is left.
fn over(payment: &Payment, untouched: Stage) -> Stage {
    if payment.takings.is_empty() { untouched } else { Stage::Captured }
}

fn take(payment: &mut Payment, amount: i64, reference: Option<String>) {
    payment.takings.push(Taking { reference, amount, refunded: 0 });
}

fn under_way(payment: &mut Payment) -> Option<&mut Ask> {
    payment.parts.iter_mut().find_map(|part| match &mut part.state {
        PartState::Asked(ask) => Some(ask),
        PartState::Waiting | PartState::Done | PartState::Failed { .. } => None,
    })
}

fn set(payment: &mut Payment, id: PartId, state: PartState) {
    if let Some(part) = payment.parts.iter_mut().find(|part| part.id == id) {
        part.state = state;
    }
}

fn done(payment: &mut Payment, id: PartId, amount: Money, reference: Option<&str>) {
    let Some(part) = payment.parts.iter_mut().find(|part| part.id == id) else { return };
    let asked = part.ask();
    let of_capture = asked.and_then(|ask| ask.capture_reference.clone());
    if matches!(id, PartId::Refund(_)) {
        let (reference, capture_reference) = (reference.map(str::to_owned), of_capture.clone());
        let (call, at) = (part.calls, asked.map(|ask| ask.at).unwrap_or_default());
        let amount = amount.amount;
        part.refunds.push(RefundCall { call, amount, reference, capture_reference, at, returned: None });
    }
    part.done = part.done.saturating_add(amount.amount);
    part.calls = part.calls.saturating_add(1);
    part.reference = reference.map(str::to_owned);
    part.state = match part.returned() {
        _ if part.done >= part.amount.amount => PartState::Done,
        Some(code) => PartState::Failed { code: code.to_owned() },
        None => PartState::Waiting,
    };
    match id {
        PartId::Capture(_) => {
            take(payment, amount.amount, reference.map(str::to_owned));
            let total = payment.terms.as_ref().map_or(0, |terms| terms.amount.amount);
            if payment.captured() >= total && payment.stage == Stage::Authorized {
                payment.stage = Stage::Captured;
            }
        }
        PartId::Refund(_) => give_back(payment, amount.amount, of_capture.as_deref()),
    }
}

/// A refund that was done has failed after all. What waits of it is not asked for any more.
fn come_back(payment: &mut Payment, id: PartId, (call, code): (u32, &str)) {
    let Some(part) = payment.parts.iter_mut().find(|part| part.id == id) else { return };
    let mut calls = part.refunds.iter_mut();
    let Some(done) = calls.find(|done| done.call == call && done.returned.is_none()) else { return };
    done.returned = Some(code.to_owned());
    let (amount, capture) = (done.amount, done.capture_reference.clone());
    part.done = part.done.saturating_sub(amount);
    if part.ask().is_none() {
        part.state = PartState::Failed { code: code.to_owned() };
    }
    take_back(payment, amount, capture.as_deref());
}

/// Books what came back on the capture that it was of, else on whatever was given back of, the newest first.
fn take_back(payment: &mut Payment, amount: i64, capture: Option<&str>) {
    let mut left = amount;
    let named = |taking: &&mut Taking| capture.is_none() || taking.reference.as_deref() == capture;
    for taking in payment.takings.iter_mut().rev().filter(named) {
        let part = left.min(taking.refunded);
        taking.refunded = taking.refunded.saturating_sub(part);
        left = left.saturating_sub(part);
    }
}

/// Books a refund on the capture that it names, else on whatever has some left, the oldest first.
fn give_back(payment: &mut Payment, amount: i64, capture: Option<&str>) {
    let mut left = amount;
    let named = |taking: &&mut Taking| capture.is_none() || taking.reference.as_deref() == capture;
    for taking in payment.takings.iter_mut().filter(named) {
        let part = left.min(taking.amount.saturating_sub(taking.refunded));
        taking.refunded = taking.refunded.saturating_add(part);
        left = left.saturating_sub(part);
    }
}

fn set_asking(payment: &mut Payment, on: bool) {
    if let Some(ask) = under_way(payment) {
        if let Some(doubt) = &mut ask.doubt {
            doubt.asking = on;
            doubt.asked = doubt.asked.saturating_add(u32::from(on));
        }
    } else if let Stage::Unknown { asked, asking, .. } = &mut payment.stage {
        *asking = on;
        *asked = asked.saturating_add(u32::from(on));
    }
}

/// What the shopper decided, where that is the operation at hand.
pub(super) fn confirmation_of(stage: &Stage) -> Option<Confirmation> {
    match stage {
        Stage::Confirming { result } => Some(*result),
        Stage::Unknown { confirmation, .. } => *confirmation,
        Stage::Created
        | Stage::Authorizing
        | Stage::RequiresAction { .. }
        | Stage::Authorized
        | Stage::Capturing
        | Stage::Captured
        | Stage::Voiding
        | Stage::Voided
        | Stage::Expired
        | Stage::Failed { .. }
        | Stage::IntegrityFailure { .. } => None,
    }
}

fn repeated(stage: &Stage, operation: Operation) -> Stage {
    match (operation, confirmation_of(stage)) {
        (Operation::Confirm, Some(result)) => Stage::Confirming { result },
        (Operation::Confirm, None) | (Operation::Refund, _) => stage.clone(),
        (Operation::Authorize, _) => Stage::Authorizing,
        (Operation::Capture, _) => Stage::Capturing,
        (Operation::Void, _) => Stage::Voiding,
    }
}
