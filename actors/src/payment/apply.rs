//! From event to state.

use super::event::Event;
use super::provider::{Confirmation, Operation};
use super::state::{Payment, Stage};

/// Applies one event; total.
pub(super) fn apply(payment: &mut Payment, event: &Event) {
    match event {
        Event::AuthorizationRequested(terms) => {
            payment.terms = Some(terms.clone());
            payment.stage = Stage::Authorizing;
        }
        Event::ActionRequired { reference, url } => {
            payment.reference = Some(reference.clone());
            payment.stage = Stage::RequiresAction { url: url.clone() };
        }
        Event::ConfirmationRequested { result } => payment.stage = Stage::Confirming { result: *result },
        Event::Authorized { reference } => {
            payment.reference = Some(reference.clone());
            payment.stage = Stage::Authorized;
        }
        Event::CaptureRequested => payment.stage = Stage::Capturing,
        Event::Captured => payment.stage = Stage::Captured,
        Event::VoidWanted => payment.void_wanted = true,
        Event::VoidRequested => payment.stage = Stage::Voiding,
        Event::Voided => payment.stage = Stage::Voided,
        Event::Failed { code } => payment.stage = Stage::Failed { code: code.clone() },
        Event::OutcomeUnknown { operation } => {
            let operation = *operation;
            let confirmation = confirmation_of(&payment.stage);
            payment.stage = Stage::Unknown { operation, confirmation, asked: 0, asking: false };
        }
        Event::SyncRequested => set_asking(&mut payment.stage, true),
        Event::StillUnknown { .. } => set_asking(&mut payment.stage, false),
        Event::OperationRepeated { operation } => {
            payment.repeats += 1;
            payment.stage = repeated(&payment.stage, *operation);
        }
        Event::IntegrityBroken { reported } => {
            payment.stage = Stage::IntegrityFailure { reported: *reported }
        }
    }
}

fn set_asking(stage: &mut Stage, on: bool) {
    if let Stage::Unknown { asked, asking, .. } = stage {
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
        | Stage::Failed { .. }
        | Stage::IntegrityFailure { .. } => None,
    }
}

fn repeated(stage: &Stage, operation: Operation) -> Stage {
    match (operation, confirmation_of(stage)) {
        (Operation::Confirm, Some(result)) => Stage::Confirming { result },
        (Operation::Confirm, None) => stage.clone(),
        (Operation::Authorize, _) => Stage::Authorizing,
        (Operation::Capture, _) => Stage::Capturing,
        (Operation::Void | Operation::Refund, _) => Stage::Voiding,
    }
}
