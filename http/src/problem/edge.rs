//! What only the edge can find wrong, before any domain is asked.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::{Details, FieldError, Problem};

impl Problem {
    fn edge(status: StatusCode, code: &'static str, detail: &str) -> Self {
        Self(Box::new(Details {
            status,
            code,
            detail: Some(detail.to_owned()),
            cause: detail.to_owned(),
            retry_after: None,
            facts: Value::Null,
            errors: Vec::new(),
            replayed: false,
        }))
    }
    fn naming(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }
    fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = cause.into();
        self
    }
    fn soon_again(mut self) -> Self {
        self.0.retry_after = Some(Duration::from_secs(1));
        self
    }

    /// The body is not JSON, or not JSON that is safe to read (duplicate names, too deep).
    pub fn broken_json(detail: &str) -> Self {
        Self::edge(StatusCode::BAD_REQUEST, "broken-json", detail)
    }
    /// The body is not declared, once, as JSON.
    pub fn unsupported_media_type() -> Self {
        Self::edge(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Send one Content-Type, application/json, and no Content-Encoding.",
        )
    }
    /// The body exceeds the limit.
    pub fn body_too_large(limit: usize) -> Self {
        Self::edge(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload-too-large",
            &format!("A body may have at most {limit} bytes."),
        )
    }
    /// As many messages as may are being taken in.
    pub fn too_many_messages() -> Self {
        Self::edge(StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too many messages at once.").soon_again()
    }
    /// The caller has used up a budget; the next request fits in after `wait`.
    pub fn rate_limited(budget: &str, wait: Duration) -> Self {
        let detail = format!("Too many requests of the kind \"{budget}\". Wait for the time in Retry-After.");
        let mut problem = Self::edge(StatusCode::TOO_MANY_REQUESTS, "rate-limited", &detail);
        problem.0.retry_after = Some(wait);
        problem
    }
    /// The client stopped sending.
    pub fn body_unreadable() -> Self {
        Self::edge(StatusCode::BAD_REQUEST, "body-unreadable", "The body ended early.")
    }
    /// Fields of the body were refused.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = "Some fields were refused; `errors` names each.";
        Self::edge(StatusCode::UNPROCESSABLE_ENTITY, "validation-failed", detail).naming(errors)
    }
    /// A query parameter was refused.
    pub fn query(name: &str, detail: &str) -> Self {
        let errors = vec![FieldError::new(&format!("?{name}"), "invalid-value", detail)];
        Self::edge(StatusCode::BAD_REQUEST, "invalid-query", "A query parameter was refused.").naming(errors)
    }
    /// What is written from a page says which version the page showed.
    pub fn precondition_required() -> Self {
        Self::edge(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition-required",
            "Send If-Match with the ETag that the last answer had, or with * to write whatever happened since.",
        )
    }
    /// The entity tag is none that this shop gave out for such an object.
    pub fn precondition_invalid() -> Self {
        Self::edge(
            StatusCode::PRECONDITION_FAILED,
            "precondition-invalid",
            "This If-Match was not given out for this object.",
        )
    }
    /// A page cursor is not one that this shop gave out for this list.
    pub fn cursor_invalid() -> Self {
        Self::edge(StatusCode::BAD_REQUEST, "cursor-invalid", "This cursor does not belong to this list.")
    }
    /// The consistency token is not one that this shop gave out.
    pub fn consistency_token_invalid() -> Self {
        Self::edge(
            StatusCode::BAD_REQUEST,
            "consistency-token-invalid",
            "This Consistency-Token was not given out here, or was altered.",
        )
    }
    /// An unsafe request came without a key.
    pub fn idempotency_key_missing() -> Self {
        Self::edge(
            StatusCode::BAD_REQUEST,
            "idempotency-key-missing",
            "Send an Idempotency-Key header, so that a repeat cannot act twice.",
        )
    }
    /// The key is empty, too long, too short for this route, or sent twice.
    pub fn idempotency_key_invalid(detail: &str) -> Self {
        Self::edge(StatusCode::BAD_REQUEST, "idempotency-key-invalid", detail)
    }
    /// No such route, or no such thing for this caller.
    pub fn route_not_found() -> Self {
        Self::edge(StatusCode::NOT_FOUND, "not-found", "There is nothing here.")
    }
    /// Absent, or not the caller's to see: both look the same.
    pub fn missing(code: &'static str) -> Self {
        Self::edge(StatusCode::NOT_FOUND, code, "There is no such thing, or it is not yours.")
    }
    /// The route exists, the method does not.
    pub fn method_not_allowed() -> Self {
        Self::edge(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "This method is not served here.")
    }
    /// The route needs a person who is logged in.
    pub fn login_required() -> Self {
        Self::edge(StatusCode::UNAUTHORIZED, "login-required", "Log in first.")
    }
    /// The access token is malformed, expired, or its session has ended.
    pub fn token_invalid() -> Self {
        Self::edge(StatusCode::UNAUTHORIZED, "token-invalid", "This token is not valid, or not any more.")
    }
    /// The realtime ticket is unknown, used or expired.
    pub fn ticket_invalid() -> Self {
        Self::edge(StatusCode::UNAUTHORIZED, "ticket-invalid", "This ticket is unknown, used or expired.")
    }
    /// Known, but without the role.
    pub fn role_missing() -> Self {
        Self::edge(StatusCode::FORBIDDEN, "role-missing", "Your account may not do this.")
    }
    /// Only whoever has just shown the password may do this.
    pub fn step_up_required() -> Self {
        let detail = "Show your password again at /v1/auth/step-up, and use the token that it answers.";
        Self::edge(StatusCode::FORBIDDEN, "step-up-required", detail)
    }
    /// A key is not enough: a person has to be there.
    pub fn session_required() -> Self {
        Self::edge(StatusCode::FORBIDDEN, "session-required", "No API key may do this; log in for it.")
    }
    /// The key may look, and nothing else.
    pub fn api_key_reads_only() -> Self {
        Self::edge(StatusCode::FORBIDDEN, "api-key-reads-only", "This API key may only read.")
    }
    /// The node of the supervision tree is needed by whoever would undo its halt.
    pub fn node_needed() -> Self {
        Self::edge(
            StatusCode::CONFLICT,
            "tree-node-needed",
            "Operators' own requests go through this node: halted, nobody could restart it.",
        )
    }
    /// A browser sent an unsafe request from another site.
    pub fn cross_origin() -> Self {
        Self::edge(
            StatusCode::FORBIDDEN,
            "cross-origin-refused",
            "Requests that change something must come from this site.",
        )
    }
    /// A request for the socket route that does not ask for an upgrade.
    pub fn upgrade_required() -> Self {
        Self::edge(StatusCode::BAD_REQUEST, "websocket-expected", "This route speaks WebSocket only.")
    }
    /// No room for another one now; nothing happened.
    pub fn busy(detail: &str) -> Self {
        Self::edge(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail).soon_again()
    }
    /// The shop is starting, stopping, or without its memory.
    pub fn not_ready(cause: &str) -> Self {
        let away =
            Self::edge(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "The shop is not ready to serve.");
        away.because(cause).soon_again()
    }
    /// The same with words of its own for whoever asked.
    pub(crate) fn detailed(mut self, detail: &str) -> Self {
        self.0.detail = Some(detail.to_owned());
        self
    }
    /// The request took too long: a read may simply be repeated, the outcome of anything else is unknown.
    pub fn too_slow(method: &Method) -> Self {
        let slow = if method.is_safe() {
            Self::edge(StatusCode::SERVICE_UNAVAILABLE, "deadline-exceeded", "The answer took too long.")
        } else {
            Self::edge(
                StatusCode::GATEWAY_TIMEOUT,
                "outcome-unknown",
                "It may or may not have happened. Repeat with the same Idempotency-Key to learn which.",
            )
        };
        slow.soon_again()
    }
    /// A defect of ours; the cause is for the log.
    pub fn bug(cause: impl Into<String>) -> Self {
        let mut bug = Self::edge(StatusCode::INTERNAL_SERVER_ERROR, "internal-error", "").because(cause);
        bug.0.detail = None;
        bug
    }
}
