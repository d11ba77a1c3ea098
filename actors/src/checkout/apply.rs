//! From event to state.

use super::command::Priced;
use super::event::Event;
use super::outcome::{AttemptOutcome, Failure};
use super::state::{Checkout, Phase, Run, WaitsFor};
use crate::cart::Owner;
use crate::ids::VariantId;
use crate::pricebook::CapturePolicy;
use std::collections::BTreeSet;

/// Applies one event; total: one that concerns no running attempt changes nothing.
pub(super) fn apply(checkout: &mut Checkout, event: &Event) {
    match event {
        Event::AttemptStarted { attempt, command, start } => {
            checkout.run = Some(Box::new(Run {
                attempt: *attempt,
                command: *command,
                start: (**start).clone(),
                owner: Owner::Guest,
                lines: Vec::new(),
                totals: None,
                priced: None,
                coupons: BTreeSet::new(),
                phase: Phase::ClaimingCart,
            }));
        }
        Event::StrayPaymentFound { .. } => {}
        Event::Completed => settle(checkout, None),
        Event::Failed { failure } => settle(checkout, Some(failure.clone())),
        Event::CartClaimed { .. }
        | Event::QuoteMade { .. }
        | Event::LinesPriced { .. }
        | Event::StockHeld { .. }
        | Event::CouponsAsked { .. }
        | Event::CouponClaimed { .. }
        | Event::CouponConfirmed { .. }
        | Event::CouponReleased { .. }
        | Event::OrderDrafted { .. }
        | Event::PaymentNeedsAction { .. }
        | Event::PaymentUnknown
        | Event::PatienceLost { .. }
        | Event::PaymentGivenUp
        | Event::PaymentAuthorized
        | Event::StockCommitted { .. }
        | Event::OrderPlaced
        | Event::PaymentCaptured
        | Event::CaptureFailed { .. }
        | Event::OrderPaid
        | Event::Failing { .. }
        | Event::StockReleased { .. } => {
            if let Some(run) = checkout.run.as_deref_mut() {
                advance(run, event);
            }
        }
    }
}

fn settle(checkout: &mut Checkout, failure: Option<Failure>) {
    if let Some(run) = checkout.run.take() {
        checkout.attempts.push(AttemptOutcome { attempt: run.attempt, command: run.command, failure });
    }
}

fn advance(run: &mut Run, event: &Event) {
    match event {
        Event::CartClaimed { owner, lines } => {
            run.owner = *owner;
            run.lines.clone_from(lines);
            run.lines.sort_by_key(|line| line.variant_id);
            run.phase = Phase::PricingLines;
        }
        Event::QuoteMade { priced } => quoted(run, priced),
        Event::LinesPriced { prices, totals } => {
            super::steps::reprice(&mut run.lines, prices);
            run.totals = Some(*totals);
            run.phase = Phase::HoldingStock { held: BTreeSet::new() };
        }
        Event::CouponsAsked { codes } => {
            run.coupons = codes.iter().cloned().collect();
            run.phase = Phase::ClaimingCoupons { claimed: BTreeSet::new() };
        }
        Event::OrderDrafted { patience_until } => {
            let waits_for = WaitsFor::Provider;
            run.phase = Phase::Paying { waits_for, patience_until: *patience_until, asked: false };
        }
        Event::PaymentNeedsAction { url } => wait_for(run, WaitsFor::Shopper { url: url.clone() }),
        Event::PaymentUnknown => wait_for(run, WaitsFor::LostAnswer),
        Event::PatienceLost { void_at } => {
            if let Phase::Paying { patience_until, asked, .. } = &mut run.phase {
                *patience_until = *void_at;
                *asked = true;
            }
        }
        Event::PaymentGivenUp => run.phase = Phase::Voiding,
        Event::PaymentAuthorized => {
            run.phase = Phase::CommittingStock { committed: BTreeSet::new(), confirmed: BTreeSet::new() };
        }
        Event::OrderPlaced => {
            run.phase = match run.capture() {
                CapturePolicy::OnPlacement => Phase::Capturing,
                CapturePolicy::OnShipment => Phase::CompletingCart,
            };
        }
        Event::PaymentCaptured => run.phase = Phase::MarkingPaid,
        Event::CaptureFailed { .. } | Event::OrderPaid => run.phase = Phase::CompletingCart,
        Event::Failing { failure } => fail(run, failure),
        Event::StockHeld { variant }
        | Event::StockCommitted { variant }
        | Event::StockReleased { variant } => count(run, Answered::Stock(*variant)),
        Event::CouponClaimed { code } | Event::CouponConfirmed { code } | Event::CouponReleased { code } => {
            count(run, Answered::Coupon(code));
        }
        Event::AttemptStarted { .. }
        | Event::Completed
        | Event::Failed { .. }
        | Event::StrayPaymentFound { .. } => {}
    }
}

