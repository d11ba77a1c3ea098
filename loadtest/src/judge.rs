//! What is made of an answer: values are taken from it, and it is good or not.

use std::cell::OnceCell;

use rand::Rng as _;
use regex::Regex;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::numbers::count;
use crate::scenario::{Assert, Extract, Outcome, Take};
use crate::template::{Scope, Shape};

/// Longest text of an answer in an error.
const TOLD_MAX: usize = 120;

/// An answer under judgement.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    /// Its status; of a command its exit code.
    pub status: u16,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
    json: OnceCell<Option<Value>>,
}

impl<'a> Seen<'a> {
    /// An answer of these parts.
    pub(crate) const fn new(status: u16, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { status, headers, body, json: OnceCell::new() }
    }

    /// The body as JSON, if it is.
    pub(crate) fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| serde_json::from_slice(self.body).ok()).as_ref()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.body)
    }

    /// Its status, and the `code` of its problem (RFC 9457) where there is one.
    pub(crate) fn label(&self) -> String {
        match self.json().and_then(|json| json.get("code")).and_then(Value::as_str) {
            Some(code) if self.status >= 400 => format!("{} {}", self.status, cut(code)),
            _ => self.status.to_string(),
        }
    }
}

/// An assert, ready to be used often.
#[derive(Debug)]
pub(crate) struct Rule {
    wanted: Assert,
    regex: Option<Regex>,
    equals: Option<Shape>,
}

impl Rule {
    /// Makes ready what was checked.
    pub(crate) fn new(wanted: &Assert) -> Result<Self, String> {
        let regex = wanted.regex.as_deref().map(Regex::new).transpose().map_err(|error| error.to_string())?;
        let equals = wanted.equals.as_ref().map(Shape::parse).transpose()?;
        Ok(Self { wanted: wanted.clone(), regex, equals })
    }

    /// Whether it speaks of the status.
    pub(crate) const fn is_of_status(&self) -> bool {
        self.wanted.status.is_some()
    }

    /// Whether it holds; else what was seen instead.
    pub(crate) fn check(&self, seen: &Seen<'_>, scope: &mut Scope) -> Result<(), String> {
        let wanted = &self.wanted;
        if wanted.when_status.as_ref().is_some_and(|only| !only.as_slice().contains(&seen.status)) {
            return Ok(());
        }
        if wanted.status.as_ref().is_some_and(|fine| !fine.as_slice().contains(&seen.status)) {
            return Err(seen.label());
        }
        let about = match (&wanted.header, &wanted.pointer) {
            (Some(header), _) => format!("header {header}"),
            (None, Some(pointer)) if pointer.is_empty() => "body".to_owned(),
            (None, Some(pointer)) => pointer.clone(),
            (None, None) => "body".to_owned(),
        };
        let value = match (&wanted.header, &wanted.pointer) {
            (Some(header), _) => seen.header(header).map(|text| Value::String(text.to_owned())),
            (None, Some(pointer)) => seen.json().and_then(|json| json.pointer(pointer)).cloned(),
            (None, None) if self.regex.is_some() => Some(Value::String(seen.text().into_owned())),
            (None, None) => seen.json().cloned(),
        };
        self.value(value.as_ref(), scope).map_err(|what| format!("{about} {what}"))
    }

    fn value(&self, value: Option<&Value>, scope: &mut Scope) -> Result<(), String> {
        let wanted = &self.wanted;
        let told = || {
            value.map_or_else(|| "is not there".to_owned(), |value| format!("is {}", cut(&value.to_string())))
        };
        if wanted.exists.is_some_and(|there| there != value.is_some()) {
            return Err(told());
        }
        if let Some(regex) = &self.regex
            && !value.is_some_and(|value| regex.is_match(value.as_str().unwrap_or(&value.to_string())))
        {
            return Err(format!("does not match {regex}"));
        }
        if let Some(equals) = &self.equals {
            let expected = equals.value(scope).map_err(|missing| missing.to_string())?;
            if value != Some(&expected) {
                return Err(format!("{}, not {}", told(), cut(&expected.to_string())));
            }
        }
        if wanted.one_of.as_ref().is_some_and(|fine| !value.is_some_and(|value| fine.contains(value))) {
            return Err(told());
        }
        let number = value.and_then(Value::as_f64);
        let below = wanted.at_least.is_some_and(|least| !number.is_some_and(|number| number >= least));
        let above = wanted.at_most.is_some_and(|most| !number.is_some_and(|number| number <= most));
        if below || above { Err(told()) } else { Ok(()) }
    }
}

/// An extract, ready to be used often.
#[derive(Debug)]
pub(crate) struct Taker {
    name: String,
    wanted: Extract,
    regex: Option<Regex>,
}

impl Taker {
    /// Makes ready what was checked.
    pub(crate) fn new(name: &str, wanted: &Extract) -> Result<Self, String> {
        let regex = wanted.regex.as_deref().map(Regex::new).transpose().map_err(|error| error.to_string())?;
        Ok(Self { name: name.to_owned(), wanted: wanted.clone(), regex })
    }

