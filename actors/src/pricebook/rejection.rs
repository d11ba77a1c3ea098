//! Why the pricebook refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A refusal of the pricebook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Somebody changed it meanwhile.
    #[error("the pricebook was changed meanwhile: it is at version {version}")]
    PricebookChanged {
        /// What it is at.
        version: u64,
    },
    /// A field breaks a rule (BOOK-1 to BOOK-4).
    #[error("{field}: {reason}")]
    PricebookInvalid {
        /// Which field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such tax region.
    #[error("there is no such tax region")]
    RegionNotFound,
    /// The default region stays (BOOK-2).
    #[error("this is the default region")]
    RegionIsDefault,
    /// There is no such shipping method.
    #[error("there is no such shipping method")]
    ShippingMethodNotFound,
    /// There is no such promotion.
    #[error("there is no such promotion")]
    PromotionNotFound,
    /// Another promotion has this id.
    #[error("this promotion exists already")]
    PromotionExists,
}

impl Rejection {
    pub(super) fn invalid(field: &str, reason: &str) -> Self {
        Self::PricebookInvalid { field: field.to_owned(), reason: reason.to_owned() }
    }
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::PricebookChanged { .. } => FaultKind::Stale,
            Self::PricebookInvalid { .. } => FaultKind::Invalid,
            Self::RegionNotFound | Self::ShippingMethodNotFound | Self::PromotionNotFound => {
                FaultKind::NotFound
            }
            Self::RegionIsDefault | Self::PromotionExists => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::PricebookChanged { .. } => "pricebook-changed",
            Self::PricebookInvalid { .. } => "pricebook-invalid",
            Self::RegionNotFound => "region-not-found",
            Self::RegionIsDefault => "region-is-default",
            Self::ShippingMethodNotFound => "shipping-method-not-found",
            Self::PromotionNotFound => "promotion-not-found",
            Self::PromotionExists => "promotion-exists",
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::PricebookChanged { version } => json!({ "version": version }),
            Self::PricebookInvalid { field, .. } => json!({ "field": field }),
            Self::RegionNotFound
            | Self::RegionIsDefault
            | Self::ShippingMethodNotFound
            | Self::PromotionNotFound
            | Self::PromotionExists => Value::Null,
        }
    }
}
