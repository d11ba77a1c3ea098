//! JSON without ambiguity: no repeated names, no NUL, bounded depth.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::Problem;

/// Deepest nesting that is read.
const DEPTH_MAX: u8 = 16;
/// Up to here a float holds every integer.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
const TOO_DEEP: &str = "nested too deep";
const REPEATED: &str = "a name occurs twice in one object";
const NUL: &str = "text contains a NUL character";

/// Parses one JSON document that fills the whole input.
pub(super) fn strict(bytes: &[u8]) -> Result<Value, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { left: DEPTH_MAX }.deserialize(&mut reader).map_err(|error| broken(&error))?;
    reader.end().map_err(|error| broken(&error))?;
    Ok(value)
}

fn broken(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let known = [TOO_DEEP, REPEATED, NUL].into_iter().find(|known| text.starts_with(known));
    let what = known.unwrap_or("not valid JSON");
    Problem::broken_json(&format!(
        "The body cannot be read at line {}, column {}: {what}.",
        error.line(),
        error.column()
    ))
}

/// 29.0 is the integer 29, as JSON Schema has it; beyond 2^53 nobody knows any more which one was meant.
fn whole(value: f64) -> Option<Number> {
    let is_whole = value.fract() == 0.0 && value.abs() <= WHOLE_MAX;
    is_whole.then(|| format!("{value:.0}").parse::<i64>().ok()).flatten().map(Number::from)
}

struct Strict {
    left: u8,
}

impl Strict {
    fn deeper<E: Error>(&self) -> Result<Self, E> {
        self.left.checked_sub(1).map(|left| Self { left }).ok_or_else(|| E::custom(TOO_DEEP))
    }
}

fn clean<E: Error>(text: String) -> Result<String, E> {
    if text.contains('\0') { Err(E::custom(NUL)) } else { Ok(text) }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(whole(value).or_else(|| Number::from_f64(value)).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        clean(value.to_owned()).map(Value::String)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self.deeper()?)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self.deeper()?)?;
            if members.insert(clean(name)?, value).is_some() {
                return Err(A::Error::custom(REPEATED));
            }
        }
        Ok(Value::Object(members))
    }
}
