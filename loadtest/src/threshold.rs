//! What must hold of the figures: `p99<50ms`, `errors<0.1%`, `rate>=200/s`.

use std::fmt;

use crate::collect::Collector;
use crate::numbers::{float, millis};
use crate::record::{Figures, Key};
use crate::scenario::{Clock, Threshold};

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Figure {
    Quantile(f64),
    Least,
    Mean,
    Most,
    /// Failures: their share, or their number.
    Errors {
        share: bool,
    },
    /// Starts that could not be made in time: their share, or their number.
    Dropped {
        share: bool,
    },
    Rate,
    Count,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compare {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// A threshold, ready to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Check {
    /// As it was written.
    pub wanted: Threshold,
    figure: Figure,
    compare: Compare,
    /// Milliseconds, a share, per second, or a number.
    bound: f64,
}

/// What a threshold came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// The figure; nothing when there is none.
    pub actual: Option<f64>,
    /// Whether it holds.
    pub holds: bool,
}

impl Check {
    /// Reads a threshold; the error says what is wrong with it.
    pub(crate) fn parse(wanted: &Threshold) -> Result<Self, String> {
        let text: String = wanted.check.split_whitespace().collect();
        let shape = || {
            format!(
                "`{}` is no check; write a figure, a comparison and a bound: p99<50ms, errors<0.1%, rate>=200/s",
                wanted.check
            )
        };
        let at = text.find(['<', '>', '=']).ok_or_else(shape)?;
        let (name, rest) = text.split_at(at);
        let (compare, bound) = [
            ("<=", Compare::AtMost),
            (">=", Compare::AtLeast),
            ("==", Compare::Equal),
            ("<", Compare::Less),
            (">", Compare::More),
        ]
        .iter()
        .find_map(|(sign, compare)| rest.strip_prefix(sign).map(|bound| (*compare, bound)))
        .ok_or_else(shape)?;
        let digits = bound.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bound.len());
        let (number, unit) = bound.split_at(digits);
        let number: f64 = number.parse().map_err(|_none| shape())?;
        let (figure, bound) = figure(name, number, unit)?;
        if wanted.outcome.is_some() && !matches!(figure, Figure::Rate | Figure::Count) {
            return Err("of an outcome there is only `count` and `rate`".to_owned());
        }
        Ok(Self { wanted: wanted.clone(), figure, compare, bound })
    }

    /// Looks at what was measured in so many seconds.
    pub(crate) fn look(&self, collected: &Collector, seconds: f64) -> Finding {
        let actual = self.actual(collected, seconds);
        let holds = actual.map_or(self.wanted.optional, |actual| match self.compare {
            Compare::Less => actual < self.bound,
            Compare::AtMost => actual <= self.bound,
            Compare::Equal => (actual - self.bound).abs() < 1e-9,
            Compare::AtLeast => actual >= self.bound,
            Compare::More => actual > self.bound,
        });
        Finding { actual, holds }
    }

    fn actual(&self, collected: &Collector, seconds: f64) -> Option<f64> {
        if let Figure::Dropped { share } = self.figure {
            let dropped = float(collected.dropped);
            let meant = float(collected.dropped + collected.started);
            return if share { (meant > 0.0).then(|| dropped / meant) } else { Some(dropped) };
        }
        let figures = self.figures(collected);
        let count = match &self.wanted.outcome {
            Some(name) => figures.outcomes.get(name).copied().unwrap_or(0),
            None => figures.count,
        };
        let times = match self.wanted.of {
            Clock::Response => &figures.response,
            Clock::Service => &figures.service,
        };
        let time = |us: u64| (figures.count > 0).then(|| millis(us));
        match self.figure {
            Figure::Quantile(share) => time(times.value_at_quantile(share)),
            Figure::Least => time(times.min()),
            Figure::Most => time(times.max()),
            Figure::Mean => (figures.count > 0).then(|| times.mean() / 1_000.0),
            Figure::Errors { share: true } => {
                (figures.count > 0).then(|| float(figures.failed) / float(figures.count))
            }
            Figure::Errors { share: false } => Some(float(figures.failed)),
            Figure::Rate => (seconds > 0.0).then(|| float(count) / seconds),
            Figure::Count => Some(float(count)),
            Figure::Dropped { .. } => None,
        }
    }

    fn figures(&self, collected: &Collector) -> Figures {
        let of = |key: Key| collected.totals.get(&key).cloned().unwrap_or_default();
        match (&self.wanted.step, &self.wanted.journey) {
            (Some(step), _) => of(Key::Step(step.clone())),
            (None, Some(journey)) => of(Key::Journey(journey.clone())),
            (None, None) => collected.everything(),
        }
    }

    /// A figure as it is told.
    pub(crate) fn told(&self, actual: Option<f64>) -> String {
        let Some(actual) = actual else { return "nothing was measured".to_owned() };
        match self.figure {
            Figure::Quantile(_) | Figure::Least | Figure::Mean | Figure::Most => format!("{actual:.2} ms"),
            Figure::Errors { share: true } | Figure::Dropped { share: true } => {
                format!("{:.3} %", actual * 100.0)
            }
            Figure::Errors { share: false } | Figure::Dropped { share: false } | Figure::Count => {
                format!("{actual:.0}")
            }
            Figure::Rate => format!("{actual:.2}/s"),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wanted.check)?;
        for (what, name) in [
            ("step", &self.wanted.step),
            ("journey", &self.wanted.journey),
            ("outcome", &self.wanted.outcome),
        ] {
            if let Some(name) = name {
                write!(f, " of {what} {name}")?;
            }
        }
        if self.wanted.of == Clock::Service {
            f.write_str(" (service time)")?;
        }
        Ok(())
    }
}

