//! A run from its preparation to its verdict.

pub(crate) mod hosts;
pub(crate) mod prepare;
mod sources;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::agent::local::Program;
use crate::agent::remote::Event;
use crate::collect::Collector;
use crate::error::LoadError;
use crate::feed::{Row, rows_of_setup};
use crate::invariants::{self, Held};
use crate::live::Live;
use crate::scenario::Scenario;
use crate::threshold::Check;
use prepare::Chores;
use sources::Sources;

/// How a run is made, beside what the scenario says.
#[derive(Debug, Default)]
pub(crate) struct RunOptions {
    /// Hosts beside this machine that may be put under load.
    pub allow_host: Vec<String>,
    /// Agents that share the work.
    pub agents: Vec<SocketAddr>,
    /// Agents to start.
    pub processes: usize,
    /// How agents are started.
    pub program: Option<Program>,
    /// Whether a lost agent is told, but fails nothing.
    pub allow_lost_agents: bool,
    /// What tells this run from others.
    pub run: u64,
    /// Whether nothing is shown while it runs.
    pub quiet: bool,
    /// Told by who wants it to end early.
    pub stop: CancellationToken,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    /// When it began.
    pub began_at: OffsetDateTime,
    /// All that was measured.
    pub collected: Collector,
    /// How long was measured, the warm-up not counted.
    pub measured: Duration,
    /// Each threshold with its figure.
    pub thresholds: Vec<(Check, crate::threshold::Finding)>,
    /// Each invariant.
    pub invariants: Vec<Held>,
    /// How many processes shared the work.
    pub processes: usize,
    /// Agents that were lost, and why.
    pub lost: Vec<String>,
    /// What failed beside the figures: teardown, a stop by hand.
    pub troubles: Vec<String>,
    /// The threshold that ended it early.
    pub aborted: Option<String>,
}

/// Runs a scenario whose rows were read.
///
/// # Errors
/// When it cannot begin, or when an agent is lost that must not be.
pub(crate) async fn run(
    scenario: &Scenario,
    rows: Vec<Option<Vec<Row>>>,
    options: &RunOptions,
) -> Result<Ran, LoadError> {
    hosts::check(&scenario.target, scenario, &options.allow_host)?;
    let checks: Vec<Check> = scenario
        .thresholds
        .iter()
        .map(|wanted| Check::parse(wanted).map_err(|why| LoadError::failed("threshold", why)))
        .collect::<Result<_, _>>()?;
    let mut chores = Chores::new(scenario, options)?;
    chores.set_up().await?;
    let outcome = measure(scenario, rows, options, (&chores.shared(), &checks)).await;
    let mut ran = match outcome {
        Ok(ran) => ran,
        Err(error) => {
            // What setup made is cleaned up also after a run that failed; its failure is the one to tell.
            drop(chores.tear_down().await);
            return Err(error);
        }
    };
    ran.invariants = invariants::hold(scenario, &mut chores).await;
    if let Err(why) = chores.tear_down().await {
        ran.troubles.push(why);
    }
    Ok(ran)
}

async fn measure(
    scenario: &Scenario,
    rows: Vec<Option<Vec<Row>>>,
    options: &RunOptions,
    (shared, checks): (&BTreeMap<String, Value>, &[Check]),
) -> Result<Ran, LoadError> {
    let mut all = Vec::new();
    for (feeder, rows) in scenario.feeders.iter().zip(rows) {
        all.push(match rows {
            Some(rows) => rows,
            None => rows_of_setup(feeder, shared)?,
        });
    }
    let job = prepare::job(scenario, shared.clone(), all, options.run);
    let stop = options.stop.child_token();
    let mut sources = Sources::start(job, options, &stop).await?;
    let mut watch = Watch { checks, warm_up: scenario.warm_up.0, began: Instant::now(), aborted: None };
    let began_at = OffsetDateTime::now_utc();
    let mut live = Live::new(scenario, options.quiet);
    let mut collected = Collector::default();
    let mut lost = Vec::new();
    while let Some(event) = sources.next().await {
        match event {
            Event::Slice(slice) => {
                collected.take(&slice);
                live.show(&collected, sources.running());
                if watch.broken(&collected) {
                    stop.cancel();
                }
            }
            Event::Done => {}
            Event::Lost { address, why } => {
                live.tell(&format!("agent {address} was lost: {why}"));
                if !options.allow_lost_agents {
                    stop.cancel();
                    sources.drain().await;
                    return Err(LoadError::AgentLost { address, why });
                }
                lost.push(format!("agent {address}: {why}"));
            }
        }
    }
    live.end();
    let ran_for = watch.began.elapsed().min(scenario.totals().duration);
    let measured = ran_for.saturating_sub(scenario.warm_up.0);
    let seconds = measured.as_secs_f64();
    let mut troubles = Vec::new();
    if options.stop.is_cancelled() {
        troubles.push("the run was stopped by hand".to_owned());
    }
    if lost.len() >= sources.processes() {
        troubles.push("no process was left".to_owned());
    }
    Ok(Ran {
        began_at,
        measured,
        thresholds: checks.iter().map(|check| (check.clone(), check.look(&collected, seconds))).collect(),
        invariants: Vec::new(),
        processes: sources.processes(),
        lost,
        troubles,
        aborted: watch.aborted,
        collected,
    })
}

/// Looks while it runs at the thresholds that may end it.
struct Watch<'a> {
    checks: &'a [Check],
    warm_up: Duration,
    began: Instant,
    aborted: Option<String>,
}

impl Watch<'_> {
    fn broken(&mut self, collected: &Collector) -> bool {
        let passed = self.began.elapsed();
        let due = |check: &&Check| check.wanted.abort && passed >= check.wanted.delay.unwrap_or_default().0;
        let seconds = passed.saturating_sub(self.warm_up).as_secs_f64();
        let broken = self.checks.iter().filter(due).find(|check| {
            let found = check.look(collected, seconds);
            found.actual.is_some() && !found.holds
        });
        if let (Some(check), None) = (broken, &self.aborted) {
            self.aborted = Some(check.to_string());
        }
        self.aborted.is_some()
    }
}

/// The run's stop when somebody presses Ctrl-C, and the end of all when he does again; it lasts as long as the guard.
pub(crate) fn stop_by_hand(
    stop: &CancellationToken,
    at_once: &CancellationToken,
) -> tokio::task::JoinSet<()> {
    let mut waiting = tokio::task::JoinSet::new();
    let told = [stop.clone(), at_once.clone()];
    waiting.spawn(async move {
        for token in told {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            token.cancel();
        }
    });
    waiting
}
