//! Which failures the back office's routes of the catalogue can answer with, for the document.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use super::problems::{problem, problems};

problems! {
    /// Of changing a category.
    CategoryProblems {
        "404": "category-not-found",
        "409": "category-not-empty (with `children` and `products`), request-in-flight",
        "412": "categories-changed (with `version`), precondition-invalid",
        "422": "validation-failed, category-invalid (with `field`), idempotency-key-reused",
        "428": "precondition-required",
        "503": "audit-unavailable",
    }
    /// Of drafting a product.
    NewProductProblems {
        "404": "media-not-found",
        "409": "slug-taken, sku-taken, request-in-flight",
        "422": "validation-failed, product-invalid (with `field`), idempotency-key-reused",
        "503": "audit-unavailable",
    }
    /// Of changing a product.
    ProductChangeProblems {
        "404": "product-not-found, media-not-found",
        "409": "slug-taken, product-archived, request-in-flight",
        "412": "product-changed (with `version`), precondition-invalid",
        "422": "validation-failed, product-invalid (with `field`), idempotency-key-reused",
        "428": "precondition-required",
        "503": "audit-unavailable",
    }
    /// Of changing a variant.
    VariantProblems {
        "404": "product-not-found, variant-not-found, unknown-variant",
        "409": "sku-taken, variant-last, product-archived, request-in-flight",
        "412": "product-changed (with `version`), precondition-invalid",
        "422": "validation-failed, product-invalid (with `field`), idempotency-key-reused",
        "428": "precondition-required",
        "503": "audit-unavailable",
    }
}
