//! An amount as type-setters like it: symbol, whole part and cents apart. The text is the domain's; nothing is computed.

use std::fmt;

/// An amount ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Price {
    symbol: String,
    whole: String,
    fraction: String,
}

impl Price {
    /// Cuts a formatted amount such as `€19.99` into its parts.
    pub(crate) fn of(amount: impl fmt::Display) -> Self {
        let text = amount.to_string();
        let digits_at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (symbol, number) = text.split_at(digits_at);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        Self { symbol: symbol.to_owned(), whole: whole.to_owned(), fraction: fraction.to_owned() }
    }
    /// The part before the digits.
    pub(crate) fn symbol(&self) -> &str {
        &self.symbol
    }
    /// The digits before the point.
    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }
    /// The digits behind the point; empty for currencies without.
    pub(crate) fn fraction(&self) -> &str {
        &self.fraction
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.symbol, self.whole)?;
        if self.fraction.is_empty() { Ok(()) } else { write!(f, ".{}", self.fraction) }
    }
}

#[cfg(test)]
mod tests {
    use super::Price;

    #[test]
    fn an_amount_is_cut_into_symbol_whole_and_cents() {
        let price = Price::of("€1,299.05");
        assert_eq!((price.symbol(), price.whole(), price.fraction()), ("€", "1,299", "05"));
        assert_eq!(price.to_string(), "€1,299.05");
    }

    #[test]
    fn an_amount_without_cents_stays_whole() {
        let price = Price::of("¥500");
        assert_eq!((price.whole(), price.fraction()), ("500", ""));
        assert_eq!(price.to_string(), "¥500");
    }
}
