//! Why the tree refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A refusal of the tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is no such category.
    #[error("there is no such category")]
    CategoryNotFound,
    /// Others are below it, or products name it.
    #[error("{children} categories are below it, and {products} products name it")]
    CategoryNotEmpty {
        /// Categories directly below it.
        children: u64,
        /// Products of any status.
        products: u64,
    },
    /// Somebody changed the tree since it was read.
    #[error("the categories were changed since they were read")]
    CategoriesChanged {
        /// The version now.
        version: u64,
    },
    /// A field breaks a rule (CAT-1 to CAT-3).
    #[error("{field}: {reason}")]
    CategoryInvalid {
        /// Which field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Rejection {
    pub(super) fn invalid(field: &str, reason: &str) -> Self {
        Self::CategoryInvalid { field: field.to_owned(), reason: reason.to_owned() }
    }
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::CategoryNotFound => FaultKind::NotFound,
            Self::CategoryNotEmpty { .. } => FaultKind::Conflict,
            Self::CategoriesChanged { .. } => FaultKind::Stale,
            Self::CategoryInvalid { .. } => FaultKind::Invalid,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::CategoryNotFound => "category-not-found",
            Self::CategoryNotEmpty { .. } => "category-not-empty",
            Self::CategoriesChanged { .. } => "categories-changed",
            Self::CategoryInvalid { .. } => "category-invalid",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::CategoryNotFound => serde_json::Value::Null,
            Self::CategoryNotEmpty { children, products } => {
                json!({ "children": children, "products": products })
            }
            Self::CategoriesChanged { version } => json!({ "version": version }),
            Self::CategoryInvalid { field, .. } => json!({ "field": field }),
        }
    }
}
