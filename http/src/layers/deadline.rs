//! No request runs for ever, a slow body included.

use std::time::Duration;

use amazoff_supervisor::call;
use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse, Response};

use tokio::time::Instant;

use crate::problem::Problem;

/// The share of a request's time that is kept for its answer.
const MARGIN: u32 = 10;

/// Routes whose bodies are files, and how many times as long they may take: lines are slow.
const UPLOADS: [&str; 1] = ["/admin/v1/media"];
const UPLOAD_TIMES: u32 = 6;

pub(super) async fn limit<F: Future<Output = Response>>(
    limit: Duration,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let limit = if UPLOADS.contains(&route) { limit * UPLOAD_TIMES } else { limit };
    // What the request asks has to be answered a little earlier, so that its own answer says what became of it.
    let deadline = Instant::now() + limit - limit / MARGIN;
    match tokio::time::timeout(limit, call::until(deadline, next(request))).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::too_slow(&method).into_response(),
    }
}
