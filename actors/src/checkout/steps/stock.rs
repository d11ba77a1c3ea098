//! Stock is put aside for every line, and promised once the money is reserved.

use amazoff_supervisor::Decision;

use super::{Going, HOLD_FOR, happens, noted, undo};
use crate::checkout::effect::Effect;
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase};
use crate::ids::VariantId;

/// Asks for every line at once, sorted by variant. No hold waits for another, so no two checkouts block each other.
pub(super) fn hold_all(going: &Going<'_>, decision: Decision<Checkout>) -> Decision<Checkout> {
    let expires_at = going.now.plus(HOLD_FOR);
    going.run.lines.iter().fold(decision, |decision, line| {
        let (attempt, variant, quantity) = (going.attempt(), line.variant_id, line.quantity);
        let hold = going.hold(variant);
        decision.effect(Effect::HoldStock { attempt, variant, hold, quantity, expires_at })
    })
}

pub(super) fn held(going: &Going<'_>, variant: VariantId, failure: Option<&Failure>) -> Decision<Checkout> {
    // An answer that comes while everything is being given up is overtaken: the release follows the hold on its stream.
    let Phase::HoldingStock { held } = &going.run.phase else { return noted() };
    if held.contains(&variant) || !going.has_line(variant) {
        return noted();
    }
    if let Some(failure) = failure {
        return undo::fail(going, failure.clone(), None);
    }
    let event = Event::StockHeld { variant };
    match going.then(&event) {
        Some(run) if run.phase == Phase::DraftingOrder => super::order::draft(going, happens(event)),
        Some(_) | None => happens(event),
    }
}

/// The money is reserved: every hold becomes a promise.
pub(super) fn commit_all(going: &Going<'_>, decision: Decision<Checkout>) -> Decision<Checkout> {
    let decision = super::coupon::confirm_all(going, decision);
    going.run.lines.iter().fold(decision, |decision, line| {
        let variant = line.variant_id;
        let hold = going.hold(variant);
        decision.effect(Effect::CommitStock { attempt: going.attempt(), variant, hold })
    })
}

pub(super) fn committed(going: &Going<'_>, variant: VariantId) -> Decision<Checkout> {
    let Phase::CommittingStock { committed, .. } = &going.run.phase else { return noted() };
    if committed.contains(&variant) || !going.has_line(variant) {
        return noted();
    }
    promised(going, Event::StockCommitted { variant })
}

/// Something is promised to the order; when all is, the order binds.
pub(super) fn promised(going: &Going<'_>, event: Event) -> Decision<Checkout> {
    match going.then(&event) {
        Some(run) if run.phase == Phase::PlacingOrder => {
            let (attempt, order, payment) = (going.attempt(), going.order(), going.payment());
            happens(event).effect(Effect::PlaceOrder { attempt, order, payment })
        }
        Some(_) | None => happens(event),
    }
}
