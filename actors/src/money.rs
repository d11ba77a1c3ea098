//! Money in minor units and quantities in pieces. No floats: a cent that rounds away is a cent that somebody misses.

use std::fmt;
use std::str::FromStr;

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency of ISO 4217, written as its three-letter code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// Every currency there is.
    pub fn all() -> impl Iterator<Item = Self> {
        <iso_currency::Currency as iso_currency::IntoEnumIterator>::iter().map(Self)
    }
    /// Its three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
    /// How many decimals its minor unit has: 2 for the euro, 0 for the yen, 3 for the Bahraini dinar.
    pub fn exponent(self) -> u16 {
        self.0.exponent().unwrap_or(0)
    }
}

/// Text that is not a currency code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a currency code of ISO 4217")]
pub struct UnknownCurrency(pub String);

impl FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code).map(Self).ok_or_else(|| UnknownCurrency(code.to_owned()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of money: `{"amount": 1999, "currency": "EUR"}` is €19.99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units, such as cents.
    pub amount: i64,
    /// Of which currency.
    pub currency: Currency,
}

/// Why two amounts do not make a third.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Amounts of two currencies do not add.
    #[error("{left} and {right} do not add")]
    CurrencyMismatch {
        /// The one.
        left: Currency,
        /// The other.
        right: Currency,
    },
    /// The result has no room in 64 bits.
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    /// An amount in minor units.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }
    /// Euro cents.
    pub const fn eur(cents: i64) -> Self {
        Self::new(cents, Currency::EUR)
    }
    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }
    /// Whether it is nothing.
    pub const fn is_zero(&self) -> bool {
        self.amount == 0
    }
    /// The sum of two amounts.
    ///
    /// # Errors
    /// When the currencies differ or the sum overflows.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency });
        }
        let amount = self.amount.checked_add(other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }
    /// What is left of an amount.
    ///
    /// # Errors
    /// When the currencies differ or the difference overflows.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency });
        }
        let amount = self.amount.checked_sub(other.amount).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }
    /// The price of several pieces.
    ///
    /// # Errors
    /// When the product overflows.
    pub fn checked_mul(self, quantity: Quantity) -> Result<Self, MoneyError> {
        match i64::try_from(i128::from(self.amount) * i128::from(quantity.get())) {
            Ok(amount) => Ok(Self { amount, ..self }),
            Err(_) => Err(MoneyError::Overflow),
        }
    }
    /// The amount as a decimal number in units of its currency: `19.99`.
    pub fn decimal(&self) -> String {
        self.written("")
    }

    fn written(&self, symbol: &str) -> String {
        let sign = if self.amount < 0 { "-" } else { "" };
        let exponent = usize::from(self.currency.exponent());
        let digits = format!("{:0width$}", self.amount.unsigned_abs(), width = exponent + 1);
        let (units, minor) = digits.split_at(digits.len() - exponent);
        let point = if minor.is_empty() { "" } else { "." };
        format!("{sign}{symbol}{units}{point}{minor}")
    }
}

impl fmt::Display for Money {
    /// Writes `€19.99`: the symbol, then units and minor units by the currency's exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(&self.currency.0.symbol().symbol))
    }
}

/// How many pieces of one thing somebody buys: 1 to [`Quantity::MAX`].
///
/// The upper bound also keeps one cart from putting the whole shelf aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "u32")]
pub struct Quantity(u32);

/// A number of pieces that cannot be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the quantity is {got}, but must be from 1 to {}", Quantity::MAX)]
pub struct QuantityOutOfRange {
    /// What was asked.
    pub got: i64,
}

impl Quantity {
    /// The most of one thing that fits a cart.
    pub const MAX: u32 = 99;
    /// One piece.
    pub const ONE: Self = Self(1);

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
    /// Both together.
    ///
    /// # Errors
    /// When that is more than [`Quantity::MAX`].
    pub fn checked_add(self, other: Self) -> Result<Self, QuantityOutOfRange> {
        Self::try_from(i64::from(self.0) + i64::from(other.0))
    }
}

impl TryFrom<i64> for Quantity {
    type Error = QuantityOutOfRange;
    fn try_from(got: i64) -> Result<Self, QuantityOutOfRange> {
        match u32::try_from(got) {
            Ok(n @ 1..=Self::MAX) => Ok(Self(n)),
            Ok(_) | Err(_) => Err(QuantityOutOfRange { got }),
        }
    }
}

impl TryFrom<u32> for Quantity {
    type Error = QuantityOutOfRange;
    fn try_from(got: u32) -> Result<Self, QuantityOutOfRange> {
        Self::try_from(i64::from(got))
    }
}

impl From<Quantity> for u32 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Fault for QuantityOutOfRange {
    fn kind(&self) -> FaultKind {
        FaultKind::Invalid
    }
    fn code(&self) -> &'static str {
        "quantity-out-of-range"
    }
    fn facts(&self) -> serde_json::Value {
        serde_json::json!({ "minimum": 1, "maximum": Quantity::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn an_amount_is_shown_with_the_decimals_of_its_currency() {
        assert_eq!(Money::eur(1999).to_string(), "€19.99");
        assert_eq!(Money::eur(5).to_string(), "€0.05");
        assert_eq!(Money::eur(-1234).to_string(), "-€12.34");
        assert_eq!(Money::eur(i64::MIN).to_string(), "-€92233720368547758.08");
        assert_eq!(Money::new(1999, currency("JPY")).to_string(), "¥1999");
        assert_eq!(Money::eur(-1999).decimal(), "-19.99");
        assert!(Money::new(1999, currency("BHD")).to_string().ends_with("1.999"));
    }

    #[test]
    fn an_amount_is_written_as_minor_units_and_a_code() {
        let json = serde_json::to_value(Money::eur(1999)).unwrap();
        assert_eq!(json, serde_json::json!({ "amount": 1999, "currency": "EUR" }));
        assert_eq!(serde_json::from_value::<Money>(json).unwrap(), Money::eur(1999));
        assert!(serde_json::from_str::<Money>(r#"{"amount": 19.99, "currency": "EUR"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount": 1, "currency": "EURO"}"#).is_err());
    }

    #[test]
    fn sums_and_products_never_wrap_or_mix() {
        let most = Money::eur(i64::MAX);
        assert_eq!(most.checked_add(Money::eur(1)), Err(MoneyError::Overflow));
        assert_eq!(most.checked_mul(Quantity::try_from(2_i64).unwrap()), Err(MoneyError::Overflow));
        assert_eq!(most.checked_mul(Quantity::ONE), Ok(most));
        let (left, right) = (Currency::EUR, currency("USD"));
        let mixed = Money::eur(1).checked_add(Money::zero(right));
        assert_eq!(mixed, Err(MoneyError::CurrencyMismatch { left, right }));
    }

    /// T-C3.
    #[test]
    fn a_quantity_is_a_whole_number_from_1_to_99() {
        for text in
            ["-1", "0", "100", "2147483648", "1e3", "1.5", "NaN", "9223372036854775808", "\"1\"", "null"]
        {
            assert!(serde_json::from_str::<Quantity>(text).is_err(), "{text}");
        }
        for (text, n) in [("1", 1), ("99", 99)] {
            assert_eq!(serde_json::from_str::<Quantity>(text).unwrap().get(), n);
        }
        assert_eq!(Quantity::ONE.checked_add(Quantity(99)), Err(QuantityOutOfRange { got: 100 }));
    }
}
