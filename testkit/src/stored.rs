//! The stored form of values: what a journal would keep of them, and whether it comes back the same.

use std::any::type_name;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The JSON of a value.
#[track_caller]
pub(crate) fn json<T: Serialize>(value: &T) -> Value {
    match serde_json::to_value(value) {
        Ok(json) => json,
        Err(error) => panic!("a {} cannot be stored: {error}", type_name::<T>()),
    }
}

/// Stores a value as text and reads it back.
///
/// Panics when that fails, or when what comes back would be stored differently.
#[track_caller]
pub(crate) fn round_trip<T: Serialize + DeserializeOwned>(value: &T) -> T {
    let text = json(value).to_string();
    let back: T = match serde_json::from_str(&text) {
        Ok(back) => back,
        Err(error) => panic!("a {} cannot be read back: {error}\nstored as: {text}", type_name::<T>()),
    };
    assert_same(&format!("a {} comes back changed", type_name::<T>()), &json(&back), &json(value));
    back
}

/// Panics with both sides when two JSON values differ.
#[track_caller]
pub(crate) fn assert_same(what: &str, got: &Value, wanted: &Value) {
    assert!(got == wanted, "{what}\n     got: {got:#}\n  wanted: {wanted:#}");
}
