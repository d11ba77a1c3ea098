//! Texts with places to be filled in: `{{name}}`, `{{feeder.column}}`, and a few that make a value.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// Most letters that `{{letters n}}` makes.
const LETTERS_MAX: usize = 10_000;

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
    /// A UUID that no other run and no other use has.
    Uuid,
    /// The run's own name.
    Run,
    /// The shopper's number.
    Shopper,
    /// A whole number from the first to the second.
    Random(i64, i64),
    /// So many small letters.
    Letters(usize),
}

/// A text with places to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

/// A name that has no value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` has no value here")]
pub(crate) struct Missing(pub String);

/// What a shopper knows, and its chance.
#[derive(Debug)]
pub(crate) struct Scope {
    /// What every shopper knows: variables, and what setup extracted.
    pub shared: Arc<BTreeMap<String, Value>>,
    /// What this shopper extracted.
    pub own: BTreeMap<String, Value>,
    /// The rows that this journey sees, by feeder.
    pub rows: BTreeMap<String, Arc<BTreeMap<String, Value>>>,
    /// The shopper's chance: what it decides.
    pub chance: ChaCha8Rng,
    /// The shopper's name in this run.
    pub shopper: String,
    /// What tells this run from others.
    pub run: u64,
}

impl Scope {
    /// What a name stands for.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        if let Some((feeder, column)) = name.split_once('.') {
            // A feeder's column, else a member of something that was extracted.
            return match self.rows.get(feeder) {
                Some(row) => row.get(column),
                None => self.own.get(feeder).or_else(|| self.shared.get(feeder))?.get(column),
            };
        }
        self.own.get(name).or_else(|| self.shared.get(name))
    }
}

impl Template {
    /// Reads a template; the error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (inside, after) = after.split_once("}}").ok_or("`{{` without `}}`")?;
            parts.push(part(inside.trim())?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The names that it needs.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether it is the same whoever fills it in.
    pub(crate) fn is_fixed(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// The filled-in text.
    pub(crate) fn text(&self, scope: &mut Scope) -> Result<String, Missing> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Name(name) => match scope.get(name) {
                    Some(Value::String(value)) => text.push_str(value),
                    Some(value) => text.push_str(&value.to_string()),
                    None => return Err(Missing(name.clone())),
                },
                Part::Uuid => text.push_str(&uuid(scope)),
                Part::Run => text.push_str(&format!("{:016x}", scope.run)),
                Part::Shopper => text.push_str(&scope.shopper),
                Part::Random(least, most) => {
                    text.push_str(&scope.chance.random_range(*least..=*most).to_string());
                }
                Part::Letters(count) => {
                    text.extend((0..*count).map(|_| char::from(scope.chance.random_range(b'a'..=b'z'))));
                }
            }
        }
        Ok(text)
    }

    /// As a JSON value: a template that is one name or number alone keeps its type.
    pub(crate) fn value(&self, scope: &mut Scope) -> Result<Value, Missing> {
        match self.0.as_slice() {
            [Part::Name(name)] => scope.get(name).cloned().ok_or_else(|| Missing(name.clone())),
            [Part::Random(least, most)] => Ok(scope.chance.random_range(*least..=*most).into()),
            _ => self.text(scope).map(Value::String),
        }
    }
}

/// Follows from the seed and from the run, so that a repeated run sends no key that the target has seen.
fn uuid(scope: &mut Scope) -> String {
    let (high, low): (u64, u64) = (scope.chance.random(), scope.chance.random());
    let bytes = (u128::from(high) << 64) | u128::from(low ^ scope.run);
    uuid::Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid().to_string()
}

fn part(inside: &str) -> Result<Part, String> {
    let words: Vec<_> = inside.split_whitespace().collect();
    match words.as_slice() {
        ["uuid"] => Ok(Part::Uuid),
        ["run"] => Ok(Part::Run),
        ["shopper"] => Ok(Part::Shopper),
        ["random", least, most] => match (least.parse(), most.parse()) {
            (Ok(least), Ok(most)) if least <= most => Ok(Part::Random(least, most)),
            _ => Err(format!("`{{{{{inside}}}}}` needs two whole numbers, the smaller first")),
        },
        ["letters", count] => match count.parse() {
            Ok(count) if count <= LETTERS_MAX => Ok(Part::Letters(count)),
            _ => Err(format!("`{{{{{inside}}}}}` needs a number of at most {LETTERS_MAX}")),
        },
        [name] if is_name(name) => Ok(Part::Name((*name).to_owned())),
        _ => Err(format!(
            "`{{{{{inside}}}}}` is neither a name nor one of uuid, run, shopper, random a b, letters n"
        )),
    }
}

