//! Says of an answer that there may be a newer one: the node could not ask its database for a while, or lost its shards.

use amazoff_supervisor::journal::Standing;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::platform::Platform;

const STALE: HeaderName = HeaderName::from_static("amazoff-stale");

/// Asked when the answer is ready: the process may have been frozen while it was made.
pub(crate) async fn marked<F: Future<Output = Response>>(
    platform: &Platform,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let mut response = next(request).await;
    if platform.runtime.standing() != Standing::Owner {
        response.headers_mut().insert(STALE, HeaderValue::from_static("1"));
    }
    response
}
