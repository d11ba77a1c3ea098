//! `/ops/v1`: how the machinery is, how an entity came to be what it is, and what an operator can do about either.
//!
//! Looking asks no actor wherever the runtime allows it. Every act goes through `Operator`, which writes it into the audit
//! trail before it is done; see `acting` for what its key means. What is personal or secret leaves masked (`redact`).

pub(crate) mod acting;
pub(crate) mod audit;
pub(crate) mod causes;
pub(crate) mod effects;
pub(crate) mod entities;
pub(crate) mod fsck;
pub(crate) mod limits;
pub(crate) mod processes;
pub(crate) mod projections;
pub(crate) mod quarantine;
pub(crate) mod reconciliations;
pub(crate) mod stream;
pub(crate) mod subject;
pub(crate) mod tree;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cursor::LIMIT_MAX;
use crate::problem::Problem;

/// Entries of one answer when nothing else is asked for.
const LIMIT_DEFAULT: usize = 50;

/// Query parameters, strictly read.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(_rejected) => {
                Err(Problem::query("", "A parameter is missing or unknown, or has the wrong form."))
            }
        }
    }
}

/// How many entries to show.
fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        _ => Err(Problem::query("limit", "A number from 1 to 100.")),
    }
}

/// Stored JSON text as JSON; text that is none is shown as text.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_not_json| Value::from(text))
}
