//! What must hold of steps.

use regex::Regex;
use serde_json::Value;

use super::names::Known;
use super::{Faults, Scenario};
use crate::limits;
use crate::scenario::read::nearest;
use crate::scenario::{Assert, Extract, SocketStep, Step};
use crate::template::{Shape, Template, is_name};

/// Setup's steps; answers what every shopper knows after them.
pub(super) fn setup(scenario: &Scenario, faults: &mut Faults) -> Known {
    let mut known = Known { names: scenario.variables.keys().cloned().collect(), ..Known::default() };
    headers("http", &scenario.http.headers, &known, faults);
    steps("setup", &scenario.setup, &mut known, faults);
    known.feeders = scenario.feeders.iter().map(|feeder| feeder.name.clone()).collect();
    known
}

/// Steps and checks after the run.
pub(super) fn afterwards(scenario: &Scenario, known: &Known, faults: &mut Faults) {
    let mut known = known.clone();
    known.feeders.clear();
    steps("teardown", &scenario.teardown, &mut known.clone(), faults);
    faults.each("invariants", &scenario.invariants, |faults, invariant| {
        if invariant.command.is_some() != invariant.steps.is_empty() {
            faults.add(
                "name",
                format!("invariant `{}` needs a command or steps, not both", invariant.name),
                "",
            );
        }
        if let Some(command) = &invariant.command {
            words("command", command, &known, faults);
        }
        faults.each("assert", &invariant.assert, |faults, assert| self::assert(assert, &known, faults));
        steps("steps", &invariant.steps, &mut known.clone(), faults);
    });
}

/// A list of steps; what they extract becomes known.
pub(super) fn steps(key: &str, steps: &[Step], known: &mut Known, faults: &mut Faults) {
    faults.each(key, steps, |faults, step| {
        let mut inside = known.clone();
        if let Some(name) = &step.for_each {
            if !known.has(name) {
                unknown("for_each", name, known, faults);
            }
            inside.feeders.insert(crate::shopper::ITEM.to_owned());
        }
        one(step, &inside, faults);
        known.names.extend(step.extract.keys().cloned());
    });
}

fn one(step: &Step, known: &Known, faults: &mut Faults) {
    let paths = [
        ("get", &step.get),
        ("post", &step.post),
        ("put", &step.put),
        ("patch", &step.patch),
        ("delete", &step.delete),
    ];
    let mut actions: Vec<&str> =
        paths.iter().filter(|(_, path)| path.is_some()).map(|(key, _)| *key).collect();
    actions.extend(step.socket.is_some().then_some("socket"));
    actions.extend(step.command.is_some().then_some("command"));
    actions.extend(step.pause.is_some().then_some("pause"));
    if actions.len() != 1 {
        let got = if actions.is_empty() { "none".to_owned() } else { actions.join(" and ") };
        faults.add(
            "name",
            format!("step `{}` needs exactly one action, it has {got}", step.name),
            "name one of `get`, `post`, `put`, `patch`, `delete`, `socket`, `command`, `pause`",
        );
    }
    for (key, path) in paths {
        if let Some(path) = path {
            address(key, path, known, faults);
        }
    }
    if let Some(command) = &step.command {
        words("command", command, known, faults);
    }
    if let Some(socket) = &step.socket {
        faults.under("socket", |faults| self::socket(socket, known, faults));
    }
    bounds(step, faults);
    headers("headers", &step.headers, known, faults);
    headers("query", &step.query, known, faults);
    shape("json", step.json.as_ref(), known, faults);
    if let Some(body) = &step.body {
        template("body", body, known, faults);
    }
    if let Some(name) = &step.when
        && !known.has(name)
    {
        unknown("when", name, known, faults);
    }
    for (name, extract) in &step.extract {
        faults.under("extract", |faults| self::extract(name, extract, faults));
    }
    let mut after = known.clone();
    after.names.extend(step.extract.keys().cloned());
    faults.each("assert", &step.assert, |faults, assert| self::assert(assert, &after, faults));
    faults.each("outcomes", &step.outcomes, |faults, outcome| {
        faults.each("assert", &outcome.assert, |faults, assert| self::assert(assert, &after, faults));
    });
}

fn bounds(step: &Step, faults: &mut Faults) {
    faults.think("think", step.think.as_ref());
    faults.think("pause", step.pause.as_ref());
    if step.name.trim().is_empty() {
        faults.add("name", "a step needs a name", "");
    }
    if step.probability.is_some_and(|likely| !(0.0..=1.0).contains(&likely)) {
        faults.add("probability", "a probability is from 0 to 1", "");
    }
    if step.leave.is_some_and(|likely| !(0.0..=1.0).contains(&likely)) {
        faults.add("leave", "a probability is from 0 to 1", "");
    }
    if step.repeat.is_some_and(|[least, most]| least > most || most > limits::REPEATS_MAX) {
        faults.add(
            "repeat",
            format!("`repeat` is two numbers, the smaller first, at most {}", limits::REPEATS_MAX),
            "",
        );
    }
    if step.timeout.is_some_and(|timeout| timeout.0.is_zero() || timeout.0 > limits::TIMEOUT_MAX) {
        faults.add(
            "timeout",
            format!("a timeout is more than 0 and at most {} s", limits::TIMEOUT_MAX.as_secs()),
            "",
        );
    }
    if step.json.is_some() && step.body.is_some() {
        faults.add("body", "a step has `json` or `body`, not both", "");
    }
    if let Some(poll) = &step.until {
        if poll.every.0.is_zero() || poll.within.0 > limits::TIMEOUT_MAX {
            faults.add(
                "until",
                format!("`every` is more than 0, `within` at most {} s", limits::TIMEOUT_MAX.as_secs()),
                "",
            );
        }
        if step.assert.is_empty() {
            faults.add("until", "there is nothing to wait for", "add an `assert`");
        }
    }
}

