//! Rates of tax and discount, and the classes of goods that are taxed alike.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A part of something, in parts per million: 190,000 is 19 %. At most all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Rate(u32);

/// A rate above the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rate of {0} parts per million is more than the whole")]
pub struct RateOutOfRange(pub u32);

impl Rate {
    /// How many parts the whole has.
    pub const WHOLE_PPM: u32 = 1_000_000;
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const WHOLE: Self = Self(Self::WHOLE_PPM);

    /// Whole percents; more than 100 count as 100.
    pub const fn percent(percent: u32) -> Self {
        if percent > 100 { Self::WHOLE } else { Self(percent * 10_000) }
    }
    /// Parts per million.
    ///
    /// # Errors
    /// When they are more than the whole.
    pub const fn from_ppm(ppm: u32) -> Result<Self, RateOutOfRange> {
        if ppm > Self::WHOLE_PPM { Err(RateOutOfRange(ppm)) } else { Ok(Self(ppm)) }
    }
    /// Its parts per million.
    pub const fn ppm(self) -> u32 {
        self.0
    }
    /// Its parts per million, to calculate with.
    pub(crate) fn parts(self) -> i64 {
        i64::from(self.0)
    }
}

impl TryFrom<u32> for Rate {
    type Error = RateOutOfRange;
    fn try_from(ppm: u32) -> Result<Self, RateOutOfRange> {
        Self::from_ppm(ppm)
    }
}

impl From<Rate> for u32 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl fmt::Display for Rate {
    /// Writes `19 %` or `8.875 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 10_000, self.0 % 10_000);
        if fraction == 0 {
            return write!(f, "{whole} %");
        }
        let digits = format!("{fraction:04}");
        write!(f, "{whole}.{} %", digits.trim_end_matches('0'))
    }
}

/// Goods that are taxed alike: `standard`, `reduced`, `zero`, …
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaxClass(String);

/// Text that is not the name of a tax class.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a tax class: words of lower-case letters and digits, joined by single hyphens")]
pub struct InvalidTaxClass(pub String);

impl TaxClass {
    const BYTES_MAX: usize = 50;

    /// What is taxed like most goods. A region that does not name a class taxes it like this one.
    pub fn standard() -> Self {
        Self("standard".to_owned())
    }
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether it is [`TaxClass::standard`].
    pub fn is_standard(&self) -> bool {
        self.0 == "standard"
    }
}

impl Default for TaxClass {
    fn default() -> Self {
        Self::standard()
    }
}

impl FromStr for TaxClass {
    type Err = InvalidTaxClass;
    fn from_str(text: &str) -> Result<Self, InvalidTaxClass> {
        if is_slug(text, Self::BYTES_MAX) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidTaxClass(text.to_owned()))
        }
    }
}

impl TryFrom<String> for TaxClass {
    type Error = InvalidTaxClass;
    fn try_from(text: String) -> Result<Self, InvalidTaxClass> {
        text.parse()
    }
}

impl From<TaxClass> for String {
    fn from(class: TaxClass) -> Self {
        class.0
    }
}

impl fmt::Display for TaxClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is words of lower-case letters and digits, joined by single hyphens.
pub(crate) fn is_slug(text: &str, bytes_max: usize) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= bytes_max && text.split('-').all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_in_percent() {
        for (ppm, text) in
            [(190_000, "19 %"), (88_750, "8.875 %"), (0, "0 %"), (1, "0.0001 %"), (1_000_000, "100 %")]
        {
            assert_eq!(Rate::from_ppm(ppm).unwrap().to_string(), text);
        }
        assert_eq!(Rate::percent(19).ppm(), 190_000);
        assert!(serde_json::from_str::<Rate>("1000001").is_err());
    }

    #[test]
    fn a_tax_class_is_a_slug() {
        for text in ["", "Standard", "a--b", "-a", "ü", &"x".repeat(51)] {
            assert!(text.parse::<TaxClass>().is_err(), "{text}");
        }
        assert_eq!(serde_json::from_str::<TaxClass>("\"reduced-2\"").unwrap().as_str(), "reduced-2");
    }
}
