//! Bodies that are a domain's own types: read whole, with nothing left over.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_ignored::Path;
use serde_json::Value;
use serde_path_to_error::Track;

use super::named::Named;
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

impl<'de, T: DeserializeOwned> Deserialize<'de> for Exactly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Value::deserialize(deserializer)?;
        let (mut track, mut skipped) = (Track::new(), None::<String>);
        let mut skip = |path: Path<'_>| {
            skipped.get_or_insert_with(|| pointer(&path));
        };
        let tracked = serde_path_to_error::Deserializer::new(Named(given), &mut track);
        let read = T::deserialize(serde_ignored::Deserializer::new(tracked, &mut skip));
        Ok(Self(match (read, skipped) {
            (Err(error), _) => Err(fields::refusal(&serde_path_to_error::Error::new(track.path(), error))),
            (Ok(_), Some(pointer)) => {
                Err(FieldError::new(&pointer, "unknown-field", "This field is not known here."))
            }
            (Ok(value), None) => Ok(value),
        }))
    }
}

impl<T: DeserializeOwned + Send> Form for Exactly<T> {
    fn check(&self) -> Vec<FieldError> {
        self.0.as_ref().err().cloned().into_iter().collect()
    }
}

/// Where a member stands that nobody asked for.
fn pointer(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}/{index}", pointer(parent)),
        Path::Map { parent, key } => format!("{}/{}", pointer(parent), fields::escaped(key)),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            pointer(parent)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Shelf {
        #[serde(default)]
        height: Option<u32>,
        #[serde(default)]
        books: Vec<Book>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
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
        for nothing in [json!(3), json!(null), json!([])] {
            assert_eq!(read(json!({"hieght": nothing})), Err("/hieght unknown-field".to_owned()));
        }
        assert_eq!(
            read(json!({"books": [{"title": "A"}, {"title": "B", "a/b": {}}]})),
            Err("/books/1/a~1b unknown-field".to_owned())
        );
        assert_eq!(read(json!({"books": [{"title": 1}]})), Err("/books/0/title wrong-type".to_owned()));
        assert_eq!(read(json!({"height": "x"})), Err("/height wrong-type".to_owned()));
    }
}