fn wait_for(run: &mut Run, whom: WaitsFor) {
    if let Phase::Paying { waits_for, .. } = &mut run.phase {
        *waits_for = whom;
    }
}

/// Puts the quote on the lines: what is bought costs what was quoted.
fn quoted(run: &mut Run, priced: &Priced) {
    for line in &mut run.lines {
        if let Some(quoted) = priced.quote.line(line.id) {
            (line.unit_price, line.line_total) = (quoted.unit_price, quoted.subtotal);
        }
    }
    run.totals = Some(priced.quote.totals);
    run.priced = Some(Box::new(priced.clone()));
    run.phase = Phase::HoldingStock { held: BTreeSet::new() };
}

/// Undoing goes backwards: codes and stock first, if any were asked for, then the cart.
fn fail(run: &mut Run, failure: &Failure) {
    let failure = failure.clone();
    run.phase = if run.totals.is_some() {
        Phase::ReleasingStock { failure, released: BTreeSet::new(), coupons: BTreeSet::new() }
    } else {
        Phase::ReleasingCart { failure }
    };
}

/// Who answered.
enum Answered<'a> {
    Stock(VariantId),
    Coupon(&'a str),
}

impl Answered<'_> {
    fn note(&self, variants: &mut BTreeSet<VariantId>, codes: &mut BTreeSet<String>) {
        match self {
            Self::Stock(variant) => variants.insert(*variant),
            Self::Coupon(code) => codes.insert((*code).to_owned()),
        };
    }
}

/// Notes the answer of one line's stock or of one coupon, and moves on when all have answered.
fn count(run: &mut Run, answered: Answered<'_>) {
    let (lines, asked) = (run.lines.len(), run.coupons.len());
    let next = match &mut run.phase {
        Phase::HoldingStock { held } => {
            answered.note(held, &mut BTreeSet::new());
            (held.len() == lines).then_some(Phase::DraftingOrder)
        }
        // It goes on with the event that the payment is being asked.
        Phase::ClaimingCoupons { claimed } => {
            answered.note(&mut BTreeSet::new(), claimed);
            None
        }
        Phase::CommittingStock { committed, confirmed } => {
            answered.note(committed, confirmed);
            (committed.len() == lines && confirmed.len() == asked).then_some(Phase::PlacingOrder)
        }
        Phase::ReleasingStock { failure, released, coupons } => {
            answered.note(released, coupons);
            let all = released.len() == lines && coupons.len() == asked;
            all.then(|| Phase::ReleasingCart { failure: failure.clone() })
        }
        Phase::ClaimingCart
        | Phase::PricingLines
        | Phase::DraftingOrder
        | Phase::Paying { .. }
        | Phase::PlacingOrder
        | Phase::Capturing
        | Phase::MarkingPaid
        | Phase::CompletingCart
        | Phase::Voiding
        | Phase::ReleasingCart { .. } => None,
    };
    if let Some(phase) = next {
        run.phase = phase;
    }
}
