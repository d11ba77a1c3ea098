//! The order is written down, made binding, and told that it is paid.

use amazoff_supervisor::Decision;

use super::{Going, PATIENCE, PATIENCE_FOR, coupon, happens, noted, undo};
use crate::checkout::command::Reply;
use crate::checkout::effect::Effect;
use crate::checkout::event::Event;
use crate::checkout::outcome::Failure;
use crate::checkout::state::{Checkout, Phase};
use crate::checkout::step::Step;
use crate::order::Draft;
use crate::payment::Terms;
use crate::pricebook::CapturePolicy;

/// All stock is held: have the order written down.
pub(super) fn draft(going: &Going<'_>, decision: Decision<Checkout>) -> Decision<Checkout> {
    let run = going.run;
    let Some(totals) = run.totals else {
        return undo::fail(going, Failure::StepFailed { step: Step::PriceLines }, None);
    };
    let draft = Draft {
        cart: going.cart,
        owner: run.owner,
        lines: run.lines.clone(),
        totals,
        contact: run.start.contact.clone(),
        quote: run.priced.as_ref().map(|priced| priced.quote.clone()),
        capture: run.capture(),
    };
    decision.effect(Effect::DraftOrder {
        attempt: run.attempt,
        order: going.order(),
        draft: Box::new(draft),
        payment: going.payment(),
    })
}

/// The order is written: use its codes up, if it has any, then have its money reserved.
pub(super) fn drafted(going: &Going<'_>, failure: Option<&Failure>) -> Decision<Checkout> {
    if going.run.phase != Phase::DraftingOrder {
        return noted();
    }
    if let Some(failure) = failure {
        return undo::fail(going, failure.clone(), None);
    }
    let codes = coupon::used(going);
    if codes.is_empty() { pay(going, Decision::reply(Reply::Noted)) } else { coupon::claim_all(going, codes) }
}

/// Has the money reserved. From here on the process waits as long as the money's fate is open.
pub(super) fn pay(going: &Going<'_>, decision: Decision<Checkout>) -> Decision<Checkout> {
    let Some(totals) = going.run.totals else {
        return undo::fail(going, Failure::StepFailed { step: Step::DraftOrder }, None);
    };
    let choice = &going.run.start.payment;
    let terms = Terms {
        order: going.order(),
        cart: going.cart,
        amount: totals.total,
        provider: choice.provider.clone(),
        token: choice.token.clone(),
        by_order: false,
    };
    let patience_until = going.now.plus(PATIENCE_FOR);
    decision
        .and(Event::OrderDrafted { patience_until })
        .effect(Effect::Authorize { attempt: going.attempt(), payment: going.payment(), terms })
        .remind(PATIENCE, patience_until)
}

pub(super) fn placed(going: &Going<'_>) -> Decision<Checkout> {
    if going.run.phase != Phase::PlacingOrder {
        return noted();
    }
    let placed = happens(Event::OrderPlaced);
    match going.run.capture() {
        CapturePolicy::OnPlacement => placed.effect(Effect::Capture { payment: going.payment() }),
        // Every parcel takes its part; the order asks for it.
        CapturePolicy::OnShipment => placed.effect(close_cart(going, true)),
    }
}

pub(super) fn paid(going: &Going<'_>) -> Decision<Checkout> {
    if going.run.phase != Phase::MarkingPaid {
        return noted();
    }
    happens(Event::OrderPaid).effect(close_cart(going, true))
}

pub(super) fn close_cart(going: &Going<'_>, paid: bool) -> Effect {
    Effect::CompleteCart { attempt: going.attempt(), order: going.order(), paid }
}
