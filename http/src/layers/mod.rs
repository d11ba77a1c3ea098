//! What every request passes. Outermost: request id → compression → log line → security headers → panic guard → the door
//! that a shutdown closes → what other sites may do → the mark of what may be outdated → limits per address. Inside of these
//! the caller is identified, failures become pages for browsers, and limits per caller hold; then, around the routes:
//! consistency → deadline → panic guard → origin check → body limit → who may → what is answered from memory.

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

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

pub use intake::Intake;
pub use request_id::RequestId;

use crate::json::BODY_BYTES_MAX;
use crate::metrics::Requests;
use crate::settings::HttpSettings;

// Layers are put around a router together, the outermost first: each `Router::layer` is a box per route that every request
// copies, with all that is inside.

/// Limits what a request may do: for what stands directly around the routes.
pub(crate) fn guarded<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    settings: &HttpSettings,
) -> Router<S> {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(settings.request_limit, deadline::limit))
        .layer(CatchPanicLayer::custom(panic::answer))
        .layer(from_fn_with_state(Arc::new(settings.clone()), origin::same_origin_only))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    router.layer(layers)
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
    let layers = ServiceBuilder::new()
        .layer(from_fn(request_id::identify))
        // Outside of what writes bodies.
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(requests.clone(), finish::log_and_finish))
        .layer(from_fn_with_state(settings.secure_cookies, security::headers))
        .layer(CatchPanicLayer::custom(panic::answer))
        .layer(from_fn_with_state(intake.clone(), intake::guard));
    router.layer(layers)
}

#[cfg(test)]
mod tests;
