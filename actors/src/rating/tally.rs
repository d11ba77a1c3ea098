//! How many gave how many stars.

use serde::{Deserialize, Serialize};

use super::Stars;

/// A histogram of stars; everything else that is said of a rating follows from it (RATING-1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally([u32; 5]);

impl Tally {
    /// How many gave so many stars.
    pub fn of(&self, stars: Stars) -> u32 {
        self.0.get(place(stars)).copied().unwrap_or(0)
    }

    /// How many gave any.
    pub fn count(&self) -> u64 {
        self.0.iter().copied().map(u64::from).sum()
    }

    /// All stars together.
    pub fn sum(&self) -> u64 {
        Stars::ALL.iter().map(|stars| u64::from(stars.get()) * u64::from(self.of(*stars))).sum()
    }

    /// The average in hundredths of a star, rounded to the nearest; `None` when nobody gave any.
    pub fn average_hundredths(&self) -> Option<u64> {
        let count = self.count();
        self.sum().saturating_mul(100).saturating_add(count / 2).checked_div(count)
    }

    /// How many gave how many stars, the fewest stars first.
    pub fn histogram(&self) -> [u32; 5] {
        self.0
    }

    /// After somebody who gave `from` gives `to` instead; `None` when nobody gives `from` (RATING-2).
    #[must_use]
    pub fn moved(&self, from: Option<Stars>, to: Option<Stars>) -> Option<Self> {
        let mut next = *self;
        if let Some(slot) = from.and_then(|stars| next.0.get_mut(place(stars))) {
            *slot = slot.checked_sub(1)?;
        }
        if let Some(slot) = to.and_then(|stars| next.0.get_mut(place(stars))) {
            *slot = slot.checked_add(1)?;
        }
        Some(next)
    }
}

fn place(stars: Stars) -> usize {
    usize::from(stars.get()).saturating_sub(1)
}
