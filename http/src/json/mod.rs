//! Reading JSON bodies from strangers: strict, bounded, and with refusals that name the field.

mod exact;
mod fields;
mod named;
mod parse;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::{FieldError, Problem};

pub use exact::Exactly;
use named::Named;

/// Largest body of an API request, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A body that is checked beyond its types.
pub trait Form: DeserializeOwned + Send {
    /// Names every field that breaks a rule; empty when all is well.
    fn check(&self) -> Vec<FieldError> {
        Vec::new()
    }
}

/// A body that has been read, typed and checked. An empty body counts as `{}`.
pub struct Valid<T>(pub T);

impl<T: Form, S: Send + Sync> FromRequest<S> for Valid<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let value = read(&parts.headers, body).await?;
        typed(value).map(Self)
    }
}

/// Reads a body as JSON.
///
/// # Errors
/// A problem for a wrong or repeated content type, an oversize body, or JSON that is broken, too deep or ambiguous.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Value, Problem> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let limit = u64::try_from(BODY_BYTES_MAX).unwrap_or(u64::MAX);
    if declared.is_some_and(|length| length > limit) {
        return Err(Problem::body_too_large(BODY_BYTES_MAX));
    }
    let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| unreadable(&error, BODY_BYTES_MAX))?;
    if bytes.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    if !is_json(headers) {
        return Err(Problem::unsupported_media_type());
    }
    parse::strict(&bytes)
}

/// Gives a value its type, and checks it.
///
/// # Errors
/// 422 with a pointer for each refused field.
pub fn typed<T: Form>(value: Value) -> Result<T, Problem> {
    if !value.is_object() {
        return Err(Problem::fields(vec![FieldError::new(
            "",
            "wrong-type",
            "The body must be a JSON object.",
        )]));
    }
    let form: T = serde_path_to_error::deserialize(Named(value))
        .map_err(|error| Problem::fields(vec![fields::refusal(&error)]))?;
    let errors = form.check();
    if errors.is_empty() { Ok(form) } else { Err(Problem::fields(errors)) }
}

/// Why a body that may have so many bytes could not be read.
pub(crate) fn unreadable(error: &axum::Error, limit: usize) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if current.to_string().contains("length limit exceeded") {
            return Problem::body_too_large(limit);
        }
        cause = current.source();
    }
    Problem::body_unreadable()
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let plain = headers.get_all(CONTENT_ENCODING).iter().all(|encoding| encoding.as_bytes() == b"identity");
    let Ok(text) = only.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let utf8 = parts.all(|parameter| parameter.eq_ignore_ascii_case("charset=utf-8"));
    plain && json && utf8
}

#[cfg(test)]
mod tests;
