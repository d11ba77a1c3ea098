//! Refusals, as Stripe words them for programs.

use serde_json::{Map, Value, json};

use crate::wire::Reply;

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    decline_code: Option<String>,
    param: Option<String>,
    message: String,
    /// The intent that a card error is about.
    intent: Option<Box<Value>>,
    /// Whether it was found before anything began, so that no key remembers it.
    pub(crate) early: bool,
}

impl Failure {
    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            kind,
            code: None,
            decline_code: None,
            param: None,
            message,
            intent: None,
            early: false,
        }
    }
    /// A parameter is wrong or missing.
    pub(crate) fn param(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        let mut failure = Self::new(400, "invalid_request_error", message);
        failure.code = Some(code);
        failure.param = Some(param.to_owned());
        failure.early = true;
        failure
    }
    pub(crate) fn missing(what: &str, id: &str) -> Self {
        let mut failure = Self::param("resource_missing", "id", format!("No such {what}: '{id}'"));
        failure.status = 404;
        failure
    }
    pub(crate) fn no_route(method: &str, path: &str) -> Self {
        let mut failure =
            Self::new(404, "invalid_request_error", format!("Unrecognized request URL ({method}: {path})."));
        failure.early = true;
        failure
    }
    /// The object's state does not allow it.
    pub(crate) fn state(code: &'static str, message: impl Into<String>) -> Self {
        let mut failure = Self::new(400, "invalid_request_error", message);
        failure.code = Some(code);
        failure
    }
    pub(crate) fn unauthorized() -> Self {
        let mut failure = Self::new(401, "invalid_request_error", "Invalid API Key provided");
        failure.early = true;
        failure
    }
    /// The bank refused the card.
    pub(crate) fn card(code: &'static str, decline_code: Option<&str>, intent: Value) -> Self {
        let mut failure = Self::new(402, "card_error", "The card was refused.");
        failure.code = Some(code);
        failure.decline_code = decline_code.map(str::to_owned);
        failure.intent = Some(Box::new(intent));
        failure
    }
    pub(crate) fn other_question() -> Self {
        let message =
            "Keys for idempotent requests can only be used with the same parameters as the first time.";
        Self::new(400, "idempotency_error", message)
    }
    pub(crate) fn key_in_use() -> Self {
        let mut failure =
            Self::new(409, "idempotency_error", "Another request with this idempotency key is in progress.");
        failure.code = Some("idempotency_key_in_use");
        failure
    }
    pub(crate) fn rate_limited() -> Self {
        let mut failure = Self::new(429, "invalid_request_error", "Request rate limit exceeded.");
        failure.code = Some("rate_limit");
        failure
    }
    pub(crate) fn broken() -> Self {
        Self::new(500, "api_error", "An unknown error occurred.")
    }
    pub(crate) fn full() -> Self {
        let mut failure = Self::new(503, "api_error", "The simulator is full: start a new one.");
        failure.early = true;
        failure
    }

    pub(crate) fn reply(&self) -> Reply {
        let mut error = Map::new();
        error.insert("type".to_owned(), json!(self.kind));
        error.insert("message".to_owned(), json!(self.message));
        let mut put = |name: &str, value: Option<Value>| {
            value.map(|value| error.insert(name.to_owned(), value));
        };
        put("code", self.code.map(|code| json!(code)));
        put("decline_code", self.decline_code.as_ref().map(|code| json!(code)));
        put("param", self.param.as_ref().map(|param| json!(param)));
        put("payment_intent", self.intent.as_deref().cloned());
        Reply::json(self.status, json!({ "error": error }))
    }
}
