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
    /// Another product, or another variant of the same, has the article number (PROD-2).
    #[error("another variant has this article number")]
    SkuTaken,
    /// It is the only variant that is not retired (PROD-5).
    #[error("this is the last variant that is for sale")]
    VariantLast,
    /// The variant's id is that of another product's variant.
    #[error("this id belongs to a variant of another product")]
    VariantIntroduced,
    /// Something happened since somebody looked.
    #[error("the product was changed since it was read")]
    ProductChanged {
        /// How many events it has now.
        version: u64,
    },
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
            Self::ProductExists
            | Self::ProductArchived
            | Self::SlugTaken
            | Self::SkuTaken
            | Self::VariantLast
            | Self::VariantIntroduced => FaultKind::Conflict,
            Self::ProductChanged { .. } => FaultKind::Stale,
            Self::ProductInvalid { .. } => FaultKind::Invalid,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::ProductNotFound => "product-not-found",
            Self::ProductExists => "product-exists",
            Self::ProductArchived => "product-archived",
            Self::SlugTaken => "slug-taken",
            Self::SkuTaken => "sku-taken",
            Self::VariantNotFound => "variant-not-found",
            Self::VariantLast => "variant-last",
            Self::VariantIntroduced => "variant-introduced",
            Self::ProductChanged { .. } => "product-changed",
            Self::ProductInvalid { .. } => "product-invalid",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::ProductInvalid { field, .. } => serde_json::json!({ "field": field }),
            Self::ProductChanged { version } => serde_json::json!({ "version": version }),
            Self::ProductNotFound
            | Self::ProductExists
            | Self::ProductArchived
            | Self::SlugTaken
            | Self::SkuTaken
            | Self::VariantLast
            | Self::VariantIntroduced
            | Self::VariantNotFound => serde_json::Value::Null,
        }
    }
}
