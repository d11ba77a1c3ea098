//! A run against an earlier one, with a bound of the noise.
//!
//! Seconds of one run differ, so two runs differ too when nothing has changed. How much is told by a bootstrap: the seconds of both
//! runs are drawn again and again, in blocks because neighbours are alike, and the middle 95 % of the changes that come out are the
//! interval. A change is told as one only when the interval does not contain zero and the change is at least [`LEAST`] percent.

use std::collections::BTreeSet;
use std::fmt;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::collect::{Beat, Moment};
use crate::numbers::{count, float, index, millis, whole};
use crate::report::Report;
use crate::seed::{Whose, chance};

/// How often the seconds are drawn again.
const DRAWS: u64 = 1_000;
/// Seconds that are drawn together.
const BLOCK: usize = 3;
/// Fewest seconds of a run that say anything.
const SECONDS_MIN: usize = 5;
/// The smallest change that is told as one, in percent.
const LEAST: f64 = 2.0;

/// What became of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Became {
    /// A time went down.
    Faster,
    /// A time went up.
    Slower,
    /// A rate went up.
    More,
    /// A rate went down.
    Fewer,
    /// Nothing that is not noise.
    Same,
}

impl fmt::Display for Became {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::Same => "within noise",
        })
    }
}

/// A figure of a step, before and now.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Change {
    /// The step.
    pub name: String,
    /// Which figure: the mean over the seconds of their `p50`, `p95` or `p99` in ms, or `rate` per second.
    pub figure: String,
    /// In the earlier run.
    pub before: f64,
    /// In this run.
    pub now: f64,
    /// The change, in percent.
    pub percent: f64,
    /// The lower end of the 95 % interval.
    pub low_percent: f64,
    /// The upper end.
    pub high_percent: f64,
    /// What became of it.
    pub verdict: Became,
}

/// A run against an earlier one.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Comparison {
    /// When the earlier one began.
    pub began_at: String,
    /// What makes them hard to compare: another scenario, another seed.
    pub warnings: Vec<String>,
    /// Of those, what could not be compared though it was measured before: that it is no slower is not known.
    #[serde(default)]
    pub missing: Vec<String>,
    /// By step and figure.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// Compares two runs.
    pub(crate) fn new(before: &Report, now: &Report) -> Self {
        let (old, new) = (measured(before), measured(now));
        let mut warnings = Vec::new();
        for (what, one, other) in [
            ("scenario", &before.scenario, &now.scenario),
            ("target", &before.target, &now.target),
            ("seed", &before.seed.to_string(), &now.seed.to_string()),
            ("number of processes", &before.processes.to_string(), &now.processes.to_string()),
            ("highest rate asked for", &rate_of(&old), &rate_of(&new)),
        ] {
            if one != other {
                warnings.push(format!("another {what}: {one} before, {other} now"));
            }
        }
        let (mut changes, mut missing) = (Vec::new(), Vec::new());
        let steps = before.steps.iter().chain(&now.steps).map(|step| step.name.as_str());
        for step in steps.collect::<BTreeSet<_>>() {
            for (figure, of) in FIGURES {
                let values = |moments: &[&Moment]| values(moments, step, (figure, *of));
                changes.extend(change((step, figure), &values(&old), &values(&new)));
            }
            let (was, is) = (seconds(&old, step), seconds(&new, step));
            let told = format!("{step} is not compared: measured in {was} seconds before, in {is} now");
            match (was >= SECONDS_MIN, is >= SECONDS_MIN) {
                (true, true) => {}
                (true, false) => missing.push(told),
                (false, _) => warnings.push(told),
            }
        }
        if changes.is_empty() {
            missing.push("nothing could be compared".to_owned());
        }
        warnings.extend_from_slice(&missing);
        Self { began_at: before.began_at.clone(), warnings, missing, changes }
    }

    /// How it was compared.
    pub(crate) fn told(&self) -> String {
        let warnings: String = self.warnings.iter().map(|warning| format!(" ({warning})")).collect();
        format!(
            "against the run of {}{warnings}: block bootstrap over seconds, 95 %, {DRAWS} draws; a change counts from {LEAST} %",
            self.began_at
        )
    }
}

type Figure = fn(&Beat) -> f64;

const FIGURES: &[(&str, Figure)] = &[
    ("p50", |beat| millis(beat.p50)),
    ("p95", |beat| millis(beat.p95)),
    ("p99", |beat| millis(beat.p99)),
    ("rate", |beat| float(beat.count)),
];