/// Whether it can be a name: letters, digits, `_`, `-`, with one dot between feeder and column.
pub(crate) fn is_name(name: &str) -> bool {
    let fine = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    match name.split_once('.') {
        Some((feeder, column)) => fine(feeder) && fine(column),
        None => fine(name),
    }
}

/// A JSON value whose texts are templates.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Always the same.
    Fixed(Value),
    /// To be filled in.
    Text(Template),
    /// Some element is to be filled in.
    List(Vec<Shape>),
    /// Some member is to be filled in.
    Map(Vec<(String, Shape)>),
}

impl Shape {
    /// Reads a value; the error says which template is wrong.
    pub(crate) fn parse(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(text) => {
                let template = Template::parse(text)?;
                Ok(if template.is_fixed() { Self::Fixed(value.clone()) } else { Self::Text(template) })
            }
            Value::Array(items) => items.iter().map(Self::parse).collect::<Result<_, _>>().map(Self::List),
            Value::Object(members) => {
                let member = |(key, value): (&String, &Value)| Ok((key.clone(), Self::parse(value)?));
                members.iter().map(member).collect::<Result<_, String>>().map(Self::Map)
            }
            fixed => Ok(Self::Fixed(fixed.clone())),
        }
    }

    /// The filled-in value.
    pub(crate) fn value(&self, scope: &mut Scope) -> Result<Value, Missing> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::Text(template) => template.value(scope),
            Self::List(items) => items.iter().map(|item| item.value(scope)).collect(),
            Self::Map(members) => {
                members.iter().map(|(key, shape)| Ok((key.clone(), shape.value(scope)?))).collect()
            }
        }
    }

    /// The names that it needs.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::Text(template) => template.names().collect(),
            Self::List(items) => items.iter().flat_map(Self::names).collect(),
            Self::Map(members) => members.iter().flat_map(|(_, shape)| shape.names()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::seed::{Whose, chance};

    fn scope(run: u64) -> Scope {
        let row = BTreeMap::from([("id".to_owned(), json!("p1"))]);
        Scope {
            shared: Arc::new(BTreeMap::from([("total".to_owned(), json!({"amount": 5}))])),
            own: BTreeMap::from([("name".to_owned(), json!("Ann"))]),
            rows: BTreeMap::from([("products".to_owned(), Arc::new(row))]),
            chance: chance(1, Whose { executor: 0, number: 0, round: 0 }),
            shopper: "7".to_owned(),
            run,
        }
    }

    #[test]
    fn places_are_filled_in() {
        let filled = |text: &str| Template::parse(text).unwrap().text(&mut scope(1)).unwrap();
        assert_eq!(filled("/p/{{products.id}}?n={{ name }}&s={{shopper}}"), "/p/p1?n=Ann&s=7");
        assert_eq!(filled("{{letters 5}}").len(), 5);
        assert!(filled("{{random 3 4}}").parse::<u8>().is_ok_and(|n| n == 3 || n == 4));
    }

    #[test]
    fn a_value_alone_keeps_its_type() {
        let shape =
            Shape::parse(&json!({"expected_total": "{{total}}", "who": "{{name}}!", "n": 1})).unwrap();
        let value = shape.value(&mut scope(1)).unwrap();
        assert_eq!(value, json!({"expected_total": {"amount": 5}, "who": "Ann!", "n": 1}));
    }

    #[test]
    fn a_uuid_is_repeated_by_the_same_run_only() {
        let uuid = |run| Template::parse("{{uuid}}").unwrap().text(&mut scope(run)).unwrap();
        assert_eq!(uuid(1), uuid(1));
        assert_ne!(uuid(1), uuid(2));
    }

    #[test]
    fn what_cannot_be_filled_in_is_named() {
        let missing = Template::parse("{{nobody}}").unwrap().text(&mut scope(1)).unwrap_err();
        assert_eq!(missing, Missing("nobody".to_owned()));
        for wrong in ["{{", "{{a b}}", "{{random 5 1}}", "{{letters x}}", "{{}}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}
