//! One to five stars.

use serde::{Deserialize, Serialize};

/// What a review gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Stars(u8);

/// A number that is none of one to five.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rating is one to five stars")]
pub struct NoStars;

impl Stars {
    /// All of them, the fewest first.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// How many.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Stars {
    type Error = NoStars;
    fn try_from(stars: u8) -> Result<Self, NoStars> {
        if (1..=5).contains(&stars) { Ok(Self(stars)) } else { Err(NoStars) }
    }
}

impl From<Stars> for u8 {
    fn from(stars: Stars) -> Self {
        stars.0
    }
}
