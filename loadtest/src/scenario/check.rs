//! What types cannot say of a scenario: names that lead somewhere, numbers in their bounds, exactly one of several.

mod names;
mod step;

use std::collections::BTreeSet;

use super::{Executor, Model, Pick, Scenario, Think};
use crate::scenario::read::nearest;
use crate::{limits, threshold};
use names::Known;

/// Something wrong, by its path of keys and indices.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Keys and indices from the top.
    pub path: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// Collects what is wrong below a path.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    path: Vec<String>,
    found: Vec<Fault>,
}

impl Faults {
    /// Looks at what stands under a key.
    fn under(&mut self, key: &str, look: impl FnOnce(&mut Self)) {
        self.path.push(key.to_owned());
        look(self);
        self.path.pop();
    }

    /// Looks at each of a list under a key.
    fn each<T>(&mut self, key: &str, items: &[T], mut look: impl FnMut(&mut Self, &T)) {
        self.under(key, |faults| {
            for (index, item) in items.iter().enumerate() {
                faults.under(&index.to_string(), |faults| look(faults, item));
            }
        });
    }

    fn add(&mut self, key: &str, message: impl Into<String>, hint: impl Into<String>) {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        self.found.push(Fault { path, message: message.into(), hint: hint.into() });
    }

    /// A name that must be one of those known.
    fn known(&mut self, key: &str, name: &str, known: &[&str]) {
        if !known.contains(&name) {
            let hint = match nearest(name, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "there is none".to_owned(),
                None => format!("known are {}", known.join(", ")),
            };
            self.add(key, format!("there is no `{name}`"), hint);
        }
    }

    fn think(&mut self, key: &str, think: Option<&Think>) {
        if let Some(fault) = think.and_then(Think::fault) {
            self.add(key, fault, "write for example `think = { exponential = \"7s\", cap = \"70s\" }`");
        }
    }
}

/// Everything that is wrong; nothing when it can be run.
pub(crate) fn check(scenario: &Scenario) -> Vec<Fault> {
    let mut faults = Faults::default();
    head(scenario, &mut faults);
    feeders(scenario, &mut faults);
    let known = step::setup(scenario, &mut faults);
    journeys(scenario, &known, &mut faults);
    faults.each("executors", &scenario.executors, |faults, executor| {
        self::executor(scenario, executor, faults);
    });
    unique("executors", scenario.executors.iter().map(|executor| executor.name.as_str()), &mut faults);
    unique_rows(scenario, &mut faults);
    totals(scenario, &mut faults);
    thresholds(scenario, &mut faults);
    step::afterwards(scenario, &known, &mut faults);
    faults.found
}

fn head(scenario: &Scenario, faults: &mut Faults) {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if scenario.name.is_empty() || !scenario.name.chars().all(fine) {
        faults.add("name", "a name has small letters, digits and hyphens only", "");
    }
    if let Err(error) = url::Url::parse(&scenario.target) {
        faults.add(
            "target",
            format!("`{}` is no address: {error}", scenario.target),
            "write `http://127.0.0.1:8080`",
        );
    }
    if scenario.http.timeout.0 > limits::TIMEOUT_MAX || scenario.http.timeout.0.is_zero() {
        let most = limits::TIMEOUT_MAX.as_secs();
        faults.under("http", |faults| {
            faults.add("timeout", format!("a timeout is more than 0 and at most {most} s"), "")
        });
    }
    if scenario.journeys.is_empty() {
        faults.add("journeys", "there is nothing to do", "add a `[[journeys]]` with steps");
    }
    if scenario.executors.is_empty() {
        faults.add("executors", "nobody comes", "add `[[executors]]` with stages");
    }
}

fn feeders(scenario: &Scenario, faults: &mut Faults) {
    let extracted: Vec<&str> =
        scenario.setup.iter().flat_map(|step| step.extract.keys()).map(String::as_str).collect();
    faults.each("feeders", &scenario.feeders, |faults, feeder| {
        let sources = [
            feeder.rows.is_some(),
            feeder.csv.is_some(),
            feeder.jsonl.is_some(),
            feeder.from_setup.is_some(),
        ];
        if sources.iter().filter(|named| **named).count() != 1 {
            faults.add(
                "name",
                format!("feeder `{}` needs exactly one source", feeder.name),
                "name one of `rows`, `csv`, `jsonl`, `from_setup`",
            );
        }
        if let Some(name) = &feeder.from_setup {
            faults.known("from_setup", name, &extracted);
        }
        if feeder.exponent.is_some_and(|exponent| !(exponent > 0.0 && exponent < 10.0)) {
            faults.add("exponent", "an exponent is more than 0 and less than 10", "");
        }
        if !crate::template::is_name(&feeder.name) || feeder.name.contains('.') {
            faults.add("name", "a feeder's name has letters, digits, `_` and `-` only", "");
        }
    });
    unique("feeders", scenario.feeders.iter().map(|feeder| feeder.name.as_str()), faults);
}

fn journeys(scenario: &Scenario, shared: &Known, faults: &mut Faults) {
    faults.each("journeys", &scenario.journeys, |faults, journey| {
        if !(journey.weight.is_finite() && journey.weight >= 0.0) {
            faults.add("weight", "a weight is a number of at least 0", "");
        }
        if journey.steps.is_empty() {
            faults.add("steps", format!("journey `{}` has no steps", journey.name), "");
        }
        faults.think("think", journey.think.as_ref());
        let mut known = shared.clone();
        step::steps("steps", &journey.steps, &mut known, faults);
    });
    unique("journeys", scenario.journeys.iter().map(|journey| journey.name.as_str()), faults);
}

