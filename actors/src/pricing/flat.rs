//! What a cart costs by the flat tariff that was there before the pricebook.
//!
//! Prices include value added tax. The order of steps is fixed: unit price × quantity per line, sum of the lines, shipping
//! by that sum, total. Nothing is divided, so nothing is rounded.

use super::Totals;
use crate::money::{Currency, Money, MoneyError, Quantity};

/// The currency in which the shop sells, and in which its tariff is written.
pub const SHOP_CURRENCY: Currency = Currency::EUR;
/// What sending one order costs, in minor units.
pub const SHIPPING_FLAT: i64 = 490;
/// From this subtotal on, in minor units, sending is free.
pub const SHIPPING_FREE_FROM: i64 = 5000;
/// The highest price of one piece, in minor units: a full cart of it is far from overflowing.
pub const PRICE_MAX: i64 = 100_000_000;

/// Whether an amount can be the price of one piece: in the shop's currency, from nothing to [`PRICE_MAX`].
pub fn is_price(price: Money) -> bool {
    price.currency == SHOP_CURRENCY && (0..=PRICE_MAX).contains(&price.amount)
}

/// Adds up lines of (unit price, quantity). No lines cost nothing, not even shipping.
///
/// # Errors
/// When a price is not in [`SHOP_CURRENCY`], or the sum overflows.
pub fn totals(lines: impl IntoIterator<Item = (Money, Quantity)>) -> Result<Totals, MoneyError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(lines: &[(i64, u32)]) -> Totals {
        totals(lines.iter().map(|(cents, n)| (Money::eur(*cents), Quantity::try_from(*n).unwrap()))).unwrap()
    }

    #[test]
    fn nothing_costs_nothing() {
        assert_eq!(of(&[]), Totals::zero(Currency::EUR));
    }

    #[test]
    fn shipping_is_free_from_fifty_euros() {
        assert_eq!(of(&[(4999, 1)]).total, Money::eur(4999 + 490));
        assert_eq!(of(&[(2500, 2)]).total, Money::eur(5000));
        assert_eq!(of(&[(0, 1)]).total, Money::eur(490));
    }

    #[test]
    fn other_currencies_and_huge_sums_are_refused() {
        let dollars = Money::new(1, "USD".parse().unwrap());
        assert!(matches!(totals([(dollars, Quantity::ONE)]), Err(MoneyError::CurrencyMismatch { .. })));
        let most = (Money::eur(i64::MAX), Quantity::ONE);
        assert_eq!(totals([most, most]), Err(MoneyError::Overflow));
    }

    proptest! {
        /// T-P1, for what is sold so far.
        #[test]
        fn the_total_is_the_sum_of_lines_and_shipping(
            lines in proptest::collection::vec((0..=PRICE_MAX, 1..=Quantity::MAX), 0..100),
        ) {
            let sums = of(&lines);
            let expected: i64 = lines.iter().map(|(cents, n)| cents * i64::from(*n)).sum();
            prop_assert_eq!(sums.subtotal, Money::eur(expected));
            prop_assert_eq!(sums.total.amount, expected + sums.shipping.amount);
            prop_assert!(sums.shipping.amount == 0 || (!lines.is_empty() && expected < SHIPPING_FREE_FROM));
        }
    }
}
