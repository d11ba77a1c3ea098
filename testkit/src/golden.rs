//! Golden files: every form in which an entity was ever stored, kept so that today's code must still read it.
//!
//! ```text
//! <folder>/<kind>/v<SCHEMA>/<variant>[-n].json         events, one folder per schema
//! <folder>/<kind>/commands/<variant>[-n][.r<m>].json   commands of the command log
//! <folder>/<kind>/effects/<variant>[-n][.r<m>].json    effects that wait in the outbox
//! <folder>/<kind>/outcomes/<variant>[-n][.r<m>].json   answers that a repeat gets
//! ```
//!
//! Events carry their schema and are upcast. The other three carry none: a new form of them is a further revision (`.r2`)
//! beside the old one, and serde alone must read both.

mod coverage;
mod files;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use amazoff_supervisor::{Entity, decode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::stored::json;
use coverage::{Coverage, variants_of};
use files::{Folder, Name};

/// The value of the environment variable `GOLDEN` that lets missing files be written.
const WRITE: &str = "write";

/// Starts the golden check of an entity, whose files are in a folder of its kind below `folder`.
pub fn golden<E: Entity>(folder: impl Into<PathBuf>) -> Golden<E> {
    let root = folder.into().join(E::KIND);
    Golden { root, events: Vec::new(), commands: Vec::new(), effects: Vec::new(), outcomes: Vec::new() }
}

/// Samples of everything that an entity stores. [`Golden::check`] compares them with the files.
///
/// Samples must not change from run to run: fixed ids, times and ciphertexts. The n-th sample of a variant is the file
/// `<variant>-<n>.json`, so further samples go to the end of a list.
#[must_use = "nothing is compared before check()"]
pub struct Golden<E: Entity> {
    root: PathBuf,
    events: Vec<E::Event>,
    commands: Vec<E::Command>,
    effects: Vec<E::Effect>,
    outcomes: Vec<Result<E::Reply, E::Rejection>>,
}

impl<E: Entity> Golden<E> {
    /// Adds samples of events: at least one of every variant.
    pub fn events(mut self, samples: impl IntoIterator<Item = E::Event>) -> Self {
        self.events.extend(samples);
        self
    }
    /// Adds samples of commands: at least one of every variant.
    pub fn commands(mut self, samples: impl IntoIterator<Item = E::Command>) -> Self {
        self.commands.extend(samples);
        self
    }
    /// Adds samples of effects: at least one of every variant.
    pub fn effects(mut self, samples: impl IntoIterator<Item = E::Effect>) -> Self {
        self.effects.extend(samples);
        self
    }
    /// Adds samples of answers: at least one of every variant of the reply.
    pub fn replies(mut self, samples: impl IntoIterator<Item = E::Reply>) -> Self {
        self.outcomes.extend(samples.into_iter().map(Ok));
        self
    }
    /// Adds samples of refusals: at least one of every variant.
    pub fn rejections(mut self, samples: impl IntoIterator<Item = E::Rejection>) -> Self {
        self.outcomes.extend(samples.into_iter().map(Err));
        self
    }

    /// Compares the samples with the golden files.
    ///
    /// With `GOLDEN=write` in the environment, files that are missing are written first. A file that exists is never
    /// overwritten.
    ///
    /// # Panics
    /// With all that is wrong and what to do about it:
    /// - a variant of an enum without a sample, also of an enum inside another (they are listed through serde);
    /// - a sample without a file, or stored in another form than its file;
    /// - a file that no sample accounts for, or a schema of which there is no file;
    /// - a file of any schema or revision that cannot be decoded;
    /// - an event of any schema that cannot be applied to the default state, or to the state after all samples.
    #[track_caller]
    pub fn check(self) {
        let write = std::env::var_os("GOLDEN").is_some_and(|value| value == WRITE);
        self.check_with(write);
    }

    #[track_caller]
    fn check_with(self, write: bool) {
        let kind = E::KIND;
        let problems = self.problems(write);
        assert!(
            problems.is_empty(),
            "the golden files of {kind} do not fit:\n- {}\n\n{}",
            problems.join("\n- "),
            WHAT_TO_DO
        );
    }

    fn problems(self, write: bool) -> Vec<String> {
        let mut problems = self.uncovered();
        problems.extend(self.strays());
        problems.extend(self.check_events(write));
        let (commands, effects, outcomes) = (
            named(&self.commands, variant::<E::Command>),
            named(&self.effects, variant::<E::Effect>),
            named(&self.outcomes, outcome::<E>),
        );
        problems.extend(self.check_rows::<E::Command>("commands", &commands, write));
        problems.extend(self.check_rows::<E::Effect>("effects", &effects, write));
        problems.extend(self.check_rows::<Result<E::Reply, E::Rejection>>("outcomes", &outcomes, write));
        problems
    }

