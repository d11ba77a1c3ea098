//! The shape of a failure on the wire.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// RFC 9457 problem details, with the extensions that every problem of this shop carries.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Where the code is explained.
    #[schema(example = "/problems/cart-locked")]
    pub r#type: String,
    /// A short heading, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The path that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Stable kebab-case code.
    #[schema(example = "cart-locked")]
    pub code: String,
    /// Quote this when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The fields that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Facts to act on, such as `current_total` or `available`.
    #[serde(flatten)]
    pub facts: Map<String, Value>,
}

/// One refused field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the request body, or `?name` for a query parameter.
    #[schema(example = "/quantity")]
    pub pointer: String,
    /// Stable kebab-case code.
    pub code: String,
    /// What is wrong with it.
    pub detail: String,
}

impl FieldError {
    /// A refused field.
    pub fn new(pointer: &str, code: &str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), code: code.to_owned(), detail: detail.into() }
    }
}
