//! What a cart's price depends on besides its lines, and whose it is.

use super::Plan;
use crate::cart::{Address, COUPONS_MAX, Cart, Event, Owner, Rejection};
use crate::coupon;
use crate::ids::UserId;

/// A code that is entered already stays, also when nobody new may use it: the quote says what it does.
pub(super) fn apply_coupon(
    cart: &Cart,
    code: &str,
    refusal: Option<&coupon::Rejection>,
) -> Result<Plan, Rejection> {
    if cart.coupons.iter().any(|known| known == code) {
        return Ok(Plan::default());
    }
    if let Some(refusal) = refusal {
        return Err(Rejection::Coupon(refusal.clone()));
    }
    if cart.coupons.len() >= COUPONS_MAX {
        return Err(Rejection::TooManyCoupons);
    }
    Ok(Event::CouponApplied { code: code.to_owned() }.into())
}

pub(super) fn remove_coupon(cart: &Cart, code: &str) -> Plan {
    let known = cart.coupons.iter().find(|known| *known == code);
    known.map(|code| Event::CouponRemoved { code: code.clone() }).into()
}

pub(super) fn set_address(cart: &Cart, address: &Address) -> Option<Event> {
    let same = cart.contact.as_ref() == Some(&address.contact)
        && cart.destination.as_ref() == Some(&address.destination);
    (!same).then(|| Event::AddressSet(address.clone()))
}

pub(super) fn set_shipping(cart: &Cart, method: &str, offered: bool) -> Result<Plan, Rejection> {
    if !offered {
        return Err(Rejection::ShippingUnavailable);
    }
    let same = cart.shipping.as_deref() == Some(method);
    Ok((!same).then(|| Event::ShippingSet { method: method.to_owned() }).into())
}

pub(super) fn adopt(cart: &Cart, user: UserId) -> Result<Plan, Rejection> {
    match cart.owner {
        Owner::Guest => Ok(Event::Adopted { user }.into()),
        Owner::User(owner) if owner == user => Ok(Plan::default()),
        Owner::User(_) => Err(Rejection::CartNotFound),
    }
}