    /// Variants without a sample.
    fn uncovered(&self) -> Vec<String> {
        let coverage = Coverage::default();
        coverage.expect::<E::Event>();
        coverage.expect::<E::Command>();
        coverage.expect::<E::Effect>();
        coverage.expect::<Result<E::Reply, E::Rejection>>();
        coverage.expect::<E::Reply>();
        coverage.expect::<E::Rejection>();
        let mut problems = Vec::new();
        problems.extend(self.events.iter().filter_map(|sample| coverage.see(sample).err()));
        problems.extend(self.commands.iter().filter_map(|sample| coverage.see(sample).err()));
        problems.extend(self.effects.iter().filter_map(|sample| coverage.see(sample).err()));
        problems.extend(self.outcomes.iter().filter_map(|sample| coverage.see(sample).err()));
        problems.extend(coverage.missing().into_iter().map(|variant| format!("no sample has {variant}")));
        problems
    }

    /// What is in the entity's folder and does not belong there; and schemas of which nothing is left.
    fn strays(&self) -> Vec<String> {
        let mut wanted: Vec<String> = (1..=E::SCHEMA).map(|schema| format!("v{schema}")).collect();
        let older = wanted.iter().filter(|name| **name != format!("v{}", E::SCHEMA));
        let lost = older.filter(|name| Folder::at(self.root.join(name)).names().is_empty());
        let mut problems: Vec<String> = lost
            .map(|name| format!("{name}: no golden file of this schema is left; they are kept for ever"))
            .collect();
        wanted.extend(["commands", "effects", "outcomes"].map(str::to_owned));
        let here = Folder::at(self.root.clone()).entries();
        let strays = here.into_iter().filter(|name| !wanted.contains(name));
        problems.extend(strays.map(|name| format!("{name}: orphaned; {} stores nothing like it", E::KIND)));
        problems
    }

    fn check_events(&self, write: bool) -> Vec<String> {
        let current = format!("v{}", E::SCHEMA);
        let samples = named(&self.events, variant::<E::Event>);
        let folder = Folder::at(self.root.join(&current));
        let mut problems = Vec::new();
        for (stem, sample) in &samples {
            let name = Name { stem: stem.clone(), revision: 1 };
            match folder.read(&name) {
                None if write => problems.extend(folder.write(&name, sample).err()),
                None => problems.push(format!("{current}/{name}: missing")),
                Some(Ok(kept)) if kept != *sample => problems.push(format!(
                    "{current}/{name}: the format changed under the same SCHEMA\n    file: {kept}\n  sample: {sample}"
                )),
                Some(Ok(_) | Err(_)) => {} // what cannot be read is found below
            }
        }
        let known = |name: &Name| name.revision == 1 && samples.iter().any(|(stem, _)| name.is_of(stem));
        let orphans = folder.names().into_iter().filter(|name| !known(name));
        problems
            .extend(orphans.map(|name| format!("{current}/{name}: orphaned; no sample is stored like it")));
        problems.extend((1..=E::SCHEMA).flat_map(|schema| self.check_schema(schema)));
        problems
    }

    /// Decodes and applies every event of one schema.
    fn check_schema(&self, schema: u16) -> Vec<String> {
        let folder = Folder::at(self.root.join(format!("v{schema}")));
        let states = [
            ("the default state", E::default()),
            ("the state after all samples", E::default().after(&self.events)),
        ];
        let mut problems = Vec::new();
        for (name, content) in folder.contents() {
            let payload = match content {
                Ok(payload) => payload,
                Err(error) => {
                    problems.push(format!("v{schema}/{name}: {error}"));
                    continue;
                }
            };
            match decode::<E>(&payload.to_string(), schema) {
                Err(reason) => problems.push(format!("v{schema}/{name}: {}", undecodable(&reason))),
                Ok(event) => {
                    let failing = states.iter().filter(|(_, state)| !applies(state, &event));
                    problems.extend(
                        failing.map(|(which, _)| format!("v{schema}/{name}: panics when applied to {which}")),
                    );
                }
            }
        }
        problems
    }

