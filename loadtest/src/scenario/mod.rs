//! A scenario: what shoppers do, how many of them come when, and what must hold.

pub(crate) mod check;
pub(crate) mod place;
pub(crate) mod read;
mod size;
mod steps;
mod uses;
pub(crate) mod values;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use steps::{Assert, Extract, Outcome, Poll, SocketStep, Step, Take};
use values::{Rate, Span};

/// A load scenario.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// Its name in reports: small letters, digits and hyphens.
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub description: String,
    /// What every random decision follows from.
    #[serde(default = "one")]
    pub seed: u64,
    /// Where requests go unless the command line says something else.
    #[serde(default = "default_target")]
    pub target: String,
    /// Times with an intended start before this are shown, but not counted.
    #[serde(default)]
    pub warm_up: Span,
    /// Settings of every request.
    #[serde(default)]
    pub http: HttpOptions,
    /// Lower limits than the program's own.
    #[serde(default)]
    pub limits: Limits,
    /// Values for templates, by name: `{{name}}`.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// Rows that shoppers take values from.
    #[serde(default)]
    pub feeders: Vec<Feeder>,
    /// Done once before the run; what is extracted is known to every shopper.
    #[serde(default)]
    pub setup: Vec<Step>,
    /// Done once after the run, also when it failed.
    #[serde(default)]
    pub teardown: Vec<Step>,
    /// What shoppers do.
    pub journeys: Vec<Journey>,
    /// How many shoppers come when. Those listed run side by side.
    pub executors: Vec<Executor>,
    /// What must hold of the figures.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
    /// What must hold of the target after the run.
    #[serde(default)]
    pub invariants: Vec<Invariant>,
}

const fn one() -> u64 {
    1
}

fn default_target() -> String {
    "http://127.0.0.1:8080".to_owned()
}

/// Settings of every request.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HttpOptions {
    /// The longest wait for a whole answer.
    pub timeout: Span,
    /// Sent with every request; templates are filled in.
    pub headers: BTreeMap<String, String>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { timeout: Span(std::time::Duration::from_secs(10)), headers: BTreeMap::new() }
    }
}

/// Lower limits than the program's own.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// Most arrivals per second.
    pub rate: Option<Rate>,
    /// Most shoppers at once.
    pub users: Option<u32>,
    /// Most sockets at once.
    pub sockets: Option<u32>,
    /// Longest run.
    pub duration: Option<Span>,
}

/// A value for templates: a text, or one that the environment may replace.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Variable {
    /// The value itself.
    Text(String),
    /// The value of an environment variable, else the default.
    Environment(FromEnvironment),
}

/// A value of the environment.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FromEnvironment {
    /// The environment variable's name.
    pub env: String,
    /// What it is when the environment says nothing.
    pub default: Option<String>,
}

/// Rows that shoppers take values from: `{{feeder.column}}`. A journey sees one row of each
/// feeder that it names.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feeder {
    /// Its name in templates.
    pub name: String,
    /// The rows themselves.
    pub rows: Option<Vec<BTreeMap<String, Value>>>,
    /// A CSV file with a head line, beside the scenario.
    pub csv: Option<String>,
    /// A file with one JSON object per line, beside the scenario.
    pub jsonl: Option<String>,
    /// The name of something that setup extracted: an array of objects.
    pub from_setup: Option<String>,
    /// Which row a journey sees.
    #[serde(default)]
    pub pick: Pick,
    /// For `zipf`: how steep. 1 when absent.
    pub exponent: Option<f64>,
}

/// Which row a journey sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pick {
    /// One after the other, and again from the first.
    #[default]
    Sequential,
    /// Each as likely as any other.
    Random,
    /// The first much more often than the last.
    Zipf,
    /// Each once, to journeys of one executor; journeys that find none left are dropped.
    Unique,
}

/// What a shopper does, from the first step to the last.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journey {
    /// Its name in reports.
    pub name: String,
    /// How often it is chosen, compared with the others of an executor.
    #[serde(default = "weight")]
    pub weight: f64,
    /// The pause before every step but the first.
    pub think: Option<Think>,
    /// In this order.
    pub steps: Vec<Step>,
}

const fn weight() -> f64 {
    1.0
}

