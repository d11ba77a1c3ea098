//! What a run came to, and the forms in which it is told. All are made of [`Report`], which is also the JSON form.

pub(crate) mod html;
pub(crate) mod markdown;
mod svg;
pub(crate) mod tables;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;

use crate::agent::wire::histogram as wire;
use crate::collect::Moment;
use crate::compare::Comparison;
use crate::error::LoadError;
use crate::invariants::Held;
use crate::numbers::{float, millis};
use crate::record::{Figures, Key};
use crate::run::Ran;
use crate::scenario::Scenario;

/// The JSON form's version: a reader of 1 can read every 1.
pub(crate) const SCHEMA: &str = "amazoff-load-report/1";

/// What a run came to.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The scenario's name.
    pub scenario: String,
    /// What it is for.
    pub description: String,
    /// Where requests went.
    pub target: String,
    /// The seed.
    pub seed: u64,
    /// What told this run from others; with the seed it repeats it to the letter.
    pub run: String,
    /// When it began.
    pub began_at: String,
    /// Seconds that were measured.
    pub measured_s: f64,
    /// Seconds of warm-up before; shown, not counted.
    pub warm_up_s: f64,
    /// How many processes made the load.
    pub processes: usize,
    /// Agents that were lost, and why; their figures end early.
    pub lost: Vec<String>,
    /// 0 fine, 1 failed, 99 a threshold or an invariant is broken.
    pub exit_code: u8,
    /// Why it is not 0.
    pub reasons: Vec<String>,
    /// How many journeys started, were dropped, were cut short; steps of the warm-up.
    pub starts: Starts,
    /// All steps together.
    pub everything: Row,
    /// By step.
    pub steps: Vec<Row>,
    /// By journey.
    pub journeys: Vec<Row>,
    /// Thresholds.
    pub thresholds: Vec<Line>,
    /// Invariants.
    pub invariants: Vec<Held>,
    /// Against an earlier run.
    pub comparison: Option<Comparison>,
    /// Second by second.
    pub timeline: Vec<Moment>,
}

/// Starts of journeys.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Starts {
    /// Made after the warm-up.
    pub started: u64,
    /// Not made in time, after the warm-up.
    pub dropped: u64,
    /// Journeys cut short at the end.
    pub cut_short: u64,
    /// Steps during the warm-up.
    pub warming: u64,
    /// Of those, how many failed.
    pub warming_failed: u64,
}

/// Times of a group, in milliseconds.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Times {
    /// The fastest.
    pub min: f64,
    /// The mean.
    pub mean: f64,
    /// Half are faster.
    pub p50: f64,
    /// 90 of 100 are faster.
    pub p90: f64,
    /// 95 of 100 are faster.
    pub p95: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
    /// 999 of 1,000 are faster.
    pub p999: f64,
    /// The slowest.
    pub max: f64,
    /// The whole histogram, in microseconds: HdrHistogram V2, deflated, base64.
    pub histogram: String,
}

/// A step or a journey.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Row {
    /// Its name.
    pub name: String,
    /// How often it was done.
    pub count: u64,
    /// How often it failed.
    pub failed: u64,
    /// How often per second.
    pub rate: f64,
    /// From the intended start.
    pub response: Times,
    /// Of the service alone.
    pub service: Times,
    /// Good answers by kind.
    pub outcomes: BTreeMap<String, u64>,
    /// Failures by what was wrong.
    pub errors: BTreeMap<String, u64>,
}

/// A threshold's line.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Line {
    /// What was asked for.
    pub check: String,
    /// What it came to.
    pub actual: String,
    /// Whether it holds.
    pub holds: bool,
}

