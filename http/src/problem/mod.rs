//! The only place that knows status codes: every failure leaves as RFC 9457 `application/problem+json`.
//!
//! Anything that implements [`Fault`] turns into a [`Problem`] with `?`; what only the edge can get wrong (broken JSON, a
//! missing key, an unknown route) has a constructor in `edge`. The cause travels in the response's extensions for the
//! log layer and never reaches the client.

mod body;
pub mod docs;
mod edge;

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::{AskError, Fault, FaultKind};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

pub use body::{FieldError, ProblemBody};

/// Says that a response repeats the stored outcome of an earlier request with the same key.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The media type of every failure.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A failure on its way out.
#[derive(Clone, Debug)]
pub struct Problem(Box<Details>);

#[derive(Clone, Debug)]
struct Details {
    status: StatusCode,
    code: &'static str,
    detail: Option<String>,
    cause: String,
    retry_after: Option<Duration>,
    facts: Value,
    errors: Vec<FieldError>,
    replayed: bool,
}

/// What a request failed with, in the response's extensions: read by the log layer and by the pages.
#[derive(Clone, Debug)]
pub struct Failed(pub Arc<Problem>);

impl Problem {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }
    /// Whether it is about who asks: the credentials are missing, wrong or over.
    pub fn is_about_credentials(&self) -> bool {
        self.0.status == StatusCode::UNAUTHORIZED
    }
    /// The status it leaves with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
    /// What a person may read about it; `None` for defects of ours.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
    /// What went wrong inside, for the log only.
    pub fn cause(&self) -> &str {
        &self.0.cause
    }
    /// The fields that were refused.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }
    /// Facts that the caller may act on, such as the current total.
    pub fn facts(&self) -> &Value {
        &self.0.facts
    }
    /// A heading for people.
    pub fn title(&self) -> String {
        title(self.0.code)
    }
    /// Turns an ask's failure into a problem that also says whether it is a replay.
    pub fn asked<R: Fault>(error: AskError<R>) -> Self {
        let replayed = matches!(error, AskError::Refused { replayed: true, .. });
        Self::from(error).replayed(replayed)
    }
    /// The same problem, marked as the repeat of an earlier answer.
    #[must_use]
    pub fn replayed(mut self, replayed: bool) -> Self {
        self.0.replayed = replayed;
        self
    }
    /// The same problem, naming the field that caused it.
    #[must_use]
    pub fn at(mut self, pointer: &str) -> Self {
        let detail = self.0.detail.clone().unwrap_or_else(|| self.title());
        self.0.errors.push(FieldError::new(pointer, self.0.code, detail));
        self
    }
    /// The body, without what only the finishing layer knows (instance and request id).
    pub fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: format!("/problems/{}", self.0.code),
            title: self.title(),
            status: self.0.status.as_u16(),
            detail: self.0.detail.clone(),
            instance: None,
            code: self.0.code.to_owned(),
            request_id: None,
            errors: self.0.errors.clone(),
            facts: match &self.0.facts {
                Value::Object(facts) => facts.clone(),
                _ => serde_json::Map::new(),
            },
        }
    }
}

impl<F: Fault> From<F> for Problem {
    fn from(fault: F) -> Self {
        let kind = fault.kind();
        let cause = fault.to_string();
        Self(Box::new(Details {
            status: status(kind),
            code: if kind == FaultKind::Bug { "internal-error" } else { fault.code() },
            detail: public_detail(kind, &cause),
            retry_after: fault.retry_after(),
            facts: if kind == FaultKind::Bug { Value::Null } else { fault.facts() },
            cause,
            errors: Vec::new(),
            replayed: false,
        }))
    }
}

fn status(kind: FaultKind) -> StatusCode {
    match kind {
        FaultKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        FaultKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        FaultKind::Forbidden => StatusCode::FORBIDDEN,
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::Conflict => StatusCode::CONFLICT,
        FaultKind::Stale => StatusCode::PRECONDITION_FAILED,
        FaultKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        FaultKind::Throttled => StatusCode::TOO_MANY_REQUESTS,
        FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::OutcomeUnknown => StatusCode::GATEWAY_TIMEOUT,
        FaultKind::Bug => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What may be said aloud: the refusal's own words, but nothing about what is broken inside.
fn public_detail(kind: FaultKind, cause: &str) -> Option<String> {
    match kind {
        FaultKind::Bug => None,
        FaultKind::Unavailable => {
            Some("This part of the shop cannot answer now; nothing happened. Try again shortly.".to_owned())
        }
        FaultKind::OutcomeUnknown => Some(
            "It may or may not have happened. Repeat with the same Idempotency-Key to learn which."
                .to_owned(),
        ),
        FaultKind::Invalid
        | FaultKind::Unauthenticated
        | FaultKind::Forbidden
        | FaultKind::NotFound
        | FaultKind::Conflict
        | FaultKind::Stale
        | FaultKind::TooLarge
        | FaultKind::Throttled => Some(sentence(cause)),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut sentence: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// `cart-locked` becomes `Cart locked`.
fn title(code: &str) -> String {
    let mut title = sentence(&code.replace('-', " "));
    title.pop();
    title
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, axum::Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(wait) = self.0.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"amazoff\""));
        }
        if self.0.replayed {
            headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}

#[cfg(test)]
mod tests;