/// A pause. Exactly one of `constant`, `uniform`, `exponential`, `normal`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Think {
    /// Always this.
    pub constant: Option<Span>,
    /// Anything from the first to the second, alike.
    pub uniform: Option<[Span; 2]>,
    /// Negative exponential with this mean, as people are.
    pub exponential: Option<Span>,
    /// Normal with this mean and deviation, never below zero.
    pub normal: Option<[Span; 2]>,
    /// Never longer than this.
    pub cap: Option<Span>,
}

/// Who starts journeys.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Executor {
    /// Its name.
    pub name: String,
    /// Whether journeys begin at a rate, whatever the target does, or when a shopper is free.
    pub model: Model,
    /// Which journeys; all when absent.
    #[serde(default)]
    pub journeys: Vec<String>,
    /// How long after the beginning of the run.
    #[serde(default)]
    pub start: Span,
    /// One after the other.
    pub stages: Vec<Stage>,
    /// Open: how arrivals are spaced.
    #[serde(default)]
    pub arrivals: Arrivals,
    /// Open: most journeys at once. Arrivals beyond wait, and their wait counts.
    pub users_max: Option<u32>,
    /// Open: the longest that an arrival waits; then it is dropped. 1 s when absent.
    pub patience: Option<Span>,
    /// Closed: the pause between two journeys of a shopper.
    pub think: Option<Think>,
    /// Closed: how many journeys a shopper makes; without end when absent.
    pub iterations: Option<u32>,
    /// How long journeys under way at the end may take to finish; a step that is not answered then has failed. 10 s when absent.
    pub grace: Option<Span>,
    /// Whether its shoppers have a thread and connections of their own, so that they never wait for the tester's other shoppers.
    #[serde(default)]
    pub own_thread: bool,
}

/// Who decides when a journey starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Model {
    /// Journeys start at a rate.
    Open,
    /// So many shoppers, each one journey after the other.
    Closed,
}

/// How arrivals are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Arrivals {
    /// At equal distances.
    #[default]
    Even,
    /// As independent people come: exponential distances.
    Poisson,
}

/// A part of a load profile. The level moves in a straight line from the stage before (at first from zero) to this one's.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage {
    /// How long.
    pub duration: Span,
    /// Open: arrivals per second at its end.
    pub rate: Option<Rate>,
    /// Closed: shoppers at its end.
    pub users: Option<u32>,
    /// Whether the level holds from its first moment: a plateau, or a spike.
    #[serde(default)]
    pub jump: bool,
}

/// What must hold of the figures.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Threshold {
    /// A figure, a comparison and a bound: `p99<50ms`, `errors<0.1%`, `rate>=200/s`, `dropped==0`, `count==100`; or `p99<3x`
    /// with `than`.
    pub check: String,
    /// Of this step; of everything when absent.
    pub step: Option<String>,
    /// Of this journey.
    pub journey: Option<String>,
    /// Of the answers with this outcome: `count` and `rate` only.
    pub outcome: Option<String>,
    /// The bound is a multiple (`x`) of the same time of this step; of this journey where `journey` is named.
    pub than: Option<String>,
    /// Which time: from the intended start, or of the service alone.
    #[serde(default)]
    pub of: Clock,
    /// Whether it holds when nothing was measured: for steps that are rare.
    #[serde(default)]
    pub optional: bool,
    /// Whether the run ends as soon as it is broken.
    #[serde(default)]
    pub abort: bool,
    /// How long after the beginning it is first looked at for `abort`.
    pub delay: Option<Span>,
}

/// Which time is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Clock {
    /// From the intended start: what a shopper waits.
    #[default]
    Response,
    /// From sending to the last byte.
    Service,
}

/// What must hold of the target after the run: requests, or a command.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invariant {
    /// What is broken when it does not hold.
    pub name: String,
    /// A program and its arguments; templates are filled in. No shell.
    pub command: Option<Vec<String>>,
    /// The exit code that the command must end with.
    #[serde(default)]
    pub exit_code: i32,
    /// Requests, one after the other; what one extracts the next may use.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// What must hold of what the command wrote, as JSON.
    #[serde(default)]
    pub assert: Vec<Assert>,
    /// How long it is asked again until it holds. Once when absent.
    pub within: Option<Span>,
    /// The pause between two tries. 500 ms when absent.
    pub every: Option<Span>,
}
