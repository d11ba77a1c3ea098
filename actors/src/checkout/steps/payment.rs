//! What the payment says, and what happens when it says nothing for too long.

use amazoff_supervisor::Decision;

use super::{GRACE_FOR, Going, PATIENCE, happens, noted, order, stock, undo};
use crate::checkout::command::payment_of;
use crate::checkout::effect::Effect;
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase, WaitsFor};
use crate::ids::{CartId, PaymentId};
use crate::order::PaymentStatus;
use crate::payment::Update;

/// The decline code of a payment whose provider acted on another amount.
const INTEGRITY: &str = "integrity-failure";

/// The payment could not be asked; the provider certainly was not called.
pub(super) fn refused(going: &Going<'_>, code: &str) -> Decision<Checkout> {
    let open = matches!(going.run.phase, Phase::Paying { .. } | Phase::Voiding);
    if open { failed(going, code) } else { noted() }
}

/// Whether a payment belongs to an attempt that failed.
pub(super) fn is_stray(checkout: &Checkout, cart: CartId, payment: PaymentId) -> bool {
    let mut failed = checkout.attempts.iter().filter(|past| past.failure.is_some());
    failed.any(|past| payment_of(cart, past.attempt) == payment)
}

/// Money that is reserved after its attempt failed, say because a person had a quarantined command run again, is given
/// up at once (T-O6).
pub(super) fn stray(payment: PaymentId, update: &Update) -> Decision<Checkout> {
    match update {
        Update::Authorized | Update::RequiresAction { .. } => {
            happens(Event::StrayPaymentFound { payment }).effect(Effect::VoidPayment { payment })
        }
        Update::Unknown
        | Update::Captured
        | Update::Voided
        | Update::Failed { .. }
        | Update::IntegrityFailure => noted(),
    }
}

pub(super) fn updated(going: &Going<'_>, update: &Update) -> Decision<Checkout> {
    match &going.run.phase {
        Phase::Paying { waits_for, .. } => while_paying(going, waits_for, update),
        Phase::Capturing => while_capturing(going, update),
        Phase::Voiding => while_voiding(going, update),
        Phase::ClaimingCart
        | Phase::PricingLines
        | Phase::HoldingStock { .. }
        | Phase::DraftingOrder
        | Phase::ClaimingCoupons { .. }
        | Phase::CommittingStock { .. }
        | Phase::PlacingOrder
        | Phase::MarkingPaid
        | Phase::CompletingCart
        | Phase::ReleasingStock { .. }
        | Phase::ReleasingCart { .. } => noted(),
    }
}

fn while_paying(going: &Going<'_>, waits_for: &WaitsFor, update: &Update) -> Decision<Checkout> {
    match update {
        Update::RequiresAction { url } => {
            if matches!(waits_for, WaitsFor::Shopper { url: known } if known == url) {
                return noted();
            }
            happens(Event::PaymentNeedsAction { url: url.clone() })
                .effect(going.note(PaymentStatus::RequiresAction))
        }
        Update::Unknown if *waits_for == WaitsFor::LostAnswer => noted(),
        Update::Unknown => happens(Event::PaymentUnknown).effect(going.note(PaymentStatus::Pending)),
        Update::Authorized => {
            let authorized = happens(Event::PaymentAuthorized)
                .effect(going.note(PaymentStatus::Authorized))
                .forget(PATIENCE);
            stock::commit_all(going, authorized)
        }
        Update::Failed { code } => failed(going, code),
        Update::IntegrityFailure => failed(going, INTEGRITY),
        Update::Voided => undo::fail(going, Failure::PaymentExpired, None)
            .effect(going.note(PaymentStatus::Voided))
            .forget(PATIENCE),
        Update::Captured => noted(), // nobody asked for it: PAY-1 rules it out
    }
}

/// The order binds and its stock is promised: from here on nothing is undone, a failure is a person's business (CHK-5).
fn while_capturing(going: &Going<'_>, update: &Update) -> Decision<Checkout> {
    match update {
        Update::Captured => {
            let (order, payment) = (going.order(), going.payment());
            let Some(totals) = going.run.totals else { return noted() };
            let amount = totals.total;
            let effect = Effect::MarkPaid { attempt: going.attempt(), order, payment, amount };
            happens(Event::PaymentCaptured).effect(effect)
        }
        Update::Failed { code } => capture_failed(going, code),
        Update::IntegrityFailure => capture_failed(going, INTEGRITY),
        Update::Voided => capture_failed(going, "voided"),
        Update::RequiresAction { .. } | Update::Unknown | Update::Authorized => noted(),
    }
}

fn capture_failed(going: &Going<'_>, code: &str) -> Decision<Checkout> {
    happens(Event::CaptureFailed { code: code.to_owned() })
        .effect(going.note(PaymentStatus::Failed))
        .effect(order::close_cart(going, false))
}

fn while_voiding(going: &Going<'_>, update: &Update) -> Decision<Checkout> {
    match update {
        Update::Voided | Update::Failed { .. } => undo::fail(going, Failure::PaymentExpired, None)
            .effect(going.note(PaymentStatus::Voided))
            .forget(PATIENCE),
        Update::IntegrityFailure => failed(going, INTEGRITY),
        Update::RequiresAction { .. } | Update::Unknown | Update::Authorized | Update::Captured => noted(),
    }
}

fn failed(going: &Going<'_>, code: &str) -> Decision<Checkout> {
    undo::fail(going, Failure::PaymentFailed { decline_code: code.to_owned() }, None)
        .effect(going.note(PaymentStatus::Failed))
        .forget(PATIENCE)
}

/// Patience first asks the provider, then gives the payment up; money and stock stay reserved until that is certain.
pub(super) fn woken(going: &Going<'_>) -> Decision<Checkout> {
    let Phase::Paying { patience_until, asked, .. } = &going.run.phase else { return noted() };
    let payment = going.payment();
    if going.now < *patience_until {
        return noted();
    }
    if *asked {
        return happens(Event::PaymentGivenUp).effect(Effect::VoidPayment { payment });
    }
    let void_at = going.now.plus(GRACE_FOR);
    happens(Event::PatienceLost { void_at }).effect(Effect::SyncPayment { payment }).remind(PATIENCE, void_at)
}
