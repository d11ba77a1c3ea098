//! Why a review refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{REVISIONS_MAX, Status, VOTES_MAX};

/// A refusal of a review, or of the handle before it asks one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is none, or not for the asker.
    #[error("there is no such review")]
    NotFound,
    /// The person has a review of this product already (REV-1).
    #[error("you have a review of this product already: change that")]
    Exists,
    /// A moderator took it away for good.
    #[error("this review was removed")]
    Removed,
    /// It is the asker's own (REV-5).
    #[error("this is your own review")]
    Own,
    /// It is not what the asker saw.
    #[error("this review was changed meanwhile")]
    Changed {
        /// Its version.
        revision: u32,
    },
    /// It is not where a moderator can do this.
    #[error("this cannot be done with a review that is {}", .status.as_str())]
    NotOpen {
        /// Where it is.
        status: Status,
    },
    /// It was changed as often as it may be (REV-6).
    #[error("a review has at most {REVISIONS_MAX} versions")]
    TooManyRevisions,
    /// As many people as are counted found it helpful (REV-6).
    #[error("a review has at most {VOTES_MAX} votes")]
    TooManyVotes,
    /// What was written breaks a rule.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which part of it.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Rejection {
    pub(super) fn invalid(field: &str, reason: &str) -> Self {
        Self::Invalid { field: field.to_owned(), reason: reason.to_owned() }
    }
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound => FaultKind::NotFound,
            Self::Own => FaultKind::Forbidden,
            Self::Invalid { .. } => FaultKind::Invalid,
            Self::Exists
            | Self::Removed
            | Self::Changed { .. }
            | Self::NotOpen { .. }
            | Self::TooManyRevisions
            | Self::TooManyVotes => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "review-not-found",
            Self::Exists => "review-exists",
            Self::Removed => "review-removed",
            Self::Own => "review-own",
            Self::Changed { .. } => "review-changed",
            Self::NotOpen { .. } => "review-not-open",
            Self::TooManyRevisions => "review-too-many-revisions",
            Self::TooManyVotes => "review-too-many-votes",
            Self::Invalid { .. } => "review-invalid",
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::Changed { revision } => json!({ "revision": revision }),
            Self::NotOpen { status } => json!({ "state": status.as_str() }),
            Self::TooManyRevisions => json!({ "maximum": REVISIONS_MAX }),
            Self::TooManyVotes => json!({ "maximum": VOTES_MAX }),
            Self::Invalid { field, .. } => json!({ "field": field }),
            Self::NotFound | Self::Exists | Self::Removed | Self::Own => Value::Null,
        }
    }
}
