//! How long shoppers pause.

use std::time::Duration;

use rand::Rng;
use rand_distr::{Distribution as _, Exp, Normal};

use crate::scenario::Think;
use crate::scenario::values::Span;

impl Think {
    /// One pause. A think time that names no distribution, which checking refuses, is none.
    pub(crate) fn draw(&self, chance: &mut impl Rng) -> Duration {
        let drawn = if let Some(Span(always)) = self.constant {
            always
        } else if let Some([Span(least), Span(most)]) = self.uniform {
            chance.random_range(least..=most.max(least))
        } else if let Some(Span(mean)) = self.exponential {
            Exp::new(1.0 / mean.as_secs_f64().max(1e-9)).map_or(mean, |exp| seconds(exp.sample(chance)))
        } else if let Some([Span(mean), Span(deviation)]) = self.normal {
            Normal::new(mean.as_secs_f64(), deviation.as_secs_f64())
                .map_or(mean, |normal| seconds(normal.sample(chance)))
        } else {
            Duration::ZERO
        };
        self.cap.map_or(drawn, |Span(cap)| drawn.min(cap))
    }

    /// What is wrong with it.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let named = [
            self.constant.is_some(),
            self.uniform.is_some(),
            self.exponential.is_some(),
            self.normal.is_some(),
        ];
        if named.iter().filter(|named| **named).count() != 1 {
            return Some("a pause has exactly one of `constant`, `uniform`, `exponential`, `normal`");
        }
        if self.uniform.is_some_and(|[least, most]| least > most) {
            return Some("the first of `uniform` must not be longer than the second");
        }
        None
    }
}

fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number.max(0.0)).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Whose, chance};

    const DRAWS: u32 = 50_000;

    fn mean(think: &Think) -> f64 {
        let mut chance = chance(1, Whose { executor: 0, number: 0, round: 0 });
        (0..DRAWS).map(|_| think.draw(&mut chance).as_secs_f64()).sum::<f64>() / f64::from(DRAWS)
    }

    fn near(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 0.02, "{got} is not near {expected}");
    }

    fn span(seconds: u64) -> Option<Span> {
        Some(Span(Duration::from_secs(seconds)))
    }

    #[test]
    fn pauses_have_the_mean_that_was_asked_for() {
        near(mean(&Think { constant: span(3), ..Think::default() }), 3.0);
        let ends = [Span(Duration::from_secs(1)), Span(Duration::from_secs(3))];
        near(mean(&Think { uniform: Some(ends), ..Think::default() }), 2.0);
        near(mean(&Think { exponential: span(7), ..Think::default() }), 7.0);
        let normal = [Span(Duration::from_secs(10)), Span(Duration::from_secs(1))];
        near(mean(&Think { normal: Some(normal), ..Think::default() }), 10.0);
    }

    #[test]
    fn a_capped_exponential_has_the_mean_that_theory_says() {
        // E[min(X, c)] = m (1 - e^(-c/m)).
        near(
            mean(&Think { exponential: span(7), cap: span(10), ..Think::default() }),
            7.0 * (1.0 - (-10.0_f64 / 7.0).exp()),
        );
    }

    #[test]
    fn a_third_of_exponential_pauses_is_longer_than_their_mean() {
        let think = Think { exponential: span(7), ..Think::default() };
        let mut chance = chance(2, Whose { executor: 0, number: 0, round: 0 });
        let longer = (0..DRAWS).filter(|_| think.draw(&mut chance) > Duration::from_secs(7)).count();
        near(f64::from(u32::try_from(longer).unwrap()) / f64::from(DRAWS), (-1.0_f64).exp());
    }

    #[test]
    fn a_pause_of_no_kind_or_of_two_is_refused() {
        assert!(Think::default().fault().is_some());
        let both = Think { constant: span(1), exponential: span(1), ..Think::default() };
        assert!(both.fault().is_some());
    }
}
