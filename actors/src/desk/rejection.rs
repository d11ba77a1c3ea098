//! Why the desk refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A refusal of the desk.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is no such filter.
    #[error("there is no such filter")]
    OrderFilterNotFound,
    /// Somebody changed the filters since they were read.
    #[error("the filters were changed since they were read")]
    OrderFiltersChanged {
        /// The version now.
        version: u64,
    },
    /// A field breaks a rule (DESK-1 to DESK-3).
    #[error("{field}: {reason}")]
    OrderFilterInvalid {
        /// Which field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Rejection {
    pub(super) fn invalid(field: &str, reason: &str) -> Self {
        Self::OrderFilterInvalid { field: field.to_owned(), reason: reason.to_owned() }
    }
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::OrderFilterNotFound => FaultKind::NotFound,
            Self::OrderFiltersChanged { .. } => FaultKind::Stale,
            Self::OrderFilterInvalid { .. } => FaultKind::Invalid,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::OrderFilterNotFound => "order-filter-not-found",
            Self::OrderFiltersChanged { .. } => "order-filters-changed",
            Self::OrderFilterInvalid { .. } => "order-filter-invalid",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::OrderFilterNotFound => serde_json::Value::Null,
            Self::OrderFiltersChanged { version } => json!({ "version": version }),
            Self::OrderFilterInvalid { field, .. } => json!({ "field": field }),
        }
    }
}
