//! Reads a value by the names of its members only. serde's own reader also takes an array for a struct, member by position,
//! which nobody means who sends JSON.

use serde::de::value::{MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, Unexpected, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// A value whose structs are objects, at every depth.
pub(super) struct Named(pub(super) Value);

impl IntoDeserializer<'_, Error> for Named {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Named {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) => value.deserialize_any(visitor),
            Value::String(value) => visitor.visit_string(value),
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Self));
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            Value::Object(members) => {
                let mut members =
                    MapDeserializer::new(members.into_iter().map(|(name, of)| (name, Self(of))));
                let value = visitor.visit_map(&mut members)?;
                members.end().map(|()| value)
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.0 {
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                self.deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let unfit =
            |unexpected| Err(Error::invalid_type(unexpected, &"a word, or an object with one member"));
        match self.0 {
            Value::String(word) => visitor.visit_enum(Chosen { word, content: None }),
            Value::Object(members) if members.len() == 1 => match members.into_iter().next() {
                Some((word, content)) => visitor.visit_enum(Chosen { word, content: Some(content) }),
                None => unfit(Unexpected::Map),
            },
            Value::Object(_) => unfit(Unexpected::Map),
            Value::Array(_) => unfit(Unexpected::Seq),
            Value::Null => unfit(Unexpected::Unit),
            Value::Bool(value) => unfit(Unexpected::Bool(value)),
            Value::Number(_) => unfit(Unexpected::Other("a number")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// A variant and what it holds.
struct Chosen {
    word: String,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Chosen {
    type Error = Error;
    type Variant = Content;
    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Content), Error> {
        let word: StringDeserializer<Error> = self.word.into_deserializer();
        Ok((seed.deserialize(word)?, Content(self.content)))
    }
}

struct Content(Option<Value>);

impl<'de> VariantAccess<'de> for Content {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.0 {
            None => Ok(()),
            Some(_) => Err(Error::invalid_type(Unexpected::Map, &"a word")),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        match self.0 {
            Some(content) => seed.deserialize(Named(content)),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &"an object with one member")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Some(content) => Named(content).deserialize_seq(visitor),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &visitor)),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Some(content) => Named(content).deserialize_struct("", fields, visitor),
            None => Err(Error::invalid_type(Unexpected::UnitVariant, &visitor)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        All,
        Some(Vec<u8>),
        Rate { ppm: u32 },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Shelf {
        kind: Kind,
        books: Vec<Book>,
        place: Option<Book>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Book {
        title: String,
    }

    fn read(value: Value) -> Result<Shelf, String> {
        Shelf::deserialize(Named(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_sent_by_names_is_read_as_serde_reads_it() {
        for kind in [json!("all"), json!({"some": [1, 2]}), json!({"rate": {"ppm": 3}})] {
            for place in [json!(null), json!({"title": "B"})] {
                let value = json!({"kind": kind, "books": [{"title": "A"}], "place": place});
                assert_eq!(read(value.clone()).unwrap(), serde_json::from_value(value).unwrap());
            }
        }
    }

    #[test]
    fn a_struct_by_position_is_refused_at_every_depth() {
        for (kind, books, place) in [
            (json!("all"), json!([["A"]]), json!(null)),
            (json!("all"), json!([]), json!(["A"])),
            (json!({"rate": [3]}), json!([]), json!(null)),
            (json!({"all": null}), json!([]), json!(null)),
            (json!("rate"), json!([]), json!(null)),
            (json!({"some": [], "all": null}), json!([]), json!(null)),
        ] {
            let refused = read(json!({"kind": kind, "books": books, "place": place})).unwrap_err();
            assert!(refused.starts_with("invalid type"), "{refused}");
        }
        assert!(read(json!(["all", [], null])).is_err());
    }
}
