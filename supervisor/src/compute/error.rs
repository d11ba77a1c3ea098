//! Why a job has no output.

use std::time::Duration;

use crate::fault::{Fault, FaultKind};

/// Why a job has no output. Jobs have no effects, so repeating one is always safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// Too many jobs are waiting.
    #[error("too many jobs are waiting")]
    Busy {
        /// When the queue should have room again.
        retry_after: Duration,
    },
    /// The deadline passed first.
    #[error("the job was not done in time")]
    Expired,
    /// The job panicked.
    #[error("the job panicked: {cause}")]
    Panicked {
        /// Panic text.
        cause: String,
    },
    /// The pool is being rebuilt or has been stopped.
    #[error("the pool is closed")]
    Closed,
}

/// How long a rebuild takes at most, as told to callers.
const REBUILT_AFTER: Duration = Duration::from_secs(1);

impl Fault for ComputeError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Busy { .. } | Self::Expired | Self::Closed => FaultKind::Unavailable,
            Self::Panicked { .. } => FaultKind::Bug,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "overloaded",
            Self::Expired => "deadline-exceeded",
            Self::Panicked { .. } => "internal-error",
            Self::Closed => "domain-degraded",
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after } => Some(*retry_after),
            Self::Expired | Self::Closed => Some(REBUILT_AFTER),
            Self::Panicked { .. } => None,
        }
    }
}
