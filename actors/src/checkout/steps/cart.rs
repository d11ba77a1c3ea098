//! The cart is locked, priced and, at the very end, closed.

use amazoff_supervisor::Decision;

use super::{Going, happens, noted, reprice, undo};
use crate::checkout::command::{CartAnswer, Effect};
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase};
use crate::ids::VariantId;
use crate::money::Money;
use crate::order::Line;
use crate::pricing;

pub(super) fn claimed(going: &Going<'_>, answer: &CartAnswer) -> Decision<Checkout> {
    if going.run.phase != Phase::ClaimingCart {
        return noted();
    }
    match answer {
        CartAnswer::Claimed { owner, lines } => {
            let lines_to_price = lines.iter().map(|line| (line.product_id, line.variant_id)).collect();
            let effect = Effect::PriceLines { attempt: going.attempt(), lines: lines_to_price };
            happens(Event::CartClaimed { owner: *owner, lines: lines.clone() }).effect(effect)
        }
        // The claim was never decided: should a person have it decided after all, the cart must know that it is too late.
        CartAnswer::Refused(failure @ Failure::StepFailed { .. }) => undo::fail(going, failure.clone(), None),
        // Nothing was taken, so nothing is to be given back.
        CartAnswer::Refused(failure) => happens(Event::Failed { failure: failure.clone() }),
    }
}

/// The drift guard: what is charged is what the shopper saw, or nothing is (CHK-2).
pub(super) fn priced(going: &Going<'_>, prices: &[(VariantId, Option<Money>)]) -> Decision<Checkout> {
    if going.run.phase != Phase::PricingLines {
        return noted();
    }
    let mut known = Vec::with_capacity(prices.len());
    for line in &going.run.lines {
        let variant = line.variant_id;
        let price = prices.iter().find(|(priced, _)| *priced == variant).and_then(|(_, price)| *price);
        let Some(price) = price else {
            return undo::fail(going, Failure::ProductNotAvailable { variant }, None);
        };
        known.push((variant, price));
    }
    let mut lines = going.run.lines.clone();
    reprice(&mut lines, &known);
    let Ok(totals) = pricing::totals(lines.iter().map(|line| (line.unit_price, line.quantity))) else {
        let variant = odd_one(&lines);
        return undo::fail(going, Failure::ProductNotAvailable { variant }, None);
    };
    if totals.total != going.run.start.expected_total {
        let current_total = totals.total;
        return undo::fail(going, Failure::CartChanged { current_total }, Some(known));
    }
    super::stock::hold_all(going, happens(Event::LinesPriced { prices: known, totals }))
}

/// A line whose price cannot be added up: one in another currency, else simply the first.
fn odd_one(lines: &[Line]) -> VariantId {
    let foreign = lines.iter().find(|line| line.unit_price.currency != pricing::SHOP_CURRENCY);
    foreign.or(lines.first()).map_or_else(|| VariantId::from(uuid::Uuid::nil()), |line| line.variant_id)
}

pub(super) fn completed(going: &Going<'_>) -> Decision<Checkout> {
    if going.run.phase == Phase::CompletingCart { happens(Event::Completed) } else { noted() }
}