fn figure(name: &str, number: f64, unit: &str) -> Result<(Figure, f64), String> {
    let time = |figure| match unit {
        "us" => Ok((figure, number / 1_000.0)),
        "ms" => Ok((figure, number)),
        "s" => Ok((figure, number * 1_000.0)),
        _ => Err(format!("`{name}` is a time; its bound needs one of us, ms, s")),
    };
    let counted = |share: Figure, plain: Figure| match unit {
        "%" => Ok((share, number / 100.0)),
        "" => Ok((plain, number)),
        _ => Err(format!("the bound of `{name}` is a number, or a share with %")),
    };
    match name {
        "min" => time(Figure::Least),
        "mean" => time(Figure::Mean),
        "max" => time(Figure::Most),
        "errors" => counted(Figure::Errors { share: true }, Figure::Errors { share: false }),
        "dropped" => counted(Figure::Dropped { share: true }, Figure::Dropped { share: false }),
        "rate" => match unit {
            "/s" => Ok((Figure::Rate, number)),
            "/m" => Ok((Figure::Rate, number / 60.0)),
            _ => Err("the bound of `rate` needs /s or /m".to_owned()),
        },
        "count" if unit.is_empty() => Ok((Figure::Count, number)),
        "count" => Err("the bound of `count` is a number".to_owned()),
        _ => match name.strip_prefix('p').and_then(|share| share.parse::<f64>().ok()) {
            Some(share) if (0.0..=100.0).contains(&share) => time(Figure::Quantile(share / 100.0)),
            _ => Err(format!(
                "`{name}` is no figure; known are p50, p95, p99.9 and the like, min, mean, max, errors, dropped, rate, count"
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::record::{Recorder, Sample};

    fn check(text: &str) -> Result<Check, String> {
        Check::parse(&toml::from_str(&format!("check = '{text}'\nstep = 'a'")).unwrap())
    }

    fn collected() -> Collector {
        let recorder = Recorder::default();
        for ms in 1..=100 {
            recorder.take(Sample {
                key: Key::Step("a".to_owned()),
                response: Duration::from_millis(ms),
                service: Duration::from_millis(1),
                verdict: if ms == 100 { Err("503".to_owned()) } else { Ok(None) },
                warming: false,
            });
            recorder.starts();
        }
        let mut collector = Collector::default();
        collector.take(&recorder.second(0));
        collector
    }

    #[test]
    fn thresholds_hold_or_break_on_either_side_of_their_bound() {
        let collected = collected();
        let holds = |text: &str| check(text).unwrap().look(&collected, 10.0).holds;
        assert!(holds("p50<51ms") && !holds("p50<50ms"));
        assert!(holds("p99 <= 0.1s") && !holds("p99<98ms"));
        assert!(holds("errors<=1%") && !holds("errors<1%"));
        assert!(holds("errors==1") && !holds("errors==0"));
        assert!(holds("rate>=10/s") && !holds("rate>10/s") && holds("rate>=600/m"));
        assert!(holds("count==100") && holds("dropped==0") && holds("dropped<1%"));
        assert!(holds("min<2ms") && holds("mean<51ms") && !holds("mean<50ms") && holds("max<101ms"));
    }

    #[test]
    fn what_was_never_measured_does_not_hold() {
        let found = check("p99<50ms").unwrap().look(&Collector::default(), 10.0);
        assert_eq!(found, Finding { actual: None, holds: false });
        let rare = Threshold { optional: true, ..check("p99<50ms").unwrap().wanted };
        assert!(Check::parse(&rare).unwrap().look(&Collector::default(), 10.0).holds);
    }

    #[test]
    fn checks_that_mean_nothing_are_refused() {
        for wrong in
            ["p99", "p99<50", "p101<5ms", "speed<5", "errors<5ms", "rate>5", "count<5%", "p99<ms", "p99=<5ms"]
        {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
