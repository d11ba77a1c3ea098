//! Successful answers: status, place, and whether they repeat an earlier one.

use amazoff_supervisor::Answer;
use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::problem::IDEMPOTENT_REPLAYED;

/// A successful answer.
pub(crate) struct Reply<T> {
    status: StatusCode,
    location: Option<String>,
    replayed: bool,
    body: T,
}

impl<T> Reply<T> {
    /// It is done.
    pub(crate) fn done(body: T, replayed: bool) -> Self {
        Self { status: StatusCode::OK, location: None, replayed, body }
    }
    /// Something new exists, at this path.
    pub(crate) fn created(body: T, location: String, replayed: bool) -> Self {
        Self { status: StatusCode::CREATED, location: Some(location), replayed, body }
    }
    /// It is under way; the path tells how it goes.
    pub(crate) fn accepted(body: T, location: String, replayed: bool) -> Self {
        Self { status: StatusCode::ACCEPTED, location: Some(location), replayed, body }
    }
    /// The body, and whether it is the repeat of an earlier answer.
    pub(crate) fn into_parts(self) -> (T, bool) {
        (self.body, self.replayed)
    }
    /// An entity's answer, as a view.
    pub(crate) fn answered<R: Into<T>>(answer: Answer<R>) -> Self {
        Self::done(answer.reply.into(), answer.replayed)
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(Ok(location)) = self.location.map(HeaderValue::try_from) {
            headers.insert(LOCATION, location);
        }
        if self.replayed {
            headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}
