//! From event to state.

use std::collections::BTreeSet;

use super::event::Event;
use super::outcome::{AttemptOutcome, Failure};
use super::state::{Checkout, Phase, Run, WaitsFor};
use crate::cart::Owner;
use crate::ids::VariantId;

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
                phase: Phase::ClaimingCart,
            }));
        }
        Event::StrayPaymentFound { .. } => {}
        Event::Completed => settle(checkout, None),
        Event::Failed { failure } => settle(checkout, Some(failure.clone())),
        Event::CartClaimed { .. }
        | Event::LinesPriced { .. }
        | Event::StockHeld { .. }
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
        Event::LinesPriced { prices, totals } => {
            super::steps::reprice(&mut run.lines, prices);
            run.totals = Some(*totals);
            run.phase = Phase::HoldingStock { held: BTreeSet::new() };
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
        Event::PaymentAuthorized => run.phase = Phase::CommittingStock { committed: BTreeSet::new() },
        Event::OrderPlaced => run.phase = Phase::Capturing,
        Event::PaymentCaptured => run.phase = Phase::MarkingPaid,
        Event::CaptureFailed { .. } | Event::OrderPaid => run.phase = Phase::CompletingCart,
        Event::Failing { failure } => fail(run, failure),
        Event::StockHeld { variant }
        | Event::StockCommitted { variant }
        | Event::StockReleased { variant } => {
            count(run, *variant);
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

/// Undoing goes backwards: the stock first, if it was asked for any, then the cart.
fn fail(run: &mut Run, failure: &Failure) {
    let failure = failure.clone();
    run.phase = if run.totals.is_some() {
        Phase::ReleasingStock { failure, released: BTreeSet::new() }
    } else {
        Phase::ReleasingCart { failure }
    };
}

/// Notes the answer of one line's stock, and moves on when every line has answered.
fn count(run: &mut Run, variant: VariantId) {
    let lines = run.lines.len();
    let next = match &mut run.phase {
        Phase::HoldingStock { held } => {
            held.insert(variant);
            (held.len() == lines).then_some(Phase::DraftingOrder)
        }
        Phase::CommittingStock { committed } => {
            committed.insert(variant);
            (committed.len() == lines).then_some(Phase::PlacingOrder)
        }
        Phase::ReleasingStock { failure, released } => {
            released.insert(variant);
            (released.len() == lines).then(|| Phase::ReleasingCart { failure: failure.clone() })
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
