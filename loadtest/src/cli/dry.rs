//! What one shopper of each journey would send. Nothing is sent, so what answers would give stands as `<name>`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use crate::engine::plan::{Act, Action, acts};
use crate::error::{BadScenario, LoadError};
use crate::feed::{Feed, Row};
use crate::scenario::{Scenario, Variable, read};
use crate::seed::{Whose, chance};
use crate::shopper::{ITEM, ready};
use crate::template::Scope;

/// What one shopper of each journey of a shipped scenario or a file would send.
///
/// # Errors
/// When the scenario cannot be read.
pub fn dry_run(name: &str) -> Result<String, LoadError> {
    let source = read::find(name)?;
    let scenario = read::read(&source)?;
    let rows = crate::run::prepare::rows(&scenario, source.folder.as_deref())?;
    told(&scenario, &rows)
}

/// The same of a scenario that was read.
pub(super) fn told(scenario: &Scenario, rows: &[Option<Vec<Row>>]) -> Result<String, LoadError> {
    let mut text = String::new();
    let parts = [("setup", &scenario.setup)]
        .into_iter()
        .chain(scenario.journeys.iter().map(|journey| (journey.name.as_str(), &journey.steps)))
        .chain([("teardown", &scenario.teardown)])
        .chain(scenario.invariants.iter().map(|invariant| (invariant.name.as_str(), &invariant.steps)));
    for (number, (name, steps)) in (0..).zip(parts) {
        if steps.is_empty() {
            continue;
        }
        let mut scope = scope(scenario, rows, number)?;
        let bad = |message: String| BadScenario {
            name: scenario.name.clone(),
            findings: vec![crate::error::Finding { at: None, message, hint: String::new() }],
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "# {name}");
        for act in acts(scenario, steps).map_err(bad)? {
            text.push_str(&line(&act, scenario, &mut scope).map_err(bad)?);
        }
    }
    Ok(text)
}

fn line(act: &Act, scenario: &Scenario, scope: &mut Scope) -> Result<String, String> {
    let missing = |missing: crate::template::Missing| missing.to_string();
    let mut text = match &act.action {
        Action::Http(..) => {
            let ask = ready(act, scenario.target.trim_end_matches('/'), scope).map_err(missing)?;
            let mut text = format!("{} {}", ask.method, ask.address);
            for (name, value) in ask.headers {
                let _ = write!(text, "\n    {name}: {value}");
            }
            if let Some(body) = ask.body {
                let _ = write!(text, "\n    {}", String::from_utf8_lossy(&body));
            }
            text
        }
        Action::Connect(_) => {
            let ask = ready(act, scenario.target.trim_end_matches('/'), scope).map_err(missing)?;
            format!("SOCKET {}", ask.address)
        }
        Action::Send(shape) => format!("FRAME {}", shape.value(scope).map_err(missing)?),
        Action::Expect(_) => "AWAIT a frame".to_owned(),
        Action::Close => "CLOSE".to_owned(),
        Action::Command(words) => {
            let words = words.iter().map(|word| word.text(scope)).collect::<Result<Vec<_>, _>>();
            format!("COMMAND {}", words.map_err(missing)?.join(" "))
        }
        Action::Pause(_) => "PAUSE".to_owned(),
    };
    let _ = write!(text, "    # {}", act.name);
    if let Some(likely) = act.probability {
        let _ = write!(text, ", {:.1} %", likely * 100.0);
    }
    if let Some([least, most]) = act.repeat {
        let _ = write!(text, ", {least} to {most} times");
    }
    Ok(text + "\n")
}

fn scope(scenario: &Scenario, rows: &[Option<Vec<Row>>], number: u64) -> Result<Scope, LoadError> {
    // What the environment holds may be a secret: its name stands for it.
    let named = |(name, variable): (&String, &Variable)| {
        let value = match variable {
            Variable::Text(text) => Value::String(text.clone()),
            Variable::Environment(of) => placeholder(&of.env),
        };
        (name.clone(), value)
    };
    let mut shared: BTreeMap<_, _> = scenario.variables.iter().map(named).collect();
    for name in scenario.steps_of_all().flat_map(|step| step.extract.keys()) {
        let members = columns(scenario, name)?;
        let value =
            if members.is_empty() { placeholder(name) } else { Value::Object(members.into_iter().collect()) };
        shared.insert(name.clone(), value);
    }
    let mut chance = chance(scenario.seed, Whose { executor: 0, number, round: 0 });
    let mut seen = BTreeMap::new();
    for (feeder, rows) in scenario.feeders.iter().zip(rows) {
        let row = match rows {
            Some(rows) => Feed::new(feeder, rows.clone()).row(number, &mut chance).unwrap_or_default(),
            None => Arc::new(columns(scenario, &feeder.name)?),
        };
        seen.insert(feeder.name.clone(), row);
    }
    seen.insert(ITEM.to_owned(), Arc::new(columns(scenario, ITEM)?));
    Ok(Scope {
        shared: Arc::new(shared),
        own: BTreeMap::new(),
        rows: seen,
        chance,
        shopper: "0".to_owned(),
        run: 0,
    })
}

fn placeholder(name: &str) -> Value {
    Value::String(format!("<{name}>"))
}

/// The columns that a scenario uses of a feeder whose rows are not there yet.
fn columns(scenario: &Scenario, feeder: &str) -> Result<Row, LoadError> {
    let text = serde_json::to_string(scenario).map_err(|error| LoadError::failed("the scenario", error))?;
    let pattern = format!(r"\{{\{{\s*{}\.([A-Za-z0-9_-]+)\s*\}}\}}", regex::escape(feeder));
    let pattern = Regex::new(&pattern).map_err(|error| LoadError::failed("the scenario", error))?;
    let names =
        pattern.captures_iter(&text).filter_map(|found| found.get(1)).map(|name| name.as_str().to_owned());
    Ok(names.map(|name| (name.clone(), placeholder(&format!("{feeder}.{name}")))).collect())
}
