//! Why a checkout refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// The most attempts to buy one cart; more of them test cards, not patience.
pub const ATTEMPTS_MAX: u32 = 50;

/// A typed refusal; nothing happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// The cart was tried too often.
    #[error("this cart has failed to check out {ATTEMPTS_MAX} times")]
    TooManyAttempts,
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::TooManyAttempts => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::TooManyAttempts => "too-many-attempts",
        }
    }
}
