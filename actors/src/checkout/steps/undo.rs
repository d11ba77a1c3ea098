//! An attempt that cannot succeed gives back what it took, last taken first.

use amazoff_supervisor::{Decision, faults};

use super::{Going, happens, noted};
use crate::checkout::command::Effect;
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase};
use crate::ids::VariantId;
use crate::money::Money;

/// Starts undoing: every hold that was asked for, answered or not, then the cart. `prices` are for the cart's lines.
pub(super) fn fail(
    going: &Going<'_>,
    failure: Failure,
    prices: Option<Vec<(VariantId, Money)>>,
) -> Decision<Checkout> {
    let failing = Event::Failing { failure };
    let undoing = going.then(&failing).map(|run| run.phase);
    let Some(Phase::ReleasingStock { .. }) = undoing else {
        return happens(failing).effect(open_cart(going, prices));
    };
    if faults::planted("compensation-skipped") {
        let skipped = going.run.lines.iter().map(|line| Event::StockReleased { variant: line.variant_id });
        return skipped.fold(happens(failing), Decision::and).effect(open_cart(going, prices));
    }
    going.run.lines.iter().fold(happens(failing), |decision, line| {
        let variant = line.variant_id;
        let hold = going.hold(variant);
        decision.effect(Effect::ReleaseStock { attempt: going.attempt(), variant, hold })
    })
}

fn open_cart(going: &Going<'_>, reprice: Option<Vec<(VariantId, Money)>>) -> Effect {
    Effect::ReleaseCart { attempt: going.attempt(), reprice }
}

pub(super) fn stock_released(going: &Going<'_>, variant: VariantId) -> Decision<Checkout> {
    let Phase::ReleasingStock { released, .. } = &going.run.phase else { return noted() };
    if released.contains(&variant) || !going.has_line(variant) {
        return noted();
    }
    let event = Event::StockReleased { variant };
    match going.then(&event).map(|run| run.phase) {
        Some(Phase::ReleasingCart { .. }) => happens(event).effect(open_cart(going, None)),
        Some(_) | None => happens(event),
    }
}

pub(super) fn cart_released(going: &Going<'_>) -> Decision<Checkout> {
    let Phase::ReleasingCart { failure } = &going.run.phase else { return noted() };
    happens(Event::Failed { failure: failure.clone() })
}
