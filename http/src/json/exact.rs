//! Bodies that are a domain's own types: read whole, with nothing left over.

use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Form, fields};
use crate::problem::{FieldError, Problem};

/// A value of which every member of the body has become a part. The types of domains skip members that they do not know,
/// because they also read what newer programs stored; a stranger's misspelt member must not be skipped.
pub struct Exactly<T>(Result<T, FieldError>);

impl<T> Exactly<T> {
    /// The value.
    ///
    /// # Errors
    /// `validation-failed`, which [`Form::check`] has found before.
    pub fn get(self) -> Result<T, Problem> {
        self.0.map_err(|error| Problem::fields(vec![error]))
    }
}

impl<'de, T: DeserializeOwned + Serialize> Deserialize<'de> for Exactly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Value::deserialize(deserializer)?;
        let read = serde_path_to_error::deserialize::<_, T>(given.clone());
        Ok(Self(read.map_err(|error| fields::refusal(&error)).and_then(|value| {
            let kept = serde_json::to_value(&value).unwrap_or_default();
            match left_over(&given, &kept, "") {
                None => Ok(value),
                Some(pointer) => {
                    Err(FieldError::new(&pointer, "unknown-field", "This field is not known here."))
                }
            }
        })))
    }
}

impl<T: DeserializeOwned + Serialize + Send> Form for Exactly<T> {
    fn check(&self) -> Vec<FieldError> {
        self.0.as_ref().err().cloned().into_iter().collect()
    }
}

/// The first member that was given and not kept; `null` and empty lists say nothing and may be left out.
fn left_over(given: &Value, kept: &Value, pointer: &str) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), Value::Object(kept)) => given.iter().find_map(|(name, value)| {
            let at = format!("{pointer}/{}", fields::escaped(name));
            match kept.get(name) {
                Some(kept) => left_over(value, kept, &at),
                None => {
                    (!value.is_null() && value.as_array().is_none_or(|all| !all.is_empty())).then_some(at)
                }
            }
        }),
        (Value::Array(given), Value::Array(kept)) => {
            let mut pairs = given.iter().zip(kept).enumerate();
            pairs.find_map(|(index, (given, kept))| left_over(given, kept, &format!("{pointer}/{index}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Shelf {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        height: Option<u32>,
        #[serde(default)]
        books: Vec<Book>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Book {
        title: String,
    }

    fn read(value: Value) -> Result<Shelf, String> {
        let exact: Exactly<Shelf> = serde_json::from_value(value).unwrap();
        exact.0.map_err(|error| format!("{} {}", error.pointer, error.code))
    }

    #[test]
    fn a_member_that_is_left_over_is_named() {
        let good = json!({"height": null, "books": [{"title": "A"}]});
        assert_eq!(read(good), Ok(Shelf { height: None, books: vec![Book { title: "A".to_owned() }] }));
        assert_eq!(read(json!({"hieght": 3})), Err("/hieght unknown-field".to_owned()));
        assert_eq!(
            read(json!({"books": [{"title": "A"}, {"title": "B", "a/b": {}}]})),
            Err("/books/1/a~1b unknown-field".to_owned())
        );
        assert_eq!(read(json!({"books": [{"title": 1}]})), Err("/books/0/title wrong-type".to_owned()));
        assert_eq!(read(json!({"height": "x"})), Err("/height wrong-type".to_owned()));
    }
}