fn socket(socket: &SocketStep, known: &Known, faults: &mut Faults) {
    let named =
        [socket.connect.is_some(), socket.send.is_some(), socket.expect.is_some(), socket.close.is_some()];
    if named.iter().filter(|named| **named).count() != 1 {
        faults.add(
            "connect",
            "a socket step does exactly one thing",
            "name one of `connect`, `send`, `expect`, `close`",
        );
    }
    if let Some(path) = &socket.connect {
        address("connect", path, known, faults);
    }
    shape("send", socket.send.as_ref(), known, faults);
    if let Some(expect) = &socket.expect {
        faults.each("expect", expect, |faults, assert| self::assert(assert, known, faults));
    }
}

fn extract(name: &str, extract: &Extract, faults: &mut Faults) {
    if !is_name(name) || name.contains('.') {
        faults.add(name, format!("`{name}` cannot be a name"), "use letters, digits, `_` and `-`");
    }
    let named = [extract.pointer.is_some(), extract.header.is_some(), extract.regex.is_some()];
    if named.iter().filter(|named| **named).count() != 1 {
        faults.add(name, format!("`{name}` needs exactly one of `pointer`, `header`, `regex`"), "");
    }
    pointer(name, extract.pointer.as_deref(), faults);
    expression(name, extract.regex.as_deref(), faults);
}

fn assert(assert: &Assert, known: &Known, faults: &mut Faults) {
    if assert.header.is_some() && assert.pointer.is_some() {
        faults.add("pointer", "an assert is about a header or a place of the body, not both", "write two");
    }
    let says = assert.status.is_some()
        || assert.regex.is_some()
        || assert.equals.is_some()
        || assert.one_of.is_some()
        || assert.exists.is_some()
        || assert.at_least.is_some()
        || assert.at_most.is_some();
    if !says {
        faults.add(
            "pointer",
            "an assert must say something",
            "add `equals`, `one_of`, `exists`, `regex`, `at_least`, `at_most` or `status`",
        );
    }
    pointer("pointer", assert.pointer.as_deref(), faults);
    expression("regex", assert.regex.as_deref(), faults);
    shape("equals", assert.equals.as_ref(), known, faults);
}

fn pointer(key: &str, pointer: Option<&str>, faults: &mut Faults) {
    if pointer.is_some_and(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
        faults.add(key, "a JSON pointer is empty or begins with `/`", "write for example `/cart/id`");
    }
}

fn expression(key: &str, text: Option<&str>, faults: &mut Faults) {
    if let Some(Err(error)) = text.map(Regex::new) {
        let error = error.to_string();
        faults.add(
            key,
            format!("no regular expression: {}", error.lines().last().unwrap_or_default().trim()),
            "",
        );
    }
}

fn address(key: &str, path: &str, known: &Known, faults: &mut Faults) {
    if !path.starts_with('/') && !path.contains("://") && !path.starts_with("{{") {
        faults.add(key, format!("`{path}` is neither a path nor an address"), "begin it with `/`");
    }
    template(key, path, known, faults);
}

fn headers(
    key: &str,
    headers: &std::collections::BTreeMap<String, String>,
    known: &Known,
    faults: &mut Faults,
) {
    for (name, value) in headers {
        faults.under(key, |faults| template(name, value, known, faults));
    }
}

fn words(key: &str, command: &[String], known: &Known, faults: &mut Faults) {
    if command.is_empty() {
        faults.add(key, "a command needs a program", "");
    }
    for word in command {
        template(key, word, known, faults);
    }
}

fn template(key: &str, text: &str, known: &Known, faults: &mut Faults) {
    match Template::parse(text) {
        Err(message) => faults.add(key, message, ""),
        Ok(template) => {
            for name in template.names().filter(|name| !known.has(name)) {
                unknown(key, name, known, faults);
            }
        }
    }
}

fn shape(key: &str, value: Option<&Value>, known: &Known, faults: &mut Faults) {
    match value.map(Shape::parse) {
        None => {}
        Some(Err(message)) => faults.add(key, message, ""),
        Some(Ok(shape)) => {
            for name in shape.names().into_iter().filter(|name| !known.has(name)) {
                unknown(key, name, known, faults);
            }
        }
    }
}

fn unknown(key: &str, name: &str, known: &Known, faults: &mut Faults) {
    let hint = match nearest(name, &known.all()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a name is a variable, a feeder's column, or extracted by an earlier step".to_owned(),
    };
    faults.add(key, format!("`{{{{{name}}}}}` has no value here"), hint);
}
