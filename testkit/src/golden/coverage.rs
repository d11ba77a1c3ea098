//! Which variants of which enums the samples hold. Serde names all variants of an enum to whoever deserialises it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use serde::de::value::{Error, MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::Value;

/// An enum: its name and all its variants.
type Enum = (&'static str, &'static [&'static str]);

/// The enums met so far, with the variants that samples hold.
#[derive(Default)]
pub(super) struct Coverage(RefCell<BTreeMap<Enum, BTreeSet<String>>>);

impl Coverage {
    /// Asks for all variants of a type, if it is an enum.
    pub(super) fn expect<T: DeserializeOwned>(&self) {
        if let Some(found) = probe::<T>() {
            self.0.borrow_mut().entry(found).or_default();
        }
    }
    /// Notes the variants that a sample holds, at any depth; enums that it shows for the first time are asked for too.
    pub(super) fn see<T: Serialize + DeserializeOwned>(&self, sample: &T) -> Result<(), String> {
        let value =
            &serde_json::to_value(sample).map_err(|error| format!("a sample cannot be stored: {error}"))?;
        let traced = T::deserialize(Traced { value, coverage: self });
        traced.map(drop).map_err(|error| format!("a sample cannot be read back: {error}: {value}"))
    }
    /// The variants that no sample holds, as `Enum::variant`.
    pub(super) fn missing(&self) -> Vec<String> {
        let met = self.0.borrow();
        let missing = met.iter().flat_map(|((name, variants), seen)| {
            let unseen = variants.iter().filter(|variant| !seen.contains(**variant));
            unseen.map(move |variant| format!("{name}::{variant}"))
        });
        missing.collect()
    }
    fn note(&self, name: &'static str, variants: &'static [&'static str], held: &str) {
        self.0.borrow_mut().entry((name, variants)).or_default().insert(held.to_owned());
    }
}

/// All variants of a type, by their stored names; `None` when it is no enum tagged from outside.
pub(super) fn variants_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    probe::<T>().map(|(_, variants)| variants)
}

fn probe<T: DeserializeOwned>() -> Option<Enum> {
    let found = Cell::new(None);
    let _nothing_to_read = T::deserialize(Probe { found: &found });
    found.get()
}

/// Holds no value, but listens to what a type wants.
struct Probe<'a> {
    found: &'a Cell<Option<Enum>>,
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing is here"))
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
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.found.set(Some((name, variants)));
        self.deserialize_any(visitor)
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A stored value that notes the variants which are read from it.
#[derive(Clone, Copy)]
struct Traced<'a> {
    value: &'a Value,
    coverage: &'a Coverage,
}

impl<'a> Traced<'a> {
    fn fields(self, fields: &'a serde_json::Map<String, Value>) -> impl Iterator<Item = (Key<'a>, Self)> {
        let coverage = self.coverage;
        fields.iter().map(move |(key, value)| (Key { text: key, coverage }, Self { value, coverage }))
    }
}

impl<'de> IntoDeserializer<'de, Error> for Traced<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Traced<'_> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(items) => {
                let coverage = self.coverage;
                let items = items.iter().map(|value| Traced { value, coverage });
                SeqDeserializer::new(items).deserialize_any(visitor)
            }
            Value::Object(fields) => MapDeserializer::new(self.fields(fields)).deserialize_any(visitor),
            Value::String(text) => visitor.visit_str(text),
            plain => plain.clone().deserialize_any(visitor).map_err(Error::custom),
        }
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
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
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::Object(fields) => {
                fields.keys().for_each(|variant| self.coverage.note(name, variants, variant));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(self.fields(fields))))
            }
            Value::String(text) => {
                Key { text, coverage: self.coverage }.deserialize_enum(name, variants, visitor)
            }
            other => Err(Error::custom(format!("{other} is no variant"))),
        }
    }
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The key of a map, or a variant without content. Numbers are text there.
#[derive(Clone, Copy)]
struct Key<'a> {
    text: &'a str,
    coverage: &'a Coverage,
}

impl<'de> IntoDeserializer<'de, Error> for Key<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! number_keys {
    ($($read:ident $visit:ident),*) => {
        $(fn $read<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.text.parse().map_err(Error::custom)?)
        })*
    };
}

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Error;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text)
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
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.coverage.note(name, variants, self.text);
        visitor.visit_enum(self.text.into_deserializer())
    }
    number_keys! {
        deserialize_i8 visit_i8, deserialize_i16 visit_i16, deserialize_i32 visit_i32, deserialize_i64 visit_i64,
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64
    }
    forward_to_deserialize_any! {
        bool i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}
