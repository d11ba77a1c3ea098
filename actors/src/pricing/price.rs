//! What can be a price.

use crate::money::{Currency, Money};

/// The currency in which every variant has a price.
pub const SHOP_CURRENCY: Currency = Currency::EUR;
/// The highest price of one piece, in minor units: a full cart of it is far from overflowing.
pub const PRICE_MAX: i64 = 100_000_000;

/// Whether an amount can be the price of one piece: in the shop's currency, from nothing to [`PRICE_MAX`].
pub fn is_price(price: Money) -> bool {
    price.currency == SHOP_CURRENCY && (0..=PRICE_MAX).contains(&price.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_in_the_shops_currency_and_in_bounds() {
        assert!([0, PRICE_MAX].map(Money::eur).into_iter().all(is_price));
        assert!([-1, PRICE_MAX + 1].map(Money::eur).into_iter().all(|price| !is_price(price)));
        assert!(!is_price(Money::new(1, "USD".parse().unwrap())));
    }
}
