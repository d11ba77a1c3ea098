//! What shoppers, checkouts and orders ask of the reservation.

use amazoff_supervisor::Decision;

use super::event::Event;
use super::known::Known;
use super::provider::{Confirmation, Operation};
use super::rejection::Rejection;
use super::state::{Payment, Stage};

pub(super) fn authorize(known: &Known<'_>) -> Decision<Payment> {
    let call = known.call(Operation::Authorize, None);
    let requested = Event::AuthorizationRequested { terms: known.terms.clone(), at: Some(known.now) };
    known.happens(vec![requested]).effect(call)
}

pub(super) fn confirm(known: &Known<'_>, result: Confirmation) -> Result<Decision<Payment>, Rejection> {
    match &known.payment.stage {
        Stage::RequiresAction { .. } => {
            let requested = Event::ConfirmationRequested { result, at: Some(known.now) };
            let ask = |known: &Known<'_>| {
                let call = known.call(Operation::Confirm, known.payment.reference.clone());
                known.unchanged().effect(call)
            };
            Ok(known.and_then(known.happens(vec![requested]), ask))
        }
        Stage::Confirming { .. }
        | Stage::Authorized
        | Stage::Capturing
        | Stage::Captured
        | Stage::Unknown { operation: Operation::Confirm | Operation::Capture, .. } => Ok(known.unchanged()),
        Stage::Created
        | Stage::Authorizing
        | Stage::Voiding
        | Stage::Voided
        | Stage::Expired
        | Stage::Failed { .. }
        | Stage::Unknown { operation: Operation::Authorize | Operation::Void | Operation::Refund, .. }
        | Stage::IntegrityFailure { .. } => Err(Rejection::NothingToConfirm),
    }
}

/// Takes all. Once a part was asked for, only parts are taken.
pub(super) fn capture(known: &Known<'_>) -> Result<Decision<Payment>, Rejection> {
    match &known.payment.stage {
        Stage::Authorized if known.payment.void_wanted => Err(Rejection::NotAuthorized),
        Stage::Authorized if !known.payment.parts.is_empty() => Err(Rejection::AlreadyCaptured),
        Stage::Authorized => {
            let call = known.call(Operation::Capture, known.payment.reference.clone());
            let requested = Event::CaptureRequested { at: Some(known.now) };
            Ok(known.happens(vec![requested]).effect(call))
        }
        Stage::Capturing | Stage::Captured | Stage::Unknown { operation: Operation::Capture, .. } => {
            Ok(known.unchanged())
        }
        Stage::Created
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
        | Stage::IntegrityFailure { .. } => Err(Rejection::NotAuthorized),
    }
}

/// Gives up what is not taken, after everything that was asked for before.
pub(super) fn void(known: &Known<'_>) -> Result<Decision<Payment>, Rejection> {
    let remember = || {
        let wanted = known.payment.void_wanted;
        if wanted { known.unchanged() } else { known.happens(vec![Event::VoidWanted]) }
    };
    match &known.payment.stage {
        Stage::Authorized if known.payment.is_busy() || known.payment.waiting().next().is_some() => {
            Ok(remember())
        }
        Stage::Authorized | Stage::RequiresAction { .. } => Ok(give_up(known)),
        Stage::Authorizing
        | Stage::Confirming { .. }
        | Stage::Unknown { operation: Operation::Authorize | Operation::Confirm, .. } => Ok(remember()),
        Stage::Captured if !known.payment.parts.is_empty() => Ok(known.unchanged()),
        Stage::Created
        | Stage::Voiding
        | Stage::Voided
        | Stage::Expired
        | Stage::Failed { .. }
        | Stage::Unknown { operation: Operation::Void | Operation::Refund, .. }
        | Stage::IntegrityFailure { .. } => Ok(known.unchanged()),
        Stage::Capturing | Stage::Captured | Stage::Unknown { operation: Operation::Capture, .. } => {
            Err(Rejection::AlreadyCaptured)
        }
    }
}

/// Asks the provider to give up what is not taken.
pub(super) fn give_up(known: &Known<'_>) -> Decision<Payment> {
    let call = known.call(Operation::Void, known.payment.reference.clone());
    known.happens(vec![Event::VoidRequested { at: Some(known.now) }]).effect(call)
}
