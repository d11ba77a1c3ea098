//! What entities say as JSON values, by way of its text. Their types are written and read as text whenever something is
//! stored; a second way, straight to and from [`Value`], would be compiled for each of them and used now and then only.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Something as a JSON value; `null` when it cannot be said in JSON.
pub(crate) fn to_value<T: Serialize>(value: &T) -> Value {
    serde_json::to_string(value).and_then(|text| serde_json::from_str(&text)).unwrap_or(Value::Null)
}

/// Reads something from a JSON value.
///
/// # Errors
/// When the value is no such thing.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, serde_json::Error> {
    serde_json::from_str(&value.to_string())
}
