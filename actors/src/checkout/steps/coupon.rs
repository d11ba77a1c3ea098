//! The codes that the order uses are used up before the money is reserved, and final once it is.

use std::collections::BTreeSet;

use amazoff_supervisor::Decision;

use super::{Going, happens, noted, order, stock, undo};
use crate::checkout::effect::Effect;
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase};
use crate::checkout::step::Step;

/// The codes that took something off.
pub(super) fn used(going: &Going<'_>) -> BTreeSet<String> {
    let priced = going.run.priced.as_deref();
    priced
        .map(|priced| priced.quote.used_coupons().map(|coupon| coupon.code.clone()).collect())
        .unwrap_or_default()
}

/// Asks for every code at once. Each is used by this order at most once, whatever is repeated.
pub(super) fn claim_all(going: &Going<'_>, codes: BTreeSet<String>) -> Decision<Checkout> {
    let (Some(customer), Some(priced)) = (&going.run.start.customer, going.run.priced.as_deref()) else {
        return undo::fail(going, Failure::StepFailed { step: Step::ClaimCoupons }, None);
    };
    let asked = happens(Event::CouponsAsked { codes: codes.iter().cloned().collect() });
    codes.into_iter().fold(asked, |decision, code| {
        let (attempt, order, customer) = (going.attempt(), going.order(), customer.clone());
        decision.effect(Effect::ClaimCoupon { attempt, code, order, customer, at: priced.at })
    })
}

pub(super) fn claimed(going: &Going<'_>, code: &str, failure: Option<&Failure>) -> Decision<Checkout> {
    // An answer that comes while everything is being given up is overtaken: the release follows the claim on its stream.
    let Phase::ClaimingCoupons { claimed } = &going.run.phase else { return noted() };
    if claimed.contains(code) || !going.run.coupons.contains(code) {
        return noted();
    }
    if let Some(failure) = failure {
        return undo::fail(going, failure.clone(), None);
    }
    let event = Event::CouponClaimed { code: code.to_owned() };
    if claimed.len() + 1 < going.run.coupons.len() {
        return happens(event);
    }
    order::pay(going, happens(event))
}

/// The money is reserved: every use becomes final.
pub(super) fn confirm_all(going: &Going<'_>, decision: Decision<Checkout>) -> Decision<Checkout> {
    going.run.coupons.iter().cloned().fold(decision, |decision, code| {
        decision.effect(Effect::ConfirmCoupon { attempt: going.attempt(), code, order: going.order() })
    })
}

pub(super) fn confirmed(going: &Going<'_>, code: &str) -> Decision<Checkout> {
    let Phase::CommittingStock { confirmed, .. } = &going.run.phase else { return noted() };
    if confirmed.contains(code) || !going.run.coupons.contains(code) {
        return noted();
    }
    stock::promised(going, Event::CouponConfirmed { code: code.to_owned() })
}
