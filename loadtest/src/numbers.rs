//! Conversions between kinds of numbers, in one place.

use std::time::Duration;

/// As a float; exact to 2^53, which no count here reaches.
#[expect(clippy::as_conversions, reason = "no count here reaches 2^53")]
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}

/// As a whole number: truncated, negative ones and no number become zero.
#[expect(clippy::as_conversions, reason = "casts of floats saturate, which is what is meant")]
pub(crate) const fn whole(number: f64) -> u64 {
    number as u64
}

/// A length as a count.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A count as an index.
pub(crate) fn index(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Whole microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Microseconds as milliseconds.
pub(crate) const fn millis(us: u64) -> f64 {
    float(us) / 1_000.0
}
