//! What the shop charged before it had a pricebook: the measure for a pricebook that nobody changed.

use super::{SHOP_CURRENCY, Totals};
use crate::money::{Money, MoneyError, Quantity};

/// What sending one order cost, in minor units, and from which subtotal on it was free.
const SHIPPING_FLAT: i64 = 490;
const SHIPPING_FREE_FROM: i64 = 5000;

/// Adds up lines of (unit price, quantity). No lines cost nothing, not even shipping.
///
/// # Errors
/// When a price is not in [`SHOP_CURRENCY`], or the sum overflows.
pub(crate) fn totals(lines: impl IntoIterator<Item = (Money, Quantity)>) -> Result<Totals, MoneyError> {
    let mut sums = Totals::zero(SHOP_CURRENCY);
    let mut shipping = 0;
    for (unit_price, quantity) in lines {
        sums.subtotal = sums.subtotal.checked_add(unit_price.checked_mul(quantity)?)?;
        shipping = SHIPPING_FLAT;
    }
    if sums.subtotal.amount < SHIPPING_FREE_FROM {
        sums.shipping = Money::new(shipping, SHOP_CURRENCY);
    }
    sums.total = sums.subtotal.checked_add(sums.shipping)?;
    Ok(sums)
}
