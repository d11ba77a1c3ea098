//! Values that a scenario writes as words: times, rates, numbers that may come from a range.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A time such as `250ms`, `10s`, `1.5s`, `2m` or `1h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Span(pub Duration);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refused = || format!("`{text}` is no time; write a number and a unit: 250ms, 10s, 2m, 1h");
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(refused)?;
        let (number, unit) = text.split_at(digits);
        let number: f64 = number.parse().map_err(|_none| refused())?;
        let seconds = match unit.trim() {
            "us" => number / 1e6,
            "ms" => number / 1e3,
            "s" => number,
            "m" => number * 60.0,
            "h" => number * 3_600.0,
            _ => return Err(refused()),
        };
        Duration::try_from_secs_f64(seconds).map(Self).map_err(|_none| refused())
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        let us = span.0.as_micros();
        match us {
            us if us % 1_000_000 == 0 => format!("{}s", us / 1_000_000),
            us if us % 1_000 == 0 => format!("{}ms", us / 1_000),
            us => format!("{us}us"),
        }
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A number and a unit: 250ms, 10s, 2m, 1h.",
            "pattern": "^[0-9]+(\\.[0-9]+)?(us|ms|s|m|h)$"
        })
    }
}

/// A rate: a number per second, or `30/s`, `600/m`, `100/h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "Written", into = "f64")]
pub(crate) struct Rate(pub f64);

/// A rate as it is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(u32),
    Number(f64),
    Text(String),
}

impl TryFrom<Written> for Rate {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let text = match written {
            Written::Whole(number) => return Ok(Self(f64::from(number))),
            Written::Number(number) if number.is_finite() && number >= 0.0 => return Ok(Self(number)),
            Written::Number(number) => return Err(format!("{number} is no rate")),
            Written::Text(text) => text,
        };
        let refused = || format!("`{text}` is no rate; write 200, `200/s`, `600/m` or `100/h`");
        let (number, unit) = text.split_once('/').ok_or_else(refused)?;
        let number: f64 = number.trim().parse().map_err(|_none| refused())?;
        let per = match unit.trim() {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return Err(refused()),
        };
        if number.is_finite() && number >= 0.0 { Ok(Self(number / per)) } else { Err(refused()) }
    }
}

impl From<Rate> for f64 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Arrivals: a number per second, or 200/s, 600/m, 100/h.",
            "anyOf": [
                { "type": "number", "minimum": 0 },
                { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?/(s|m|h)$" }
            ]
        })
    }
}

/// One value, or a list of them.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        for (text, ms) in [("250ms", 250), ("1.5s", 1_500), ("2m", 120_000), ("1h", 3_600_000), ("0s", 0)] {
            assert_eq!(Span::try_from(text.to_owned()).unwrap().0, Duration::from_millis(ms), "{text}");
        }
        for wrong in ["", "10", "s", "-1s", "1 day", "1e9h9"] {
            assert!(Span::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_written_as_it_is_read() {
        for text in ["250ms", "90s", "7us"] {
            assert_eq!(String::from(Span::try_from(text.to_owned()).unwrap()), text);
        }
    }

    #[test]
    fn rates_are_per_second_whatever_they_are_written_in() {
        let rate = |text: &str| Rate::try_from(Written::Text(text.to_owned()));
        assert_eq!(rate("200/s").unwrap(), Rate(200.0));
        assert_eq!(rate("600/m").unwrap(), Rate(10.0));
        assert_eq!(rate("36/h").unwrap(), Rate(0.01));
        for wrong in ["200", "200/d", "-1/s", "x/s"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
