//! What every request passes. Outermost: compression → request id → log line → security headers → panic guard → the door
//! that a shutdown closes → what other sites may do → the mark of what may be outdated → limits per address. Inside of these
//! the caller is identified, failures become pages for browsers, and limits per caller hold; then consistency → what is
//! answered from memory; then, around the routes: deadline → panic guard → origin check → body limit → who may.

pub(crate) mod consistency;
pub(crate) mod cors;
mod deadline;
mod finish;
mod intake;
pub(crate) mod origin;
mod panic;
mod request_id;
mod security;
pub(crate) mod standing;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub use intake::Intake;
pub use request_id::RequestId;

use crate::cache;
use crate::identity;
use crate::json::BODY_BYTES_MAX;
use crate::limits::layer as limits;
use crate::metrics::Requests;
use crate::pages::errors;
use crate::platform::Platform;
use crate::settings::HttpSettings;

// What stands between two of tower's own layers is one of axum's, which calls ours one after the other: each layer of axum is
// a box and a copy of all that is inside, for every request.

/// Limits what a request may do: for what stands directly around the routes.
pub(crate) fn guarded<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    settings: &HttpSettings,
) -> Router<S> {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(settings.request_limit, in_time))
        .layer(CatchPanicLayer::custom(panic::answer))
        .layer(from_fn_with_state(Arc::new(settings.clone()), of_this_site))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    router.layer(layers)
}

async fn in_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    deadline::limit(limit, request, |request| next.run(request)).await
}

async fn of_this_site(State(settings): State<Arc<HttpSettings>>, request: Request, next: Next) -> Response {
    origin::same_origin_only(&settings, request, |request| next.run(request)).await
}

/// Finds out who calls, from where, what they may ask and what they have seen: between the two others.
pub(crate) async fn callers(State(platform): State<Platform>, request: Request, next: Next) -> Response {
    let platform = &platform;
    standing::marked(platform, request, |request| {
        limits::by_address(&platform.limits, request, |request| {
            identity::resolve(platform, request, |request| {
                errors::as_pages(platform, request, |request| {
                    limits::by_caller(&platform.limits, request, |request| {
                        consistency::scoped(platform, request, |request| {
                            cache::kept(&platform.cache, request, next)
                        })
                    })
                })
            })
        })
    })
    .await
}

/// What the outermost layers know.
#[derive(Clone)]
struct Edge {
    requests: Requests,
    tls: bool,
}

/// Names, logs and hardens every answer: outermost.
pub(crate) fn finished<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    settings: &HttpSettings,
    intake: &Intake,
    requests: &Requests,
) -> Router<S> {
    let router = match settings.origins.layer() {
        Some(cors) => router.layer(cors),
        None => router,
    };
    let edge = Edge { requests: requests.clone(), tls: settings.secure_cookies };
    let layers = ServiceBuilder::new()
        // Outside of what writes bodies.
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(edge, named))
        .layer(CatchPanicLayer::custom(panic::answer))
        .layer(from_fn_with_state(intake.clone(), taken_in));
    router.layer(layers)
}

async fn named(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    request_id::identify(request, |request| {
        finish::log_and_finish(&edge.requests, request, |request| async move {
            let mut response = next.run(request).await;
            security::harden(response.headers_mut(), edge.tls);
            response
        })
    })
    .await
}

async fn taken_in(State(intake): State<Intake>, request: Request, next: Next) -> Response {
    intake::guard(&intake, request, |request| next.run(request)).await
}

#[cfg(test)]
mod tests;
