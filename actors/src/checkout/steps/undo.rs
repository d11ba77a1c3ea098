//! An attempt that cannot succeed gives back what it took, last taken first.

use amazoff_supervisor::{Decision, faults};

use super::{Going, happens, noted};
use crate::checkout::effect::Effect;
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase};
use crate::ids::VariantId;
use crate::money::Money;

/// Starts undoing: every code and hold that was asked for, answered or not, then the cart. `prices` are for the cart's lines.
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
        let codes = going.run.coupons.iter().map(|code| Event::CouponReleased { code: code.clone() });
        let lines = going.run.lines.iter().map(|line| Event::StockReleased { variant: line.variant_id });
        let skipped = codes.chain(lines);
        return skipped.fold(happens(failing), Decision::and).effect(open_cart(going, prices));
    }
    let (attempt, order) = (going.attempt(), going.order());
    let codes = going.run.coupons.iter().cloned();
    let failing = codes.fold(happens(failing), |decision, code| {
        decision.effect(Effect::ReleaseCoupon { attempt, code, order })
    });
    going.run.lines.iter().fold(failing, |decision, line| {
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
    given_back(going, Event::StockReleased { variant })
}

pub(super) fn coupon_released(going: &Going<'_>, code: &str) -> Decision<Checkout> {
    let Phase::ReleasingStock { coupons, .. } = &going.run.phase else { return noted() };
    if coupons.contains(code) || !going.run.coupons.contains(code) {
        return noted();
    }
    given_back(going, Event::CouponReleased { code: code.to_owned() })
}

/// Something is given back; when all is, the cart follows.
fn given_back(going: &Going<'_>, event: Event) -> Decision<Checkout> {
    match going.then(&event).map(|run| run.phase) {
        Some(Phase::ReleasingCart { .. }) => happens(event).effect(open_cart(going, None)),
        Some(_) | None => happens(event),
    }
}

pub(super) fn cart_released(going: &Going<'_>) -> Decision<Checkout> {
    let Phase::ReleasingCart { failure } = &going.run.phase else { return noted() };
    happens(Event::Failed { failure: failure.clone() })
}