/// The seconds that count: after the warm-up, and not those in which journeys only ended.
fn measured(report: &Report) -> Vec<&Moment> {
    let from = whole(report.warm_up_s.ceil());
    let to = whole(report.warm_up_s + report.measured_s);
    report.timeline.iter().filter(|moment| (from..to).contains(&moment.second)).collect()
}

/// How many arrivals per second were asked for at most.
fn rate_of(moments: &[&Moment]) -> String {
    format!("{:.0}/s", moments.iter().map(|moment| moment.target).fold(0.0, f64::max))
}

/// In how many seconds a step was done.
fn seconds(moments: &[&Moment], step: &str) -> usize {
    moments.iter().filter(|moment| moment.steps.contains_key(step)).count()
}

/// A figure's value in each second. A second without the step has no times, but the rate 0.
fn values(moments: &[&Moment], step: &str, (figure, of): (&str, Figure)) -> Vec<f64> {
    let value = |moment: &&Moment| match moment.steps.get(step) {
        Some(beat) => Some(of(beat)),
        None => (figure == "rate").then_some(0.0),
    };
    moments.iter().filter_map(value).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / float(count(values.len())).max(1.0)
}

fn change((name, figure): (&str, &str), before: &[f64], now: &[f64]) -> Option<Change> {
    if before.len() < SECONDS_MIN || now.len() < SECONDS_MIN || mean(before) <= 0.0 {
        return None;
    }
    let percent = |before: f64, now: f64| (now / before.max(1e-9) - 1.0) * 100.0;
    let mut chance = chance(1, Whose { executor: 0, number: 0, round: 0 });
    let mut drawn: Vec<f64> =
        (0..DRAWS).map(|_| percent(again(before, &mut chance), again(now, &mut chance))).collect();
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| drawn.get(index(whole(share * float(DRAWS - 1)))).copied().unwrap_or(0.0);
    let (low, high) = (at(0.025), at(0.975));
    let changed = percent(mean(before), mean(now));
    let real = (low > 0.0 || high < 0.0) && changed.abs() >= LEAST;
    let verdict = match (real, changed > 0.0, figure == "rate") {
        (false, ..) => Became::Same,
        (true, true, true) => Became::More,
        (true, false, true) => Became::Fewer,
        (true, true, false) => Became::Slower,
        (true, false, false) => Became::Faster,
    };
    Some(Change {
        name: name.to_owned(),
        figure: figure.to_owned(),
        before: mean(before),
        now: mean(now),
        percent: changed,
        low_percent: low,
        high_percent: high,
        verdict,
    })
}

/// The mean of as many seconds, drawn in blocks with repetition.
fn again(values: &[f64], chance: &mut ChaCha8Rng) -> f64 {
    let mut drawn = Vec::with_capacity(values.len() + BLOCK);
    while drawn.len() < values.len() {
        let start = chance.random_range(0..values.len());
        drawn.extend(values.iter().cycle().skip(start).take(BLOCK));
    }
    drawn.truncate(values.len());
    mean(&drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noisy(level: f64, seed: u64) -> Vec<f64> {
        let mut chance = chance(seed, Whose { executor: 1, number: 0, round: 0 });
        (0..60).map(|_| level * (0.9 + 0.2 * chance.random::<f64>())).collect()
    }

    fn verdict(before: f64, now: f64) -> Became {
        change(("a", "p99"), &noisy(before, 1), &noisy(now, 2)).unwrap().verdict
    }

    #[test]
    fn noise_is_no_change_and_a_change_is_no_noise() {
        assert_eq!(verdict(50.0, 50.0), Became::Same);
        assert_eq!(verdict(50.0, 55.0), Became::Slower);
        assert_eq!(verdict(50.0, 45.0), Became::Faster);
    }

    #[test]
    fn runs_without_change_are_seldom_told_as_changed() {
        let told = (0..40).filter(|n| {
            change(("a", "p50"), &noisy(10.0, n * 2), &noisy(10.0, n * 2 + 1)).unwrap().verdict
                != Became::Same
        });
        assert!(told.count() <= 4);
    }

    #[test]
    fn too_few_seconds_say_nothing() {
        assert!(change(("a", "p50"), &[1.0; 4], &[2.0; 40]).is_none());
    }
}
