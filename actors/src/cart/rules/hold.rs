//! The checkout locks a cart, unlocks it, and closes it.

use super::{Plan, after, check_open, lines, terms};
use crate::cart::{Address, Cart, Event, Rejection, Requirement, Status};
use crate::ids::{LineId, OrderId, VariantId};
use crate::money::Money;

pub(super) fn claim(cart: &Cart, attempt: u32, address: Option<&Address>) -> Result<Plan, Rejection> {
    if cart.status == (Status::Completing { attempt }) {
        return Ok(Plan::default());
    }
    check_open(cart)?;
    if attempt <= cart.released {
        return Err(Rejection::AttemptReleased); // CART-5
    }
    let mut events: Vec<Event> =
        address.and_then(|address| terms::set_address(cart, address)).into_iter().collect();
    match after(cart, &events).requirements().first() {
        None => {}
        Some(missing) if missing.code == Requirement::ADDRESS_MISSING => {
            return Err(Rejection::AddressMissing);
        }
        Some(_) => return Err(Rejection::CartEmpty),
    }
    events.push(Event::Claimed { attempt });
    Ok(events.into())
}

pub(super) fn release(cart: &Cart, attempt: u32, reprice: &[(VariantId, Money)]) -> Result<Plan, Rejection> {
    let held = match cart.status {
        Status::Absent => return Err(Rejection::CartNotFound),
        Status::Completed { .. } | Status::Merged { .. } | Status::Abandoned => return Ok(Plan::default()),
        Status::Open | Status::Merging { .. } => false,
        Status::Completing { attempt: holder } => holder == attempt,
    };
    if !held {
        return Ok((attempt > cart.released).then_some(Event::Released { attempt }).into());
    }
    let mut events = vec![Event::Released { attempt }];
    // A price that cannot be one is left out: it must not keep the cart locked.
    for (variant, unit_price) in reprice.iter().filter(|(_, price)| lines::is_price(*price, cart.currency)) {
        let line = cart.line(LineId::of_variant(*variant));
        if let Some(line) = line.filter(|line| line.unit_price != *unit_price) {
            events.push(Event::Repriced { line: line.id, unit_price: *unit_price });
        }
    }
    Ok(events.into())
}

pub(super) fn complete(cart: &Cart, attempt: u32, order: OrderId) -> Result<Plan, Rejection> {
    match cart.status {
        Status::Absent => Err(Rejection::CartNotFound),
        Status::Completing { attempt: holder } if holder == attempt => {
            Ok(Event::Completed { attempt, order }.into())
        }
        Status::Open
        | Status::Completing { .. }
        | Status::Merging { .. }
        | Status::Merged { .. }
        | Status::Abandoned => Err(Rejection::CartNotClaimed),
        Status::Completed { order: done } if done == order => Ok(Plan::default()),
        Status::Completed { .. } => Err(Rejection::CartCompleted),
    }
}
