//! Why a product refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// A refusal of a product.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is no such product.
    #[error("there is no such product")]
    ProductNotFound,
    /// Another product has this id.
    #[error("this product exists already")]
    ProductExists,
    /// The product is off sale for good.
    #[error("this product is archived")]
    ProductArchived,
    /// Another product has the slug (PROD-1).
    #[error("another product has this slug")]
    SlugTaken,
    /// The product has no such variant.
    #[error("this product has no such variant")]
    VariantNotFound,
    /// A field breaks a rule (PROD-2, PROD-3).
    #[error("{field}: {reason}")]
    ProductInvalid {
        /// Which field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Rejection {
    pub(super) fn invalid(field: &str, reason: &str) -> Self {
        Self::ProductInvalid { field: field.to_owned(), reason: reason.to_owned() }
    }
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::ProductNotFound | Self::VariantNotFound => FaultKind::NotFound,
            Self::ProductExists | Self::ProductArchived | Self::SlugTaken => FaultKind::Conflict,
            Self::ProductInvalid { .. } => FaultKind::Invalid,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::ProductNotFound => "product-not-found",
            Self::ProductExists => "product-exists",
            Self::ProductArchived => "product-archived",
            Self::SlugTaken => "slug-taken",
            Self::VariantNotFound => "variant-not-found",
            Self::ProductInvalid { .. } => "product-invalid",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::ProductInvalid { field, .. } => serde_json::json!({ "field": field }),
            Self::ProductNotFound
            | Self::ProductExists
            | Self::ProductArchived
            | Self::SlugTaken
            | Self::VariantNotFound => serde_json::Value::Null,
        }
    }
}
