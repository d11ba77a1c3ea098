//! No request runs for ever, a slow body included.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

pub(super) async fn limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::too_slow(&method).into_response(),
    }
}
