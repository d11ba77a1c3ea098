//! Other sites whose scripts may use the API (CORS): those that the operator lists, and without cookies.

use std::str::FromStr;
use std::time::Duration;

use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, ETAG, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION, ORIGIN, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::consistency::CONSISTENCY_TOKEN;
use super::request_id::X_REQUEST_ID;
use crate::idempotency::IDEMPOTENCY_KEY;
use crate::identity::X_CART_TOKEN;
use crate::limits::layer::{RATELIMIT, RATELIMIT_POLICY};
use crate::prefer::{PREFER, PREFERENCE_APPLIED};
use crate::problem::IDEMPOTENT_REPLAYED;
use crate::settings::parts;

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
        let origin = |part: &str| {
            let host =
                part.strip_prefix("https://").or_else(|| part.strip_prefix("http://")).unwrap_or_default();
            let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
            let value = HeaderValue::from_str(part).ok().filter(|_| plain && !host.is_empty());
            value.ok_or_else(|| OriginsInvalid(part.to_owned()))
        };
        parts(text).map(origin).collect::<Result<_, _>>().map(Self)
    }
}

impl Origins {
    /// Whether a request comes from a script of one of these sites, and brings nothing that a browser adds by itself.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.contains_key(COOKIE);
        !cookies && headers.get(ORIGIN).is_some_and(|origin| self.0.contains(origin))
    }

    /// The layer that answers browsers which ask first; `None` where no other site is listed.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        let sent = [
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            PREFER,
            CONSISTENCY_TOKEN,
            X_CART_TOKEN,
            X_REQUEST_ID,
            HeaderName::from_static("last-event-id"),
        ];
        let read = [
            ETAG,
            LINK,
            LOCATION,
            RETRY_AFTER,
            WWW_AUTHENTICATE,
            CONSISTENCY_TOKEN,
            IDEMPOTENT_REPLAYED,
            PREFERENCE_APPLIED,
            RATELIMIT,
            RATELIMIT_POLICY,
            X_REQUEST_ID,
        ];
        let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
        let layer = CorsLayer::new().allow_methods(methods).allow_headers(sent).expose_headers(read);
        (!self.0.is_empty()).then(|| layer.allow_origin(AllowOrigin::list(self.0.clone())).max_age(MAX_AGE))
    }
}
