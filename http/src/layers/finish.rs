//! One structured log line per request, and the last touch on a problem: which request, which path.
//!
//! No bodies, tokens, query values or raw paths are logged: the route's pattern says enough.

use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::request_id::{RequestId, TraceId};
use crate::metrics::Requests;
use crate::problem::{Failed, PROBLEM_JSON};

/// Longest path that a problem repeats.
const INSTANCE_CHARS_MAX: usize = 256;

pub(super) async fn log_and_finish<F: Future<Output = Response>>(
    requests: &Requests,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let trace = request.extensions().get::<TraceId>().map(|trace| trace.0.clone()).unwrap_or_default();
    let uri = request.uri().clone();
    let response = next(request).await;
    let failed = response.extensions().get::<Failed>().cloned();
    requests.served(&method, &route, response.status(), started.elapsed());
    log(&Line { method, route, id: &id, trace: &trace, status: response.status(), started }, failed.as_ref());
    match failed {
        Some(failed) if is_problem(&response) => {
            let path = uri.path().chars().take(INSTANCE_CHARS_MAX).collect();
            finished(response, &failed, path, id)
        }
        Some(_) | None => response,
    }
}

struct Line<'a> {
    method: Method,
    route: String,
    id: &'a str,
    trace: &'a str,
    status: StatusCode,
    started: Instant,
}

fn log(line: &Line<'_>, failed: Option<&Failed>) {
    let Line { method, route, id, trace, status, started } = line;
    let (status, ms) = (status.as_u16(), started.elapsed().as_micros() / 1000);
    let code = failed.map(|failed| failed.0.code());
    match failed.map(|failed| failed.0.cause()) {
        Some(cause) if status == 500 => {
            tracing::error!(%method, route, status, ms, request.id = id, trace.id = trace, code, cause, "request failed");
        }
        Some(cause) if status > 500 => {
            tracing::warn!(%method, route, status, ms, request.id = id, trace.id = trace, code, cause, "request not served");
        }
        Some(_) | None => {
            tracing::info!(%method, route, status, ms, request.id = id, trace.id = trace, code, "request")
        }
    }
}

fn is_problem(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == PROBLEM_JSON.as_bytes())
}

fn finished(response: Response, failed: &Failed, path: String, id: String) -> Response {
    let mut body = failed.0.body();
    body.instance = Some(path);
    body.request_id = Some(id);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Json(body).into_response().into_body())
}