    /// Rows without a schema: the newest revision is what is written today, and every revision can be read.
    fn check_rows<T: DeserializeOwned>(
        &self,
        form: &str,
        samples: &[(String, Value)],
        write: bool,
    ) -> Vec<String> {
        let folder = Folder::at(self.root.join(form));
        let mut problems = Vec::new();
        for (stem, sample) in samples {
            let Some((newest, kept)) = folder.contents().filter(|(name, _)| name.is_of(stem)).last() else {
                let name = Name { stem: stem.clone(), revision: 1 };
                let missing = || Err(format!("{form}/{name}: missing"));
                problems.extend(if write { folder.write(&name, sample) } else { missing() }.err());
                continue;
            };
            let next = Name { stem: stem.clone(), revision: newest.revision + 1 };
            match kept {
                Ok(kept) if kept == *sample => {}
                // A form that cannot be read any more is an accident, not a revision.
                Ok(kept) if write && T::deserialize(&kept).is_ok() => {
                    problems.extend(folder.write(&next, sample).err());
                }
                Ok(kept) => problems.push(format!(
                    "{form}/{newest}: the format changed; the new form is {next}\n    file: {kept}\n  sample: {sample}"
                )),
                Err(_) => {} // found below
            }
        }
        for (name, content) in folder.contents() {
            let row = content.and_then(|row| {
                serde_json::from_str::<T>(&row.to_string()).map_err(|error| undecodable(&error))
            });
            problems.extend(row.err().map(|reason| format!("{form}/{name}: {reason}")));
            if !samples.iter().any(|(stem, _)| name.is_of(stem)) {
                problems.push(format!("{form}/{name}: orphaned; no sample is stored like it"));
            }
        }
        problems
    }
}

/// Printed under the list of what is wrong.
const WHAT_TO_DO: &str = "\
What was stored must stay readable for ever, so files are only ever added: never edit or delete one.
- No sample, or a file is missing (a new variant): add a sample to the end of the domain's list, then run the test once
  with GOLDEN=write and commit the file.
- The format of an event changed by accident: undo the change.
- The format of an event changed on purpose:
  1. raise SCHEMA of the entity by one;
  2. teach `Entity::upcast` to rewrite payloads of the schema before into the new form;
  3. run the test once with GOLDEN=write: it writes all samples to the new folder v<SCHEMA>;
  4. commit them beside the old ones, which are now read through `upcast`.
- The format of a command, effect or outcome changed on purpose: let serde read both forms (`default`, `alias`), then run
  the test once with GOLDEN=write: it adds a revision (.r2) beside the old file.
- An old file cannot be decoded or applied: mend `upcast`, `apply` or the serde attributes, not the file.
- A file is orphaned: bring its sample back. A variant that is no longer written is kept in the enum, or, as an event,
  goes with a raised SCHEMA and is upcast.
docs/events.md says more.";

fn undecodable(reason: &impl fmt::Display) -> String {
    format!("cannot be decoded: {reason}")
}

fn applies<E: Entity>(state: &E, event: &E::Event) -> bool {
    let mut state = state.clone();
    catch_unwind(AssertUnwindSafe(move || state.apply(event))).is_ok()
}

/// The stored form of each sample, with its file's name before the revision: `<variant>`, `<variant>-2`, …
fn named<T: Serialize>(samples: &[T], variant: fn(&Value) -> String) -> Vec<(String, Value)> {
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    let mut named = Vec::new();
    for sample in samples {
        let value = json(sample);
        let variant = variant(&value);
        let n = count.entry(variant.clone()).or_default();
        *n += 1;
        named.push((if *n == 1 { variant } else { format!("{variant}-{n}") }, value));
    }
    named
}

/// The variant of a stored enum; what is no enum is `value`.
fn variant<T: DeserializeOwned>(value: &Value) -> String {
    tag::<T>(value).unwrap_or_else(|| "value".to_owned())
}

/// `ok_<variant>` or `err_<variant>`; without a variant where the reply or the refusal is no enum.
fn outcome<E: Entity>(value: &Value) -> String {
    let (name, inside) = match (value.get("Ok"), value.get("Err")) {
        (Some(reply), _) => ("ok", tag::<E::Reply>(reply)),
        (None, refusal) => ("err", refusal.and_then(tag::<E::Rejection>)),
    };
    inside.map_or_else(|| name.to_owned(), |variant| format!("{name}_{variant}"))
}

fn tag<T: DeserializeOwned>(value: &Value) -> Option<String> {
    variants_of::<T>()?;
    match value {
        Value::String(variant) => Some(variant.clone()),
        Value::Object(fields) => fields.keys().next().cloned(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}
