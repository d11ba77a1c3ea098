//! No request runs for ever, a slow body included.

use std::time::Duration;

use amazoff_supervisor::call;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use tokio::time::Instant;

use crate::problem::Problem;

/// The share of a request's time that is kept for its answer.
const MARGIN: u32 = 10;

pub(super) async fn limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    // What the request asks has to be answered a little earlier, so that its own answer says what became of it.
    let deadline = Instant::now() + limit - limit / MARGIN;
    match tokio::time::timeout(limit, call::until(deadline, next.run(request))).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::too_slow(&method).into_response(),
    }
}
