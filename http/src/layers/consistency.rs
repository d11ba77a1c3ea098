//! Every request sees at least what its caller has seen: the token it presents, and the token of its answer. A refusal has none.
//!
//! Programs carry the token in a header. A browser that bought, or looks at its orders, carries it in a cookie for the
//! pages of orders; there an outdated or foreign one is ignored, for nobody could do anything about it.

use amazoff_supervisor::consistency::{self, Token};
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::{IntoResponse, Response};

use crate::platform::Platform;
use crate::problem::Problem;

pub(crate) const CONSISTENCY_TOKEN: HeaderName = HeaderName::from_static("consistency-token");

pub(crate) async fn scoped<F: Future<Output = Response>>(
    platform: &Platform,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let is_kept = is_kept(request.method(), request.uri().path());
    let required = match presented(platform, request.headers(), is_kept) {
        Ok(required) => required,
        Err(problem) => return problem.into_response(),
    };
    let (mut response, token) = consistency::scope(required, next(request)).await;
    // What anyone may keep says nothing of what one caller has seen, and a refusal nothing of what was read for it: whether
    // somebody has an account, whether another's cart exists.
    if token.is_empty() || response.status().is_client_error() || is_public(response.headers()) {
        return response;
    }
    let text = platform.auth.consistency_text(&token);
    if is_kept && let Some(cookie) = platform.settings.cookies().set_seen(&text) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    if let Ok(text) = HeaderValue::try_from(text) {
        response.headers_mut().insert(CONSISTENCY_TOKEN, text);
    }
    response
}

/// What the answer must include.
fn presented(platform: &Platform, headers: &HeaderMap, is_kept: bool) -> Result<Option<Token>, Problem> {
    let Some(text) = headers.get(CONSISTENCY_TOKEN) else {
        let kept = platform.settings.cookies().seen(headers).filter(|_| is_kept);
        return Ok(kept.and_then(|text| platform.auth.consistency_token(text).ok()));
    };
    let text = text.to_str().map_err(|_not_text| Problem::consistency_token_invalid())?;
    let token = platform.auth.consistency_token(text);
    token.map(Some).map_err(|_invalid| Problem::consistency_token_invalid())
}

/// The pages after which a browser goes to its orders, and those.
fn is_kept(method: &Method, path: &str) -> bool {
    let below_orders =
        path.strip_prefix("/orders").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below_orders || (path == "/checkout" && method == Method::POST)
}

fn is_public(headers: &HeaderMap) -> bool {
    headers.get(CACHE_CONTROL).is_some_and(|cache| cache.as_bytes().starts_with(b"public"))
}
