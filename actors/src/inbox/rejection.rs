//! Why an inbox refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A refusal of an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Nobody can have read what has not arrived.
    #[error("there is no notification of that number yet")]
    NotArrived {
        /// The newest one.
        newest: u64,
    },
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotArrived { .. } => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotArrived { .. } => "notification-not-arrived",
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::NotArrived { newest } => json!({ "newest": newest }),
        }
    }
}
