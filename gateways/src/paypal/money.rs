//! Between the shop's minor units and PayPal's decimal text.

use amazoff_actors::money::{Currency, Money};
use serde::{Deserialize, Serialize};

/// The currencies that PayPal takes with two decimals.
const HUNDREDTHS: &[&str] = &[
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "MXN", "MYR", "NOK", "NZD",
    "PHP", "PLN", "SEK", "SGD", "THB", "USD",
];
/// The currencies that PayPal takes without decimals.
const WHOLE: &[&str] = &["HUF", "JPY", "TWD"];
/// The longest text that is read as an amount.
const LENGTH_MAX: usize = 32;

/// An amount as PayPal writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Amount {
    currency_code: String,
    value: String,
}

fn decimals(currency: Currency) -> Option<u32> {
    match currency.code() {
        code if HUNDREDTHS.contains(&code) => Some(2),
        code if WHOLE.contains(&code) => Some(0),
        _ => None,
    }
}

impl Amount {
    /// An amount as PayPal writes it; `None` when PayPal has no such currency or amount.
    pub(super) fn of(money: Money) -> Option<Self> {
        let (ours, theirs) = (u32::from(money.currency.exponent()), decimals(money.currency)?);
        let unit = 10_i64.checked_pow(ours.checked_sub(theirs)?)?;
        if money.amount < 0 || money.amount % unit != 0 {
            return None;
        }
        let (units, scale) = (money.amount / unit, 10_i64.checked_pow(theirs)?);
        let value = match theirs {
            0 => units.to_string(),
            _ => format!("{}.{:02}", units / scale, units % scale),
        };
        Some(Self { currency_code: money.currency.code().to_owned(), value })
    }

    /// The amount; `None` when it is none of the shop's. Reports put a minus before what went back.
    pub(super) fn money(&self) -> Option<Money> {
        let currency: Currency = self.currency_code.parse().ok()?;
        let decimals = usize::from(currency.exponent());
        if self.value.len() > LENGTH_MAX {
            return None;
        }
        let (whole, fraction) = self.value.split_once('.').unwrap_or((&self.value, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        // More decimals than the currency has may only be zeros.
        let (kept, rest) = fraction.split_at(fraction.len().min(decimals));
        if rest.bytes().any(|byte| byte != b'0') {
            return None;
        }
        let amount = format!("{whole}{kept:0<decimals$}").parse().ok()?;
        Some(Money::new(amount, currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(code: &str, value: &str) -> Amount {
        Amount { currency_code: code.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn amounts_go_there_and_back() {
        for (code, minor, text) in [
            ("EUR", 1999, "19.99"),
            ("EUR", 5, "0.05"),
            ("JPY", 500, "500"),
            ("HUF", 1_000, "10"),
            ("TWD", 300, "3"),
        ] {
            let money = Money::new(minor, code.parse().unwrap());
            assert_eq!(Amount::of(money), Some(amount(code, text)));
            assert_eq!(amount(code, text).money(), Some(money));
        }
        assert_eq!(amount("EUR", "1.5").money(), Some(Money::eur(150)));
        assert_eq!(amount("HUF", "10.00").money(), Some(Money::new(1_000, "HUF".parse().unwrap())));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for (code, minor) in [("HUF", 1_050), ("KWD", 1_000), ("EUR", -1)] {
            assert_eq!(Amount::of(Money::new(minor, code.parse().unwrap())), None, "{code}");
        }
        for text in ["", ".5", "1,5", "1.005", "-1", "1e3", "99999999999999999999"] {
            assert_eq!(amount("EUR", text).money(), None, "{text}");
        }
    }
}
