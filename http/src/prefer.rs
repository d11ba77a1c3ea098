//! What a client would rather have (RFC 7240): no body in the answer to a write, or not to wait for money. What is not known
//! here is ignored, as the RFC wants it; what was honoured, `Preference-Applied` says.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;

pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Writes that answer what cannot be had otherwise: secrets, and what was worked out. They always show it.
const ALWAYS_SHOWN: [&str; 13] = [
    "/v1/auth/register",
    "/v1/auth/login",
    "/v1/auth/refresh",
    "/v1/auth/step-up",
    "/v1/me/api-keys",
    "/v1/carts",
    "/v1/realtime/ticket",
    "/admin/v1/media",
    "/admin/v1/quotes",
    "/admin/v1/webhook-endpoints",
    "/admin/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
    "/ops/v1/entities/{id}/what-if",
    "/ops/v1/quarantine/{entity}/{command_id}/retry",
];
/// Writes that may go on after they were answered (202).
const MAY_WAIT: [&str; 3] =
    ["/v1/carts/{cart_id}/complete", "/v1/carts/{cart_id}/merge", "/v1/orders/{order_id}/payments"];

/// Whether a write is answered without a body when that is preferred.
pub(crate) fn may_be_minimal(method: &Method, route: &str) -> bool {
    !method.is_safe() && !ALWAYS_SHOWN.contains(&route)
}

/// Whether a write looks at how long its client wants to wait.
pub(crate) fn may_wait(method: &Method, route: &str) -> bool {
    *method == Method::POST && MAY_WAIT.contains(&route)
}

/// What the client prefers, as far as it is known here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// `return`: whether with a body.
    shown: Option<bool>,
    /// `respond-async`.
    at_once: bool,
    /// `wait`.
    wait: Option<Duration>,
}

impl Wishes {
    fn of(headers: &HeaderMap) -> Self {
        let mut wishes = Self::default();
        for value in headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok()) {
            for (name, value) in split(value, ',').map(preference) {
                match (name.to_ascii_lowercase().as_str(), value) {
                    // Of a preference that is there twice, the first counts.
                    ("return", "minimal") => wishes.shown = wishes.shown.or(Some(false)),
                    ("return", "representation") => wishes.shown = wishes.shown.or(Some(true)),
                    ("respond-async", _) => wishes.at_once = true,
                    ("wait", seconds) => {
                        let asked = seconds.parse().ok().map(Duration::from_secs);
                        wishes.wait = wishes.wait.or(asked);
                    }
                    _ => {}
                }
            }
        }
        wishes
    }

    /// How long to wait for an outcome, and never longer than `most`.
    pub(crate) fn patience(self, most: Duration) -> Duration {
        match (self.wait, self.at_once) {
            (Some(wait), _) => wait.min(most),
            (None, true) => Duration::ZERO,
            (None, false) => most,
        }
    }
}

/// The parts between separators that are in no quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

/// Name and value of a preference, without its parameters.
fn preference(text: &str) -> (&str, &str) {
    let whole = split(text, ';').next().unwrap_or_default();
    let (name, value) = whole.split_once('=').unwrap_or((whole, ""));
    (name.trim(), value.trim().trim_matches('"'))
}

impl<S: Send + Sync> FromRequestParts<S> for Wishes {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// Leaves the body out where that is preferred, and says which wishes were honoured.
pub(crate) async fn honoured<F: Future<Output = Response>>(
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if !request.headers().contains_key(PREFER) {
        return next(request).await;
    }
    let wishes = Wishes::of(request.headers());
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let mut response = next(request).await;
    if !response.status().is_success() {
        return response;
    }
    if may_wait(&method, &route) {
        say(&mut response, wishes.at_once.then(|| "respond-async".to_owned()));
        say(&mut response, wishes.wait.map(|wait| format!("wait={}", wait.as_secs())));
    }
    let is_done = [StatusCode::OK, StatusCode::CREATED].contains(&response.status());
    match wishes.shown {
        Some(false) if is_done && may_be_minimal(&method, &route) => minimal(response),
        Some(true) if is_done && !method.is_safe() => {
            say(&mut response, Some("return=representation".to_owned()));
            response
        }
        Some(_) | None => response,
    }
}

fn minimal(response: Response) -> Response {
    let (mut parts, _body) = response.into_parts();
    if parts.status == StatusCode::OK {
        parts.status = StatusCode::NO_CONTENT;
    }
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    let mut response = Response::from_parts(parts, Body::empty());
    say(&mut response, Some("return=minimal".to_owned()));
    response
}

fn say(response: &mut Response, honoured: Option<String>) {
    if let Some(Ok(honoured)) = honoured.map(HeaderValue::try_from) {
        response.headers_mut().append(PREFERENCE_APPLIED, honoured);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(values: &[&'static str]) -> Wishes {
        Wishes::of(&values.iter().map(|value| (PREFER, HeaderValue::from_static(value))).collect())
    }

    #[test]
    fn known_wishes_are_read_however_they_are_written() {
        let minimal = Wishes { shown: Some(false), ..Wishes::default() };
        for text in [
            "return=minimal",
            "Return = \"minimal\"",
            "foo; x=1, return=minimal; y",
            "return=minimal, return=representation",
        ] {
            assert_eq!(wishes(&[text]), minimal, "{text}");
        }
        let both = Wishes { at_once: true, wait: Some(Duration::from_secs(3)), shown: None };
        assert_eq!(wishes(&["respond-async, wait=3"]), both);
        assert_eq!(wishes(&["respond-async", "wait=3", "wait=9"]), both);
    }

    #[test]
    fn what_is_not_known_is_ignored() {
        for text in [
            "",
            ",,;=",
            "return=nothing",
            "wait=soon",
            "wait=-1",
            "handling=lenient",
            "x=\"return=minimal, return=minimal\"",
        ] {
            assert_eq!(wishes(&[text]), Wishes::default(), "{text}");
        }
    }

    #[test]
    fn nobody_waits_longer_than_the_shop_does() {
        let most = Duration::from_secs(5);
        let patience = |text| wishes(&[text]).patience(most);
        assert_eq!(patience("wait=2"), Duration::from_secs(2));
        assert_eq!(patience("wait=60, respond-async"), most);
        assert_eq!(patience("respond-async"), Duration::ZERO);
        assert_eq!(patience("return=minimal"), most);
    }
}
