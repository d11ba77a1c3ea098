//! Amounts as PayPal writes them: decimal text, as many decimals as the currency has at PayPal.

use serde_json::{Value, json};

use super::failure::Failure;

/// The currencies that PayPal takes, and how many decimals each has there.
const CURRENCIES: &[(&str, u32)] = &[
    ("AUD", 2),
    ("BRL", 2),
    ("CAD", 2),
    ("CHF", 2),
    ("CNY", 2),
    ("CZK", 2),
    ("DKK", 2),
    ("EUR", 2),
    ("GBP", 2),
    ("HKD", 2),
    ("HUF", 0),
    ("ILS", 2),
    ("JPY", 0),
    ("MXN", 2),
    ("MYR", 2),
    ("NOK", 2),
    ("NZD", 2),
    ("PHP", 2),
    ("PLN", 2),
    ("SEK", 2),
    ("SGD", 2),
    ("THB", 2),
    ("TWD", 0),
    ("USD", 2),
];
/// The longest amount.
const LENGTH_MAX: usize = 32;

/// An amount in the smallest unit that the currency has at PayPal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) units: i64,
    pub(crate) currency: String,
}

fn decimals(currency: &str) -> Option<u32> {
    CURRENCIES.iter().find(|(code, _)| *code == currency).map(|(_, decimals)| *decimals)
}

impl Amount {
    pub(crate) fn of(&self, units: i64) -> Self {
        Self { units, currency: self.currency.clone() }
    }

    /// Reads `{"currency_code": "EUR", "value": "12.34"}`.
    pub(crate) fn read(value: &Value, field: &str) -> Result<Self, Failure> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let (currency, amount) = (text("currency_code"), text("value"));
        if currency.is_empty() || amount.is_empty() || amount.len() > LENGTH_MAX {
            return Err(Failure::request(field, "MISSING_REQUIRED_PARAMETER"));
        }
        let decimals = decimals(currency).ok_or_else(|| Failure::rule("CURRENCY_NOT_SUPPORTED"))?;
        let units = units(amount, decimals).ok_or_else(|| Failure::rule("DECIMAL_PRECISION"))?;
        if units <= 0 {
            return Err(Failure::rule("CANNOT_BE_ZERO_OR_NEGATIVE"));
        }
        Ok(Self { units, currency: currency.to_owned() })
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "currency_code": self.currency, "value": text(self.units, decimals(&self.currency).unwrap_or(2)) })
    }
}

/// `12.34` in hundredths; trailing decimals may be left out, more than there are may not be written.
fn units(text: &str, decimals: u32) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let wanted = usize::try_from(decimals).ok()?;
    if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > wanted {
        return None;
    }
    if text.contains('.') && fraction.is_empty() {
        return None;
    }
    format!("{whole}{fraction:0<wanted$}").parse().ok()
}

fn text(units: i64, decimals: u32) -> String {
    let scale = 10_i64.pow(decimals);
    let wanted = usize::try_from(decimals).unwrap_or(0);
    if decimals == 0 { units.to_string() } else { format!("{}.{:0wanted$}", units / scale, units % scale) }
}

/// Changes every amount in an answer by so many units.
pub(crate) fn skew(value: &mut Value, delta: i64) {
    match value {
        Value::Object(fields) => {
            let known = Value::Object(fields.clone());
            if let Ok(amount) = Amount::read(&known, "") {
                *value = amount.of(amount.units.saturating_add(delta).max(1)).json();
            } else {
                fields.values_mut().for_each(|field| skew(field, delta));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| skew(item, delta)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
