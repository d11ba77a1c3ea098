//! Refusals, as PayPal words them for programs.

use serde_json::json;

use crate::wire::Reply;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    name: &'static str,
    issue: Option<&'static str>,
    field: Option<String>,
    /// Whether it was found before anything began, so that no key remembers it.
    pub(crate) early: bool,
}

impl Failure {
    fn new(status: u16, name: &'static str, issue: Option<&'static str>) -> Self {
        Self { status, name, issue, field: None, early: true }
    }
    /// The request is not well-formed.
    pub(crate) fn request(field: &str, issue: &'static str) -> Self {
        let mut failure = Self::new(400, "INVALID_REQUEST", Some(issue));
        failure.field = Some(field.to_owned());
        failure
    }
    /// A rule forbids it.
    pub(crate) fn rule(issue: &'static str) -> Self {
        Self::new(422, "UNPROCESSABLE_ENTITY", Some(issue))
    }
    pub(crate) fn missing() -> Self {
        Self::new(404, "RESOURCE_NOT_FOUND", Some("INVALID_RESOURCE_ID"))
    }
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "AUTHENTICATION_FAILURE", None)
    }
    pub(crate) fn key_in_use() -> Self {
        Self::new(409, "RESOURCE_CONFLICT", Some("PREVIOUS_REQUEST_IN_PROGRESS"))
    }
    pub(crate) fn rate_limited() -> Self {
        Self::new(429, "RATE_LIMIT_REACHED", None)
    }
    pub(crate) fn broken() -> Self {
        Self::new(500, "INTERNAL_SERVER_ERROR", None)
    }
    pub(crate) fn full() -> Self {
        Self::new(503, "SERVICE_UNAVAILABLE", Some("SIMULATOR_FULL"))
    }
    /// The same, but the key remembers it.
    pub(crate) fn kept(mut self) -> Self {
        self.early = false;
        self
    }

    pub(crate) fn reply(&self) -> Reply {
        let details: Vec<_> = self
            .issue
            .iter()
            .map(|issue| json!({ "issue": issue, "field": self.field, "description": issue }))
            .collect();
        let body = json!({
            "name": self.name, "message": "The request was not done.", "debug_id": "paysim",
            "details": details, "links": [],
        });
        Reply::json(self.status, body)
    }
}
