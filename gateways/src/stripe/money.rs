//! Between the shop's minor units, which are ISO's, and Stripe's smallest units, which sometimes are not.

use amazoff_actors::money::{Currency, Money};

/// Currencies of whole units at Stripe.
const WHOLE: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
];
/// Currencies of thousandths at Stripe.
const THOUSANDTHS: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];

fn decimals(currency: Currency) -> u32 {
    match currency.code() {
        code if WHOLE.contains(&code) => 0,
        code if THOUSANDTHS.contains(&code) => 3,
        _ => 2,
    }
}

/// An amount in Stripe's units; `None` when Stripe has no such amount, such as a third of a dinar's hundredth.
pub(super) fn units(money: Money) -> Option<i64> {
    let (ours, theirs) = (u32::from(money.currency.exponent()), decimals(money.currency));
    if theirs >= ours {
        return money.amount.checked_mul(10_i64.checked_pow(theirs - ours)?);
    }
    let unit = 10_i64.checked_pow(ours - theirs)?;
    (money.amount % unit == 0).then_some(money.amount / unit)
}

/// The amount that so many of Stripe's units are; `None` when the shop has no such amount.
pub(super) fn money(units: i64, currency: &str) -> Option<Money> {
    let currency: Currency = currency.to_ascii_uppercase().parse().ok()?;
    let (ours, theirs) = (u32::from(currency.exponent()), decimals(currency));
    let amount = if ours >= theirs {
        units.checked_mul(10_i64.checked_pow(ours - theirs)?)?
    } else {
        let unit = 10_i64.checked_pow(theirs - ours)?;
        (units % unit == 0).then_some(units / unit)?
    };
    Some(Money::new(amount, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_there_and_back() {
        for (code, amount, wanted) in [
            ("EUR", 1999, 1999),
            ("JPY", 500, 500),
            ("KWD", 5120, 5120),
            ("ISK", 500, 50_000),
            ("UGX", 7, 700),
            ("KRW", 1, 1),
            ("MGA", 300, 3),
            ("HUF", 1050, 1050),
        ] {
            let price = Money::new(amount, code.parse().unwrap());
            assert_eq!(units(price), Some(wanted), "{code}");
            assert_eq!(money(wanted, &code.to_lowercase()), Some(price), "{code}");
        }
    }

    #[test]
    fn an_amount_that_cannot_be_written_is_refused() {
        assert_eq!(units(Money::new(150, "MGA".parse().unwrap())), None);
        assert_eq!(units(Money::new(i64::MAX, "ISK".parse().unwrap())), None);
        assert_eq!(money(150, "isk"), None);
        assert_eq!(money(1, "€"), None);
    }
}
