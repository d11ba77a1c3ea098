//! What is in a cart.

use super::Plan;
use crate::cart::{Addition, Cart, Event, LINES_MAX, Line, Rejection};
use crate::ids::{LineId, VariantId};
use crate::money::{Currency, Money, Quantity};
use crate::pricing::PRICE_MAX;

/// Whether an amount can be the price of one piece in a currency.
pub(super) fn is_price(price: Money, currency: Currency) -> bool {
    price.currency == currency && (0..=PRICE_MAX).contains(&price.amount)
}

pub(super) fn add(cart: &Cart, Addition { variant, quantity, offer }: &Addition) -> Result<Plan, Rejection> {
    let offer = offer.as_ref().ok_or(Rejection::ProductNotAvailable)?;
    if offer.unit_price.currency != cart.currency {
        return Err(Rejection::CurrencyMismatch);
    }
    if !is_price(offer.unit_price, cart.currency) {
        return Err(Rejection::ProductNotAvailable);
    }
    let id = LineId::of_variant(*variant);
    let Some(line) = cart.line(id) else {
        if cart.lines.len() >= LINES_MAX {
            return Err(Rejection::TooManyLines);
        }
        check_available(*variant, *quantity, offer.available)?;
        return Ok(Event::LineAdded { line: Line::new(*variant, *quantity, offer) }.into());
    };
    let quantity = line.quantity.checked_add(*quantity)?;
    check_available(*variant, quantity, offer.available)?;
    let mut events = vec![Event::QuantitySet { line: id, quantity }];
    if line.unit_price != offer.unit_price {
        events.push(Event::Repriced { line: id, unit_price: offer.unit_price });
    }
    Ok(events.into())
}

pub(super) fn set_quantity(
    cart: &Cart,
    id: LineId,
    quantity: Quantity,
    available: Option<u32>,
) -> Result<Plan, Rejection> {
    let line = cart.line(id).ok_or(Rejection::LineNotFound)?;
    if let Some(available) = available.filter(|_| quantity > line.quantity) {
        check_available(line.variant, quantity, available)?;
    }
    Ok((quantity != line.quantity).then_some(Event::QuantitySet { line: id, quantity }).into())
}

pub(super) fn remove(cart: &Cart, id: LineId) -> Plan {
    cart.line(id).map(|line| Event::LineRemoved { line: line.id }).into()
}

fn check_available(variant: VariantId, wanted: Quantity, available: u32) -> Result<(), Rejection> {
    let enough = wanted.get() <= available;
    if enough { Ok(()) } else { Err(Rejection::InsufficientStock { variant, available }) }
}
