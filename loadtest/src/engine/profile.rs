//! A load profile: levels over time, and when the n-th arrival of an open one is due.

use std::time::Duration;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use crate::numbers::float;
use crate::scenario::{Arrivals, Executor, Model};
use crate::seed::{ARRIVALS, Whose, chance};

/// A straight line from one level to another.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Seconds from the executor's beginning.
    start: f64,
    /// Seconds.
    length: f64,
    from: f64,
    to: f64,
    /// Arrivals before it.
    before: f64,
}

impl Segment {
    fn area(&self) -> f64 {
        (self.from + self.to) / 2.0 * self.length
    }
}

/// Levels over time.
#[derive(Clone, Debug)]
pub(crate) struct Profile(Vec<Segment>);

impl Profile {
    /// The profile of an executor: arrivals per second, or shoppers.
    pub(crate) fn of(executor: &Executor) -> Self {
        let (mut start, mut level, mut before) = (0.0, 0.0, 0.0);
        let segment = |stage: &crate::scenario::Stage| {
            let to = match executor.model {
                Model::Open => stage.rate.map_or(0.0, |rate| rate.0),
                Model::Closed => stage.users.map_or(0.0, f64::from),
            };
            let from = if stage.jump { to } else { level };
            let segment = Segment { start, length: stage.duration.0.as_secs_f64(), from, to, before };
            start += segment.length;
            level = to;
            before += segment.area();
            segment
        };
        Self(executor.stages.iter().map(segment).collect())
    }

    /// The highest level.
    pub(crate) fn most(&self) -> f64 {
        self.0.iter().map(|segment| segment.from.max(segment.to)).fold(0.0, f64::max)
    }

    /// The level at a moment; 0 after the end.
    pub(crate) fn level(&self, at: Duration) -> f64 {
        let at = at.as_secs_f64();
        let now = self.0.iter().find(|segment| at < segment.start + segment.length);
        now.map_or(0.0, |segment| {
            segment.from
                + (segment.to - segment.from) * ((at - segment.start) / segment.length).clamp(0.0, 1.0)
        })
    }

    /// When so many arrivals have come; nothing when there are fewer.
    fn moment(&self, arrivals: f64) -> Option<f64> {
        let segment = self.0.iter().find(|segment| arrivals < segment.before + segment.area())?;
        let within = (arrivals - segment.before).max(0.0);
        let slope = (segment.to - segment.from) / segment.length;
        // The root of from·t + slope·t²/2 = within, in the form that is exact for slopes near zero.
        let root = (segment.from.mul_add(segment.from, 2.0 * slope * within)).max(0.0).sqrt();
        let below = segment.from + root;
        let offset = if below > 0.0 { 2.0 * within / below } else { 0.0 };
        Some(segment.start + offset.min(segment.length))
    }
}

/// The arrivals of an open executor, in order.
#[derive(Debug)]
pub(crate) struct Due {
    profile: Profile,
    number: u64,
    come: f64,
    chance: Option<ChaCha8Rng>,
}

impl Due {
    /// The arrivals of the executor at this place of the scenario.
    pub(crate) fn of(executor: &Executor, place: u64, seed: u64) -> Self {
        let chance = (executor.arrivals == Arrivals::Poisson)
            .then(|| chance(seed, Whose { executor: ARRIVALS, number: place, round: 0 }));
        Self { profile: Profile::of(executor), number: 0, come: 0.0, chance }
    }
}

impl Iterator for Due {
    /// An arrival's number and when it is due, from the executor's beginning.
    type Item = (u64, Duration);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.chance {
            // A unit Poisson process, bent by the profile.
            Some(chance) => self.come -= (1.0 - chance.random::<f64>()).ln(),
            None => self.come = float(self.number),
        }
        let at = Duration::try_from_secs_f64(self.profile.moment(self.come)?).ok()?;
        self.number += 1;
        Some((self.number - 1, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executor(text: &str) -> Executor {
        toml::from_str(&format!("name = 'x'\nmodel = 'open'\n{text}")).unwrap()
    }

    #[test]
    fn a_level_rate_has_equal_distances() {
        let due: Vec<_> =
            Due::of(&executor("stages = [{ duration = '2s', rate = 10, jump = true }]"), 0, 1).collect();
        assert_eq!(due.len(), 20);
        assert!(due.iter().zip(0_u32..).all(|((_, at), n)| at.as_millis() == u128::from(n) * 100));
    }

    #[test]
    fn a_ramp_has_as_many_arrivals_as_its_area_and_they_come_closer() {
        let due: Vec<_> = Due::of(&executor("stages = [{ duration = '10s', rate = 20 }]"), 0, 1).collect();
        assert_eq!(due.len(), 100);
        let early = due.iter().filter(|(_, at)| at.as_secs() < 5).count();
        assert_eq!(early, 25);
    }

    #[test]
    fn a_spike_is_a_stage_that_jumps() {
        let spiky = executor(
            "stages = [{ duration = '2s', rate = 1, jump = true }, { duration = '1s', rate = 50, jump = true },
             { duration = '2s', rate = 1, jump = true }]",
        );
        let due: Vec<_> = Due::of(&spiky, 0, 1).collect();
        assert_eq!(due.iter().filter(|(_, at)| at.as_secs() == 2).count(), 50);
        assert_eq!(due.len(), 54);
    }

    #[test]
    fn poisson_arrivals_have_the_rate_and_the_spread_of_independent_people() {
        let people =
            executor("arrivals = 'poisson'\nstages = [{ duration = '200s', rate = 50, jump = true }]");
        let mut per_second = vec![0.0_f64; 200];
        for (_, at) in Due::of(&people, 0, 1) {
            per_second[usize::try_from(at.as_secs()).unwrap()] += 1.0;
        }
        let mean = per_second.iter().sum::<f64>() / 200.0;
        let variance = per_second.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / 199.0;
        assert!((mean - 50.0).abs() < 2.0, "{mean}");
        assert!((0.7..1.4).contains(&(variance / mean)), "{variance}");
        let again: Vec<_> = Due::of(&people, 0, 1).take(10).collect();
        assert_eq!(again, Due::of(&people, 0, 1).take(10).collect::<Vec<_>>());
    }

    #[test]
    fn levels_move_in_straight_lines() {
        let closed: Executor = toml::from_str(
            "name = 'x'\nmodel = 'closed'\nstages = [{ duration = '10s', users = 10 }, { duration = '10s', users = 10 }]",
        )
        .unwrap();
        let profile = Profile::of(&closed);
        assert!((profile.level(Duration::from_secs(5)) - 5.0).abs() < 1e-9);
        assert!((profile.level(Duration::from_secs(15)) - 10.0).abs() < 1e-9);
        assert!(profile.level(Duration::from_secs(25)).abs() < 1e-9);
        assert!((profile.most() - 10.0).abs() < 1e-9);
    }
}
