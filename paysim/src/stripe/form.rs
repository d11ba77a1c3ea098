//! Form parameters: `metadata[key]=value`, each name once, none unknown.

use std::collections::BTreeMap;

use super::failure::Failure;
use crate::wire::Pairs;

/// Most keys that an object's metadata has, and the longest key and value.
const METADATA_KEYS_MAX: usize = 50;
const METADATA_KEY_LENGTH_MAX: usize = 40;
const METADATA_VALUE_LENGTH_MAX: usize = 500;

/// The parameters of a request. Whoever reads them takes them out; what is left over is unknown.
#[derive(Debug)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// `expand[]` and its like come several times; everything else may come once.
    pub(crate) fn of(pairs: Pairs) -> Result<Self, Failure> {
        let mut form = BTreeMap::new();
        for (place, (name, value)) in pairs.into_iter().enumerate() {
            let name = if name.ends_with("[]") { format!("{name}{place}") } else { name };
            if form.insert(name.clone(), value).is_some() {
                return Err(Failure::param("parameter_invalid", &name, "A parameter came twice."));
            }
        }
        Ok(Self(form))
    }
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }
    pub(crate) fn needed(&mut self, name: &str) -> Result<String, Failure> {
        let missing =
            || Failure::param("parameter_missing", name, format!("Missing required param: {name}."));
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(missing)
    }
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = |_| Failure::param("parameter_invalid_integer", name, format!("Invalid integer: {text}"));
        text.parse().map(Some).map_err(wrong)
    }
    pub(crate) fn switch(&mut self, name: &str) -> Result<Option<bool>, Failure> {
        match self.text(name).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => {
                Err(Failure::param("parameter_invalid", name, format!("Invalid boolean: {other}")))
            }
        }
    }
    /// The values of a list such as `expand[]`.
    pub(crate) fn list(&mut self, name: &str) -> Vec<String> {
        let prefix = format!("{name}[");
        let names: Vec<_> = self.0.keys().filter(|key| key.starts_with(&prefix)).cloned().collect();
        names.iter().filter_map(|name| self.0.remove(name)).collect()
    }
    pub(crate) fn metadata(&mut self) -> Result<BTreeMap<String, String>, Failure> {
        let names: Vec<_> = self.0.keys().filter(|name| name.starts_with("metadata[")).cloned().collect();
        let mut metadata = BTreeMap::new();
        for name in names {
            let value = self.0.remove(&name).unwrap_or_default();
            let key = name.trim_start_matches("metadata[").trim_end_matches(']').to_owned();
            if key.is_empty()
                || key.len() > METADATA_KEY_LENGTH_MAX
                || value.len() > METADATA_VALUE_LENGTH_MAX
            {
                return Err(Failure::param("parameter_invalid", &name, "The metadata is too long."));
            }
            metadata.insert(key, value);
        }
        Ok(metadata)
    }
    /// Refuses what nobody has read.
    pub(crate) fn done(self) -> Result<(), Failure> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => {
                Err(Failure::param("parameter_unknown", &name, format!("Received unknown parameter: {name}")))
            }
        }
    }
}

/// Adds metadata to an object's: an empty value removes a key.
pub(crate) fn merge(
    known: &BTreeMap<String, String>,
    added: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut merged = known.clone();
    for (key, value) in added {
        if value.is_empty() {
            merged.remove(&key);
        } else {
            merged.insert(key, value);
        }
    }
    if merged.len() > METADATA_KEYS_MAX {
        return Err(Failure::param("parameter_invalid", "metadata", "Metadata has at most 50 keys."));
    }
    Ok(merged)
}