fn executor(scenario: &Scenario, executor: &Executor, faults: &mut Faults) {
    let names: Vec<&str> = scenario.journeys.iter().map(|journey| journey.name.as_str()).collect();
    for name in &executor.journeys {
        faults.known("journeys", name, &names);
    }
    if !scenario.journeys.iter().any(|journey| executor.makes(&journey.name) && journey.weight > 0.0) {
        faults.add("journeys", "none of its journeys has a weight above 0", "");
    }
    if executor.stages.is_empty() {
        faults.add(
            "stages",
            "there are no stages",
            "add `stages = [{ duration = \"30s\", rate = 10, jump = true }]`",
        );
    }
    faults.think("think", executor.think.as_ref());
    faults.each("stages", &executor.stages, |faults, stage| match executor.model {
        Model::Open if stage.rate.is_none() || stage.users.is_some() => {
            faults.add(
                "rate",
                "a stage of an open executor has a `rate` and no `users`",
                "closed executors have users: `model = \"closed\"`",
            );
        }
        Model::Closed if stage.users.is_none() || stage.rate.is_some() => {
            faults.add(
                "users",
                "a stage of a closed executor has `users` and no `rate`",
                "open executors have rates: `model = \"open\"`",
            );
        }
        _ => {}
    });
}

/// Each executor numbers its journeys from 0, so two would hand out the same rows.
fn unique_rows(scenario: &Scenario, faults: &mut Faults) {
    faults.each("feeders", &scenario.feeders, |faults, feeder| {
        let uses = |executor: &&Executor| {
            let mut made = scenario.journeys.iter().filter(|journey| executor.makes(&journey.name));
            made.any(|journey| journey.weight > 0.0 && journey.names().contains(&feeder.name))
        };
        let users: Vec<_> = scenario.executors.iter().filter(uses).map(|user| user.name.as_str()).collect();
        if feeder.pick == Pick::Unique && users.len() > 1 {
            faults.add(
                "pick",
                format!(
                    "rows of `{}` are unique within one executor, but journeys of {} use them",
                    feeder.name,
                    users.join(" and ")
                ),
                "give each executor journeys and a feeder of its own",
            );
        }
    });
}

/// What all executors come to at most must be within the caps.
fn totals(scenario: &Scenario, faults: &mut Faults) {
    let totals = scenario.totals();
    let rate_max = scenario.limits.rate.map_or(limits::RATE_MAX, |rate| rate.0.min(limits::RATE_MAX));
    if totals.rate > rate_max {
        faults.add(
            "executors",
            format!("{} arrivals per second are more than {rate_max}", totals.rate),
            "lower the rates",
        );
    }
    let users_max = scenario.limits.users.unwrap_or(limits::USERS_MAX).min(limits::USERS_MAX);
    if totals.users > u64::from(users_max) {
        faults.add(
            "executors",
            format!("{} shoppers at once are more than {users_max}", totals.users),
            "lower `users` or `users_max`",
        );
    }
    let own_threads = scenario.executors.iter().filter(|executor| executor.own_thread).count();
    if own_threads > limits::OWN_THREADS_MAX {
        faults.add(
            "executors",
            format!("{own_threads} executors with `own_thread` are more than {}", limits::OWN_THREADS_MAX),
            "keep it for those whose times must not depend on the others",
        );
    }
    let longest =
        scenario.limits.duration.map_or(limits::DURATION_MAX, |span| span.0.min(limits::DURATION_MAX));
    if totals.duration > longest {
        faults.add(
            "executors",
            format!("the run takes {} s, more than {} s", totals.duration.as_secs(), longest.as_secs()),
            "shorten the stages",
        );
    }
    if !totals.duration.is_zero() && scenario.warm_up.0 >= totals.duration {
        faults.add("warm_up", "nothing is left to measure after the warm-up", "");
    }
}

fn thresholds(scenario: &Scenario, faults: &mut Faults) {
    let steps: Vec<&str> = scenario.steps().map(|step| step.name.as_str()).collect();
    let journeys: Vec<&str> = scenario.journeys.iter().map(|journey| journey.name.as_str()).collect();
    let outcomes: Vec<&str> =
        scenario.steps().flat_map(|step| &step.outcomes).map(|outcome| outcome.name.as_str()).collect();
    faults.each("thresholds", &scenario.thresholds, |faults, wanted| {
        if let Err(message) = threshold::Check::parse(wanted) {
            faults.add("check", message, "");
        }
        for (key, name, known) in [
            ("step", &wanted.step, &steps),
            ("journey", &wanted.journey, &journeys),
            ("outcome", &wanted.outcome, &outcomes),
            ("than", &wanted.than, if wanted.step.is_some() { &steps } else { &journeys }),
        ] {
            if let Some(name) = name {
                faults.known(key, name, known);
            }
        }
    });
}

fn unique<'a>(key: &str, names: impl Iterator<Item = &'a str>, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        if !seen.insert(name) {
            faults.under(key, |faults| {
                faults.under(&index.to_string(), |faults| {
                    faults.add("name", format!("there are two `{name}`"), "give each a name of its own");
                });
            });
        }
    }
}
