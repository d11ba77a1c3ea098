//! The cart is locked, priced and, at the very end, closed.

use amazoff_supervisor::Decision;

use super::{Going, happens, noted, undo};
use crate::cart::Requirement;
use crate::checkout::command::{CartAnswer, Priced};
use crate::checkout::effect::Effect;
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase};
use crate::checkout::step::Step;
use crate::ids::VariantId;

pub(super) fn claimed(going: &Going<'_>, answer: &CartAnswer) -> Decision<Checkout> {
    if going.run.phase != Phase::ClaimingCart {
        return noted();
    }
    match answer {
        CartAnswer::Claimed { owner, lines } => {
            let lines_to_price = lines.iter().map(|line| (line.product_id, line.variant_id)).collect();
            let effect =
                Effect::PriceLines { attempt: going.attempt(), lines: lines_to_price, at: going.now };
            happens(Event::CartClaimed { owner: *owner, lines: lines.clone() }).effect(effect)
        }
        // The claim was never decided: should a person have it decided after all, the cart must know that it is too late.
        CartAnswer::Refused(failure @ Failure::StepFailed { .. }) => undo::fail(going, failure.clone(), None),
        // Nothing was taken, so nothing is to be given back.
        CartAnswer::Refused(failure) => happens(Event::Failed { failure: failure.clone() }),
    }
}

/// The drift guard: what is charged is what the shopper saw, or nothing is (CHK-2). Its gate is the list of requirements that
/// the cart's view shows.
pub(super) fn priced(going: &Going<'_>, priced: &Priced) -> Decision<Checkout> {
    if going.run.phase != Phase::PricingLines {
        return noted();
    }
    let Priced { quote, unavailable, too_large, .. } = priced;
    if let Some(missing) = Requirement::of_price(quote, unavailable, *too_large).first() {
        return undo::fail(going, in_the_way(missing, unavailable), None);
    }
    if going.run.lines.iter().any(|line| quote.line(line.id).is_none()) {
        return undo::fail(going, Failure::StepFailed { step: Step::PriceLines }, None);
    }
    if quote.totals.total != going.run.start.expected_total {
        let current_total = quote.totals.total;
        let prices = quote.lines.iter().map(|line| (line.variant, line.unit_price)).collect();
        return undo::fail(going, Failure::CartChanged { current_total }, Some(prices));
    }
    super::stock::hold_all(going, happens(Event::QuoteMade { priced: priced.clone() }))
}

fn in_the_way(missing: &Requirement, unavailable: &[VariantId]) -> Failure {
    match (missing.code.as_str(), unavailable.first()) {
        (Requirement::PRODUCT_NOT_AVAILABLE, Some(variant)) => {
            Failure::ProductNotAvailable { variant: *variant }
        }
        (Requirement::SHIPPING_UNAVAILABLE, _) => Failure::ShippingUnavailable,
        (Requirement::TOTAL_TOO_LARGE, _) => Failure::TotalTooLarge,
        (_, _) => Failure::StepFailed { step: Step::PriceLines },
    }
}

/// An answer from before quotes: the attempt fails, and the next one has a quote.
pub(super) fn unpriced(going: &Going<'_>) -> Decision<Checkout> {
    if going.run.phase != Phase::PricingLines {
        return noted();
    }
    undo::fail(going, Failure::StepFailed { step: Step::PriceLines }, None)
}

pub(super) fn completed(going: &Going<'_>) -> Decision<Checkout> {
    if going.run.phase == Phase::CompletingCart { happens(Event::Completed) } else { noted() }
}