    /// Takes the value into the scope; else says what is not there.
    pub(crate) fn take(&self, seen: &Seen<'_>, scope: &mut Scope) -> Result<(), String> {
        let found = if let Some(pointer) = &self.wanted.pointer {
            seen.json().and_then(|json| json.pointer(pointer)).cloned()
        } else if let Some(header) = &self.wanted.header {
            seen.header(header).map(|text| Value::String(text.to_owned()))
        } else {
            let text = seen.text();
            let found = self.regex.as_ref().and_then(|regex| regex.captures(&text));
            found.and_then(|groups| groups.get(1).or_else(|| groups.get(0))).map(|of| of.as_str().into())
        };
        let found = found.and_then(|value| chosen(value, self.wanted.take, scope));
        match found.or_else(|| self.wanted.default.clone()) {
            Some(value) => {
                scope.own.insert(self.name.clone(), value);
                Ok(())
            }
            None if self.wanted.optional => {
                scope.own.remove(&self.name);
                Ok(())
            }
            None => Err(format!("extract {}: nothing there", self.name)),
        }
    }
}

fn chosen(value: Value, take: Take, scope: &mut Scope) -> Option<Value> {
    match (take, value) {
        (Take::All, value) => Some(value),
        (Take::Count, Value::Array(items)) => Some(count(items.len()).into()),
        (Take::Random, Value::Array(mut items)) if !items.is_empty() => {
            let index = scope.chance.random_range(0..items.len());
            Some(items.swap_remove(index))
        }
        (Take::Random | Take::Count, _) => None,
    }
}

/// An outcome, ready to be used often.
#[derive(Debug)]
pub(crate) struct Kind {
    /// What it is counted as.
    pub name: String,
    /// Whether the journey ends with it.
    pub ends: bool,
    status: Vec<u16>,
    rules: Vec<Rule>,
}

impl Kind {
    /// Makes ready what was checked.
    pub(crate) fn new(wanted: &Outcome) -> Result<Self, String> {
        Ok(Self {
            name: wanted.name.clone(),
            ends: wanted.ends,
            status: wanted.status.as_slice().to_vec(),
            rules: wanted.assert.iter().map(Rule::new).collect::<Result<_, _>>()?,
        })
    }

    /// Whether an answer is of this kind.
    pub(crate) fn fits(&self, seen: &Seen<'_>, scope: &mut Scope) -> bool {
        self.status.contains(&seen.status) && self.rules.iter().all(|rule| rule.check(seen, scope).is_ok())
    }
}

/// A text, short enough to be told.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(TOLD_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::seed::{Whose, chance};

    fn scope() -> Scope {
        Scope {
            shared: Arc::default(),
            own: BTreeMap::from([("mine".to_owned(), "a".into())]),
            rows: BTreeMap::new(),
            chance: chance(1, Whose { executor: 0, number: 0, round: 0 }),
            shopper: "0".to_owned(),
            run: 0,
        }
    }

    fn check(rule: &str, status: u16, body: &str) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        headers.insert("etag", "W/x".parse().unwrap());
        let rule = Rule::new(&toml::from_str(rule).unwrap()).unwrap();
        rule.check(&Seen::new(status, &headers, body.as_bytes()), &mut scope())
    }

    #[test]
    fn asserts_hold_or_say_what_was_seen() {
        let body = r#"{"a": {"b": 3}, "mine": "a", "code": "gone"}"#;
        assert_eq!(check("status = [200, 201]", 200, body), Ok(()));
        assert_eq!(check("status = 200", 410, body), Err("410 gone".to_owned()));
        assert_eq!(check("pointer = '/a/b'\nequals = 3", 200, body), Ok(()));
        assert_eq!(check("pointer = '/a/b'\nequals = 4", 200, body), Err("/a/b is 3, not 4".to_owned()));
        assert_eq!(check("pointer = '/mine'\nequals = '{{mine}}'", 200, body), Ok(()));
        assert_eq!(check("pointer = '/a/c'\nexists = true", 200, body), Err("/a/c is not there".to_owned()));
        assert_eq!(check("pointer = '/a/b'\nat_least = 3\nat_most = 3", 200, body), Ok(()));
        assert_eq!(check("pointer = '/a/b'\nat_least = 3.5", 200, body), Err("/a/b is 3".to_owned()));
        assert_eq!(check("header = 'etag'\nregex = '^W/'", 200, body), Ok(()));
        assert_eq!(check("regex = 'gone'", 200, body), Ok(()));
        assert_eq!(check("regex = 'lost'", 200, body), Err("body does not match lost".to_owned()));
        assert_eq!(check("pointer = '/code'\nequals = 'x'\nwhen_status = 409", 200, body), Ok(()));
        assert!(check("pointer = '/code'\none_of = ['x', 'y']", 200, body).is_err());
    }

    #[test]
    fn extracts_take_what_is_there() {
        let headers = HeaderMap::new();
        let seen = Seen::new(200, &headers, br#"{"items": [1, 2, 3], "s": "id=42;"}"#);
        let mut scope = scope();
        let mut take = |text: &str| {
            let taker = Taker::new("x", &toml::from_str(text).unwrap()).unwrap();
            taker.take(&seen, &mut scope).map(|()| scope.own.get("x").cloned())
        };
        assert_eq!(take("pointer = '/items/1'"), Ok(Some(2.into())));
        assert_eq!(take("pointer = '/items'\ntake = 'count'"), Ok(Some(3.into())));
        assert_eq!(take("regex = 'id=(\\d+)'"), Ok(Some("42".into())));
        assert_eq!(take("pointer = '/no'\ndefault = 'd'"), Ok(Some("d".into())));
        assert_eq!(take("pointer = '/no'\noptional = true"), Ok(None));
        assert_eq!(take("pointer = '/no'"), Err("extract x: nothing there".to_owned()));
    }
}
