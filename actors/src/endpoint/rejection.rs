//! Why an endpoint refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::PENDING_MAX;
use super::handle::ENDPOINTS_MAX;

/// A refusal of an endpoint, or of the handle before it asks one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is none, or no more.
    #[error("there is no such endpoint")]
    NotFound,
    /// It is off (HOOK-4).
    #[error("this endpoint is disabled: enable it first")]
    Disabled,
    /// There is no such message, or it is not kept any more.
    #[error("there is no such delivery")]
    DeliveryNotFound,
    /// As many wait as may (HOOK-3).
    #[error("at most {PENDING_MAX} deliveries of an endpoint wait")]
    TooManyDeliveries,
    /// There are as many endpoints as there may be.
    #[error("there are at most {ENDPOINTS_MAX} endpoints: delete one first")]
    TooManyEndpoints,
    /// Nothing is sent to such an address.
    #[error("{reason}")]
    UrlRefused {
        /// Why.
        reason: String,
    },
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::NotFound | Self::DeliveryNotFound => FaultKind::NotFound,
            Self::Disabled | Self::TooManyDeliveries | Self::TooManyEndpoints => FaultKind::Conflict,
            Self::UrlRefused { .. } => FaultKind::Invalid,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "endpoint-not-found",
            Self::Disabled => "endpoint-disabled",
            Self::DeliveryNotFound => "delivery-not-found",
            Self::TooManyDeliveries => "too-many-deliveries",
            Self::TooManyEndpoints => "too-many-endpoints",
            Self::UrlRefused { .. } => "endpoint-url-refused",
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::TooManyDeliveries => json!({ "maximum": PENDING_MAX }),
            Self::TooManyEndpoints => json!({ "maximum": ENDPOINTS_MAX }),
            Self::NotFound | Self::Disabled | Self::DeliveryNotFound | Self::UrlRefused { .. } => Value::Null,
        }
    }
}
