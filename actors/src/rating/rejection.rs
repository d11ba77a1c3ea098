//! Why a rating refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// A refusal of a rating. Nobody but a review asks, so it means that something was counted wrongly before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Nobody gives the stars that would be taken away (RATING-2).
    #[error("no review is counted that gives these stars")]
    NotCounted,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotCounted => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotCounted => "rating-not-counted",
        }
    }
}
