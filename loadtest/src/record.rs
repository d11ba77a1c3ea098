//! What was measured, second by second.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::numbers::micros;

/// Digits that a time is exact to.
const DIGITS: u8 = 3;

/// A histogram of microseconds; it grows as it needs.
pub(crate) fn histogram() -> Histogram<u64> {
    // These bounds are constants that the library allows; it is asked for the least it takes.
    let mut histogram =
        Histogram::new(DIGITS).unwrap_or_else(|_never| unreachable!("three digits are allowed"));
    histogram.auto(true);
    histogram
}

/// What is counted together: a step or a journey.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Key {
    /// A step, by its name.
    Step(String),
    /// A journey, by its name.
    Journey(String),
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        match key {
            Key::Step(name) => format!("step/{name}"),
            Key::Journey(name) => format!("journey/{name}"),
        }
    }
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.split_once('/') {
            Some(("step", name)) => Ok(Self::Step(name.to_owned())),
            Some(("journey", name)) => Ok(Self::Journey(name.to_owned())),
            _ => Err(format!("`{text}` is neither a step nor a journey")),
        }
    }
}

/// The figures of a step or a journey.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Figures {
    /// How often it was done, well or not.
    pub count: u64,
    /// How often it failed.
    pub failed: u64,
    /// From the intended start, of those that went well and those that did not.
    #[serde(with = "crate::agent::wire::histogram")]
    pub response: Histogram<u64>,
    /// Of the service alone.
    #[serde(with = "crate::agent::wire::histogram")]
    pub service: Histogram<u64>,
    /// Good answers by kind.
    pub outcomes: BTreeMap<String, u64>,
    /// Failures by what was wrong.
    pub errors: BTreeMap<String, u64>,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            count: 0,
            failed: 0,
            response: histogram(),
            service: histogram(),
            outcomes: BTreeMap::new(),
            errors: BTreeMap::new(),
        }
    }
}

impl Figures {
    /// Adds another's.
    pub(crate) fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.failed += other.failed;
        join(&mut self.response, &other.response);
        join(&mut self.service, &other.service);
        for (name, count) in &other.outcomes {
            bump(&mut self.outcomes, name, *count);
        }
        for (name, count) in &other.errors {
            bump(&mut self.errors, name, *count);
        }
    }
}

/// Adds one histogram to another, exactly: all have the same buckets.
pub(crate) fn join(into: &mut Histogram<u64>, from: &Histogram<u64>) {
    // It grows by itself, so nothing can be out of range.
    into.add(from).unwrap_or_default();
}

fn bump(counts: &mut BTreeMap<String, u64>, name: &str, by: u64) {
    let name = if counts.contains_key(name) || counts.len() < limits::ERRORS_MAX { name } else { "other" };
    *counts.entry(name.to_owned()).or_default() += by;
}

/// One thing that was done.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// What.
    pub key: Key,
    /// From the intended start to the end.
    pub response: Duration,
    /// From the real start to the end.
    pub service: Duration,
    /// Which kind of good answer, or what was wrong.
    pub verdict: Result<Option<String>, String>,
    /// Whether it was meant to start before the warm-up's end.
    pub warming: bool,
}

/// What happened in a second of the run.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Slice {
    /// Which second, from 0.
    pub second: u64,
    /// What counts.
    pub measured: BTreeMap<Key, Figures>,
    /// What was meant to start during the warm-up.
    pub warming: BTreeMap<Key, Figures>,
    /// Journeys that started.
    pub started: u64,
    /// Starts that could not be made in time.
    pub dropped: u64,
    /// Of those that started, what was meant for the warm-up.
    pub warming_started: u64,
    /// Of those that could not be made, what was meant for the warm-up.
    pub warming_dropped: u64,
    /// Journeys that were under way at the end and cut short.
    pub cut_short: u64,
    /// Journeys under way.
    pub in_flight: u64,
    /// Sockets open.
    pub sockets: u64,
    /// Starts per second that the profile asks for.
    pub target: f64,
}

impl Slice {
    /// Adds another process's slice of the same second.
    pub(crate) fn add(&mut self, other: &Self) {
        for (into, from) in [(&mut self.measured, &other.measured), (&mut self.warming, &other.warming)] {
            for (key, figures) in from {
                into.entry(key.clone()).or_default().add(figures);
            }
        }
        self.started += other.started;
        self.dropped += other.dropped;
        self.warming_started += other.warming_started;
        self.warming_dropped += other.warming_dropped;
        self.cut_short += other.cut_short;
        self.in_flight += other.in_flight;
        self.sockets += other.sockets;
        self.target += other.target;
    }
}

/// Takes samples from every shopper of this process.
#[derive(Debug, Default)]
pub(crate) struct Recorder(Mutex<Slice>);

impl Recorder {
    fn slice(&self) -> MutexGuard<'_, Slice> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one sample.
    pub(crate) fn take(&self, sample: Sample) {
        let mut slice = self.slice();
        let group = if sample.warming { &mut slice.warming } else { &mut slice.measured };
        let figures = group.entry(sample.key).or_default();
        figures.count += 1;
        // Longer than the longest counts as the longest. A histogram that grows refuses no value.
        for (times, time) in
            [(&mut figures.response, sample.response), (&mut figures.service, sample.service)]
        {
            times.record(micros(time).min(limits::LATENCY_MAX_US)).unwrap_or_default();
        }
        match sample.verdict {
            Ok(Some(outcome)) => bump(&mut figures.outcomes, &outcome, 1),
            Ok(None) => {}
            Err(error) => {
                figures.failed += 1;
                bump(&mut figures.errors, &error, 1);
            }
        }
    }

    /// A journey starts, maybe one that was meant for the warm-up.
    pub(crate) fn starts(&self, warming: bool) {
        let mut slice = self.slice();
        slice.started += 1;
        slice.warming_started += u64::from(warming);
        slice.in_flight += 1;
    }

    /// A journey is over.
    pub(crate) fn ends(&self) {
        let mut slice = self.slice();
        slice.in_flight = slice.in_flight.saturating_sub(1);
    }

    /// A start could not be made in time, maybe one that was meant for the warm-up.
    pub(crate) fn drops(&self, warming: bool) {
        let mut slice = self.slice();
        slice.dropped += 1;
        slice.warming_dropped += u64::from(warming);
    }

    /// Journeys are cut short.
    pub(crate) fn cuts_short(&self, journeys: u64) {
        let mut slice = self.slice();
        slice.cut_short += journeys;
        slice.in_flight = slice.in_flight.saturating_sub(journeys);
    }

    /// What came since it was last asked, as this second's.
    pub(crate) fn second(&self, second: u64) -> Slice {
        let mut slice = self.slice();
        let next = Slice { in_flight: slice.in_flight, ..Slice::default() };
        Slice { second, ..std::mem::replace(&mut *slice, next) }
    }
}
