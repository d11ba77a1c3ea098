//! Two carts become one. The cart that ends is locked first, then asks the other by an effect, then hears the answer: a crash
//! anywhere loses nothing, and whatever is repeated is taken over once (CART-9, CART-10).

use amazoff_supervisor::Context;

use super::{Plan, after, check_open};
use crate::cart::effect::Handover;
use crate::cart::{
    Absorption, COUPONS_MAX, Cart, Effect, Event, LINES_MAX, Line, MergeStrategy, Rejection, Status, Warning,
};
use crate::ids::CartId;
use crate::money::Quantity;

/// The cart that ends locks itself and hands everything over.
pub(super) fn begin(
    cart: &Cart,
    (target, strategy): (CartId, MergeStrategy),
    context: &Context,
) -> Result<Plan, Rejection> {
    match cart.status {
        Status::Merging { target: known } | Status::Merged { target: known } if known == target => {
            return Ok(Plan::default());
        }
        Status::Absent
        | Status::Open
        | Status::Completing { .. }
        | Status::Completed { .. }
        | Status::Merging { .. }
        | Status::Merged { .. }
        | Status::Abandoned => check_open(cart)?,
    }
    if target.uuid() == context.entity.id {
        return Err(Rejection::MergeIntoItself);
    }
    let handover = Handover {
        target,
        asker: context.principal.clone(),
        currency: cart.currency,
        strategy,
        lines: cart.lines.clone(),
        coupons: cart.coupons.clone(),
    };
    let plan = Plan::from(Event::MergeStarted { target, strategy });
    Ok(Plan { effect: Some(Effect::MergeInto(Box::new(handover))), ..plan })
}

/// The cart that stays takes over what the other had, unless it did already.
pub(super) fn absorb(cart: &Cart, absorption: &Absorption) -> Result<Plan, Rejection> {
    let Absorption { source, asker, currency, strategy, lines, coupons } = absorption;
    if cart.absorbed.contains(source) {
        return Ok(Plan::default());
    }
    if cart.status != Status::Absent && !cart.owner.admits(asker) {
        return Err(Rejection::CartNotFound); // CART-7
    }
    check_open(cart)?;
    if *currency != cart.currency {
        return Err(Rejection::CurrencyMismatch);
    }
    let mut plan = Plan::default();
    if *strategy == MergeStrategy::UseGuest {
        plan.events.extend(cart.lines.iter().map(|line| Event::LineRemoved { line: line.id }));
    }
    if *strategy != MergeStrategy::UseExisting {
        for (line, available) in lines {
            take_line(cart, &mut plan, (line, *available), *strategy);
        }
        take_coupons(cart, &mut plan, coupons);
    }
    if after(cart, &plan.events).lines.len() > LINES_MAX {
        return Err(Rejection::TooManyLines);
    }
    plan.events.push(Event::Absorbed { source: *source, strategy: *strategy });
    Ok(plan)
}

fn take_line(cart: &Cart, plan: &mut Plan, (line, available): (&Line, u32), strategy: MergeStrategy) {
    let common = cart.line(line.id).filter(|_| strategy != MergeStrategy::UseGuest);
    let Some(known) = common else {
        plan.events.push(Event::LineAdded { line: line.clone() });
        return;
    };
    let most = known.quantity.max(line.quantity);
    let quantity = match strategy {
        MergeStrategy::Max | MergeStrategy::UseGuest | MergeStrategy::UseExisting => most,
        MergeStrategy::SumCapped => {
            let wanted = known.quantity.get().saturating_add(line.quantity.get());
            let room = available.max(most.get()).min(Quantity::MAX);
            let quantity = Quantity::try_from(wanted.min(room)).unwrap_or(most);
            if quantity.get() < wanted {
                plan.warnings.push(Warning::QuantityCapped { line: line.id, wanted, quantity });
            }
            quantity
        }
    };
    if quantity != known.quantity {
        plan.events.push(Event::QuantitySet { line: line.id, quantity });
    }
}

fn take_coupons(cart: &Cart, plan: &mut Plan, coupons: &[String]) {
    let mut room = COUPONS_MAX.saturating_sub(cart.coupons.len());
    for code in coupons.iter().filter(|code| !cart.coupons.contains(code)) {
        if room == 0 {
            plan.warnings.push(Warning::CouponLeft { code: code.clone() });
            continue;
        }
        room -= 1;
        plan.events.push(Event::CouponApplied { code: code.clone() });
    }
}

pub(super) fn absorbed(cart: &Cart, target: CartId, warnings: &[Warning]) -> Plan {
    let merging = cart.status == (Status::Merging { target });
    merging.then(|| Event::Merged { target, warnings: warnings.to_vec() }).into()
}

pub(super) fn refused(cart: &Cart, target: CartId, refusal: &Rejection) -> Plan {
    let merging = cart.status == (Status::Merging { target });
    merging.then(|| Event::MergeRefused { target, refusal: Box::new(refusal.clone()) }).into()
}
