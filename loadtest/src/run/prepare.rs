//! What is done once, before and after a run: values of the environment, setup, teardown.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::RunOptions;
use super::hosts::Reach;
use crate::agent::wire::{Job, PROTOCOL};
use crate::engine::plan::{Act, acts};
use crate::error::LoadError;
use crate::feed::{self, Row};
use crate::scenario::{Scenario, Step, Variable};
use crate::seed::{SETUP, TEARDOWN, Whose, chance};
use crate::shopper::{Hands, ITEM, Verdict, turns};
use crate::target::Target;
use crate::target::http::{Open, Server};
use crate::template::Scope;

/// Most sockets of setup, teardown and checks.
const SOCKETS_MAX: u32 = 16;

/// The rows of every feeder that are not setup's.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn rows(scenario: &Scenario, folder: Option<&Path>) -> Result<Vec<Option<Vec<Row>>>, LoadError> {
    scenario.feeders.iter().map(|feeder| feed::rows(feeder, folder)).collect()
}

/// The variables, with what the environment says. What it holds and has no default is needed.
pub(crate) fn variables(scenario: &Scenario) -> Result<BTreeMap<String, Value>, LoadError> {
    let value = |(name, variable): (&String, &Variable)| {
        let text = match variable {
            Variable::Text(text) => text.clone(),
            Variable::Environment(of) => {
                let said = std::env::var(&of.env).ok().or_else(|| of.default.clone());
                said.ok_or_else(|| {
                    LoadError::Refused(format!(
                        "variable `{name}` comes from the environment: set {}",
                        of.env
                    ))
                })?
            }
        };
        Ok((name.clone(), Value::String(text)))
    };
    scenario.variables.iter().map(value).collect()
}

/// What a scenario takes from the environment, in words.
fn taken(scenario: &Scenario) -> String {
    let name = |variable: &Variable| match variable {
        Variable::Text(_) => None,
        Variable::Environment(of) => Some(of.env.clone()),
    };
    let names: Vec<_> = scenario.variables.values().filter_map(name).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" It takes {} from the environment.", names.join(", "))
    }
}

/// A run's whole job; processes get parts of it.
pub(crate) fn job(
    scenario: &Scenario,
    shared: BTreeMap<String, Value>,
    rows: Vec<Vec<Row>>,
    run: u64,
) -> Job {
    let mut scenario = scenario.clone();
    for feeder in &mut scenario.feeders {
        feeder.rows = None;
    }
    let base = scenario.target.trim_end_matches('/').to_owned();
    Job { protocol: PROTOCOL, scenario: Box::new(scenario), base, shared, rows, run, part: 0, of: 1 }
}

/// Does what is done once.
pub(crate) struct Chores<'a> {
    scenario: &'a Scenario,
    target: Arc<dyn Target>,
    reach: Arc<Reach>,
    shared: Arc<BTreeMap<String, Value>>,
    run: u64,
}

impl<'a> Chores<'a> {
    /// Gets ready.
    pub(crate) fn new(scenario: &'a Scenario, options: &RunOptions) -> Result<Self, LoadError> {
        let target = Arc::new(Server::new(SOCKETS_MAX, &Open::default())?);
        let reach = Arc::new(Reach::new(&scenario.target, &options.allow_host));
        Ok(Self { scenario, target, reach, shared: Arc::new(variables(scenario)?), run: options.run })
    }

    /// What every shopper knows.
    pub(crate) fn shared(&self) -> BTreeMap<String, Value> {
        (*self.shared).clone()
    }

    /// Hands that do things once.
    pub(crate) fn hands(&self, executor: u64, number: u64) -> Hands {
        let scope = Scope {
            shared: Arc::clone(&self.shared),
            own: BTreeMap::new(),
            rows: BTreeMap::new(),
            chance: chance(self.scenario.seed, Whose { executor, number, round: 0 }),
            shopper: "0".to_owned(),
            run: self.run,
        };
        Hands::new(Arc::clone(&self.target), Arc::clone(&self.reach), scope)
    }

    /// Steps made ready.
    pub(crate) fn acts(&self, steps: &[Step]) -> Result<Vec<Act>, String> {
        acts(self.scenario, steps)
    }

    /// Does the setup; what it extracts every shopper knows.
    pub(crate) async fn set_up(&mut self) -> Result<(), LoadError> {
        let mut hands = self.hands(SETUP, 0);
        let done = self.perform(&self.scenario.setup, &mut hands).await;
        done.map_err(|(step, why)| LoadError::Setup { step, why, taken: taken(self.scenario) })?;
        let mut shared = self.shared();
        shared.append(&mut hands.scope.own);
        self.shared = Arc::new(shared);
        Ok(())
    }

    /// Does the teardown.
    pub(crate) async fn tear_down(&self) -> Result<(), String> {
        let mut hands = self.hands(TEARDOWN, 0);
        let done = self.perform(&self.scenario.teardown, &mut hands).await;
        done.map_err(|(step, why)| format!("teardown failed at step `{step}`: {why}"))
    }

    /// Does steps one after the other; else says which failed and why.
    pub(crate) async fn perform(&self, steps: &[Step], hands: &mut Hands) -> Result<(), (String, String)> {
        let acts = self.acts(steps).map_err(|why| ("?".to_owned(), why))?;
        for act in &acts {
            for turn in turns(act, &mut hands.scope) {
                hands.scope.rows.extend(turn.map(|row| (ITEM.to_owned(), row)));
                match hands.perform(act).await.verdict {
                    Verdict::Bad(why) if !act.go_on => return Err((act.name.clone(), why)),
                    Verdict::Good { ends: true, .. } => return Ok(()),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}
