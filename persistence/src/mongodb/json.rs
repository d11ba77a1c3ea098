//! JSON as BSON and back, without loss.
//!
//! Integers are 64-bit integers, larger ones decimals, other numbers doubles. BSON's keys hold no NUL, and in a query `.`
//! and `$` mean something, so these three and `%` are written `%00`, `%2E`, `%24` and `%25`: rare keys, and none of a field
//! that a query may name.

use std::borrow::Cow;
use std::str::FromStr;

use bson::{Bson, Decimal128, Document, RawBsonRef, RawDocument};
use serde_json::{Map, Number, Value};

const SPECIAL: [char; 4] = ['%', '.', '$', '\0'];

/// A value as it is stored.
pub(super) fn encode(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(truth) => Bson::Boolean(*truth),
        Value::Number(number) => encode_number(number),
        Value::String(text) => Bson::String(text.clone()),
        Value::Array(items) => Bson::Array(items.iter().map(encode).collect()),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (encode_key(key).into_owned(), encode(value)));
            Bson::Document(fields.collect::<Document>())
        }
    }
}

fn encode_number(number: &Number) -> Bson {
    match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => Bson::Int64(integer),
        (None, Some(large)) => Decimal128::from_str(&large.to_string()).map_or(Bson::Null, Bson::Decimal128),
        (None, None) => number.as_f64().map_or(Bson::Null, Bson::Double),
    }
}

fn encode_key(key: &str) -> Cow<'_, str> {
    if !key.contains(SPECIAL) {
        return Cow::Borrowed(key);
    }
    let escaped = key.replace('%', "%25").replace('.', "%2E").replace('$', "%24").replace('\0', "%00");
    Cow::Owned(escaped)
}

fn decode_key(key: &str) -> String {
    if !key.contains('%') {
        return key.to_owned();
    }
    key.replace("%00", "\0").replace("%24", "$").replace("%2E", ".").replace("%25", "%")
}

/// A stored value.
///
/// # Errors
/// When it is nothing that [`encode`] makes: somebody else wrote it.
pub(super) fn decode(value: RawBsonRef<'_>) -> Result<Value, String> {
    match value {
        RawBsonRef::Null => Ok(Value::Null),
        RawBsonRef::Boolean(truth) => Ok(Value::Bool(truth)),
        RawBsonRef::Int32(integer) => Ok(integer.into()),
        RawBsonRef::Int64(integer) => Ok(integer.into()),
        RawBsonRef::Double(double) => {
            Number::from_f64(double).map(Value::Number).ok_or_else(|| format!("{double} is no JSON number"))
        }
        RawBsonRef::Decimal128(decimal) => {
            let text = decimal.to_string();
            text.parse().map(|large: u64| large.into()).map_err(|_odd| format!("{text} is no integer"))
        }
        RawBsonRef::String(text) => Ok(Value::String(text.to_owned())),
        RawBsonRef::Array(items) => {
            let items = items.into_iter().map(|item| decode(item.map_err(|error| error.to_string())?));
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        RawBsonRef::Document(document) => decode_object(document),
        other => Err(format!("{:?} is nothing that JSON has", other.element_type())),
    }
}

fn decode_object(document: &RawDocument) -> Result<Value, String> {
    let fields = document.iter().map(|field| {
        let (key, value) = field.map_err(|error| error.to_string())?;
        Ok((decode_key(key.as_str()), decode(value)?))
    });
    fields.collect::<Result<Map<_, _>, String>>().map(Value::Object)
}

#[cfg(test)]
mod tests {
    use bson::{RawDocumentBuf, doc};
    use serde_json::json;

    use super::*;

    fn round_trip(value: &Value) -> Value {
        let stored = RawDocumentBuf::try_from(&doc! { "v": encode(value) }).unwrap();
        decode(stored.get("v").unwrap().unwrap()).unwrap()
    }

    #[test]
    fn every_json_value_comes_back_the_same() {
        for value in [
            json!(null),
            json!([true, false, [], {}, [[null]]]),
            json!([0, -1, i64::MIN, i64::MAX, u64::MAX, i32::MAX]),
            json!([0.0, 1.0, -0.5, 1e300, 0.1]),
            json!(["", "Tee 🍵", "a\0b", "\u{10ffff}", "$x.y%"]),
            json!({"$set": 1, "a.b": {"$": {".": {"%": 1, "%24": 2, "%2524": 3, "\0": 4, "": 5}}}}),
        ] {
            assert_eq!(round_trip(&value), value);
            assert_eq!(round_trip(&value).to_string(), value.to_string());
        }
    }

    #[test]
    fn keys_that_look_escaped_stay_apart() {
        let keys = ["%", "%2", "%25", "%24", "$", "%2524", "%%24", ".", "%2E", "%00", "\0", "%252E"];
        for key in keys {
            assert_eq!(decode_key(&encode_key(key)), key);
        }
    }

    #[test]
    fn what_json_does_not_have_is_refused() {
        for odd in [Bson::ObjectId(bson::oid::ObjectId::new()), Bson::Double(f64::NAN), Bson::MaxKey] {
            let stored = RawDocumentBuf::try_from(&doc! { "v": odd }).unwrap();
            assert!(decode(stored.get("v").unwrap().unwrap()).is_err());
        }
    }
}
