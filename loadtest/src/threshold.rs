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
    /// Milliseconds, a share, per second, a number, or how many times what `than` names.
    bound: f64,
}

/// What a threshold came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// The figure, or how many times that of `than` it is; nothing when there is none.
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
        let (figure, bound) = match (&wanted.than, unit) {
            (Some(_), "x") => (compared(name, wanted)?, number),
            (Some(_), _) => return Err(format!("with `than` the bound is a multiple: {name}<3x")),
            (None, "x") => {
                return Err("a multiple needs `than`: the step that it is a multiple of".to_owned());
            }
            (None, _) => figure(name, number, unit)?,
        };
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
        let named = self.wanted.step.as_ref().or(self.wanted.journey.as_ref());
        let own = named.map_or_else(|| collected.everything(), |name| self.figures(collected, name));
        let own = self.value(&own, seconds)?;
        let Some(than) = &self.wanted.than else { return Some(own) };
        let other = self.value(&self.figures(collected, than), seconds)?;
        (other > 0.0).then(|| own / other)
    }

    /// Those of a step or of a journey, as it is about the one or the other.
    fn figures(&self, collected: &Collector, name: &str) -> Figures {
        let key = if self.wanted.step.is_some() { Key::Step } else { Key::Journey };
        collected.totals.get(&key(name.to_owned())).cloned().unwrap_or_default()
    }

    fn value(&self, figures: &Figures, seconds: f64) -> Option<f64> {
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

    /// A figure as it is told.
    pub(crate) fn told(&self, actual: Option<f64>) -> String {
        let Some(actual) = actual else { return "nothing was measured".to_owned() };
        match self.figure {
            _ if self.wanted.than.is_some() => format!("{actual:.2} times"),
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
        if let Some(than) = &self.wanted.than {
            write!(f, " against {than}")?;
        }
        if self.wanted.of == Clock::Service {
            f.write_str(" (service time)")?;
        }
        Ok(())
    }
}

/// A figure that another step's or journey's can be a bound of: a time.
fn compared(name: &str, wanted: &Threshold) -> Result<Figure, String> {
    if wanted.step.is_none() && wanted.journey.is_none() {
        return Err("`than` compares a `step` or a `journey`; name which".to_owned());
    }
    let unknown = |_not_a_time| format!("`than` compares times (p50, p99, min, mean, max), not `{name}`");
    figure(name, 0.0, "ms").map(|(figure, _)| figure).map_err(unknown)
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
        parse(&format!("check = '{text}'\nstep = 'a'"))
    }

    fn parse(threshold: &str) -> Result<Check, String> {
        Check::parse(&toml::from_str(threshold).unwrap())
    }

    /// 1 to 100 ms of step `a` and journey `i`, a quarter of that of step `b`, twice that of journey `j`.
    fn collected() -> Collector {
        let recorder = Recorder::default();
        let take = |key: Key, response: Duration, fails: bool| {
            let verdict = if fails { Err("503".to_owned()) } else { Ok(None) };
            recorder.take(Sample {
                key,
                response,
                service: Duration::from_millis(1),
                verdict,
                warming: false,
            });
        };
        for ms in 1..=100 {
            take(Key::Step("a".to_owned()), Duration::from_millis(ms), ms == 100);
            take(Key::Step("b".to_owned()), Duration::from_micros(ms * 250), false);
            take(Key::Journey("i".to_owned()), Duration::from_millis(ms), false);
            take(Key::Journey("j".to_owned()), Duration::from_millis(ms * 2), false);
            recorder.starts(false);
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
    fn a_time_can_be_bound_by_how_many_times_another_it_is() {
        let collected = collected();
        let look = |text: &str| parse(text).unwrap().look(&collected, 10.0);
        let found = look("check = 'p99<4.1x'\nstep = 'a'\nthan = 'b'");
        assert!(found.holds && (found.actual.unwrap() - 4.0).abs() < 0.01, "{found:?}");
        assert!(!look("check = 'p99<3.9x'\nstep = 'a'\nthan = 'b'").holds);
        assert!(look("check = 'mean<=0.26x'\nstep = 'b'\nthan = 'a'").holds);
        assert!(look("check = 'max>1.9x'\njourney = 'j'\nthan = 'i'").holds, "journeys with journeys");
        assert!(look("check = 'p50==1x'\nstep = 'a'\nthan = 'b'\nof = 'service'").holds, "of the same times");
        let nothing = look("check = 'p99<4x'\nstep = 'a'\nthan = 'never done'");
        assert_eq!(nothing, Finding { actual: None, holds: false });

        let check = parse("check = 'p99<3x'\nstep = 'a'\nthan = 'b'").unwrap();
        assert_eq!(check.to_string(), "p99<3x of step a against b");
        assert_eq!(check.told(Some(2.345)), "2.35 times".to_owned());
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
        for wrong in [
            "check = 'p99<3x'\nstep = 'a'",
            "check = 'p99<3ms'\nstep = 'a'\nthan = 'b'",
            "check = 'errors<3x'\nstep = 'a'\nthan = 'b'",
            "check = 'p99<3x'\nthan = 'b'",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