impl Report {
    /// Puts a run into its form, and judges it.
    ///
    /// # Errors
    /// When a histogram cannot be written.
    pub(crate) fn new(scenario: &Scenario, run: u64, ran: &Ran) -> Result<Self, LoadError> {
        let seconds = ran.measured.as_secs_f64();
        let rows = |steps: bool| {
            let of = ran.collected.totals.iter().filter_map(move |(key, figures)| match key {
                Key::Step(name) if steps => Some((name, figures)),
                Key::Journey(name) if !steps => Some((name, figures)),
                _ => None,
            });
            of.map(|(name, figures)| row(name, figures, seconds)).collect::<Result<Vec<_>, _>>()
        };
        let (exit_code, reasons) = verdict(ran);
        let line = |(check, found): &(crate::threshold::Check, crate::threshold::Finding)| Line {
            check: check.to_string(),
            actual: check.told(found.actual),
            holds: found.holds,
        };
        let collected = &ran.collected;
        Ok(Self {
            schema: SCHEMA.to_owned(),
            scenario: scenario.name.clone(),
            description: scenario.description.clone(),
            target: scenario.target.clone(),
            seed: scenario.seed,
            run: format!("{run:016x}"),
            began_at: ran.began_at.format(&Rfc3339).unwrap_or_default(),
            measured_s: seconds,
            warm_up_s: scenario.warm_up.0.as_secs_f64(),
            processes: ran.processes,
            lost: ran.lost.clone(),
            exit_code,
            reasons,
            starts: Starts {
                started: collected.started,
                dropped: collected.dropped,
                cut_short: collected.cut_short,
                warming: collected.warming.0,
                warming_failed: collected.warming.1,
            },
            everything: row("all steps", &collected.everything(), seconds)?,
            steps: rows(true)?,
            journeys: rows(false)?,
            thresholds: ran.thresholds.iter().map(line).collect(),
            invariants: ran.invariants.clone(),
            comparison: None,
            timeline: collected.timeline(),
        })
    }

    /// Whether everything holds.
    pub(crate) const fn is_fine(&self) -> bool {
        self.exit_code == 0
    }
}

/// The exit code and why: a run that failed says nothing of thresholds, so 1 comes before 99.
fn verdict(ran: &Ran) -> (u8, Vec<String>) {
    let mut reasons = ran.troubles.clone();
    let failed = !reasons.is_empty();
    if let Some(check) = &ran.aborted {
        reasons.push(format!("ended early: {check}"));
    }
    let broken = ran.thresholds.iter().filter(|(_, found)| !found.holds);
    reasons.extend(broken.map(|(check, found)| format!("threshold {check}: {}", check.told(found.actual))));
    let broken = ran.invariants.iter().filter(|held| !held.holds);
    reasons.extend(broken.map(|held| format!("invariant {}: {}", held.name, held.seen)));
    if ran.collected.started == 0 {
        reasons.push("no journey started".to_owned());
        return (1, reasons);
    }
    let code = match (failed, reasons.is_empty()) {
        (true, _) => 1,
        (false, true) => 0,
        (false, false) => 99,
    };
    (code, reasons)
}

fn row(name: &str, figures: &Figures, seconds: f64) -> Result<Row, LoadError> {
    Ok(Row {
        name: name.to_owned(),
        count: figures.count,
        failed: figures.failed,
        rate: if seconds > 0.0 { float(figures.count) / seconds } else { 0.0 },
        response: times(&figures.response)?,
        service: times(&figures.service)?,
        outcomes: figures.outcomes.clone(),
        errors: figures.errors.clone(),
    })
}

fn times(histogram: &hdrhistogram::Histogram<u64>) -> Result<Times, LoadError> {
    let at = |share| millis(histogram.value_at_quantile(share));
    Ok(Times {
        min: millis(histogram.min()),
        mean: histogram.mean() / 1_000.0,
        p50: at(0.5),
        p90: at(0.9),
        p95: at(0.95),
        p99: at(0.99),
        p999: at(0.999),
        max: millis(histogram.max()),
        histogram: wire::text(histogram).map_err(|why| LoadError::failed("writing a histogram", why))?,
    })
}
