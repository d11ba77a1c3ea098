//! Other sites whose scripts may use the API (CORS): those that the operator lists, and without cookies.

use std::str::FromStr;
use std::time::Duration;

use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION, ORIGIN, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what it was told.
const MAX_AGE: Duration = Duration::from_secs(600);

/// Origins of other sites, such as `https://app.example`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<HeaderValue>);

/// Why a text is no list of origins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin such as https://app.example or http://localhost:3000")]
pub struct OriginsInvalid(String);

/// Origins with commas between them: scheme, host and perhaps a port, nothing else, and no wildcard.
impl FromStr for Origins {
    type Err = OriginsInvalid;
    fn from_str(text: &str) -> Result<Self, OriginsInvalid> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let origin = |part: &str| {
            let host =
                part.strip_prefix("https://").or_else(|| part.strip_prefix("http://")).unwrap_or_default();
            let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
            let value = HeaderValue::from_str(part).ok().filter(|_| plain && !host.is_empty());
            value.ok_or_else(|| OriginsInvalid(part.to_owned()))
        };
        parts.map(origin).collect::<Result<_, _>>().map(Self)
    }
}

impl Origins {
    /// Whether a request comes from a script of one of these sites, and brings nothing that a browser adds by itself.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.contains_key(axum::http::header::COOKIE);
        !cookies && headers.get(ORIGIN).is_some_and(|origin| self.0.contains(origin))
    }

    /// The layer that answers browsers which ask first; `None` where no other site is listed.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        let sent = [
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("consistency-token"),
            HeaderName::from_static("x-cart-token"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("last-event-id"),
        ];
        let read = [
            ETAG,
            LINK,
            LOCATION,
            RETRY_AFTER,
            WWW_AUTHENTICATE,
            HeaderName::from_static("consistency-token"),
            HeaderName::from_static("idempotent-replayed"),
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-request-id"),
        ];
        let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let layer = CorsLayer::new().allow_methods(methods).allow_headers(sent).expose_headers(read);
        (!self.0.is_empty()).then(|| layer.allow_origin(AllowOrigin::list(self.0.clone())).max_age(MAX_AGE))
    }
}
