//! Unsafe requests from other sites are refused: cookies alone prove nothing about who wrote the page.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Uri};
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;
use crate::settings::HttpSettings;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(super) async fn same_origin_only<F: Future<Output = Response>>(
    settings: &HttpSettings,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if request.method().is_safe() || is_trusted(request.uri(), request.headers(), settings) {
        next(request).await
    } else {
        Problem::cross_origin().into_response()
    }
}

/// Whether a request comes from where it may: this site, a listed one, or no browser at all.
pub(crate) fn is_trusted(uri: &Uri, headers: &HeaderMap, settings: &HttpSettings) -> bool {
    is_same_origin(uri, headers, &settings.public_url) || settings.origins.allow(headers)
}

/// Whether a request comes from this site's own pages, or from something that is no browser.
///
/// A browser says where it comes from and no page can make it lie; other programs carry no one else's cookies.
pub(super) fn is_same_origin(uri: &Uri, headers: &HeaderMap, public_url: &str) -> bool {
    let site = headers.get(SEC_FETCH_SITE).map(|site| site.as_bytes());
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return false;
    }
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    // HTTP/2 has no `Host`: the host stands in `:authority`, which is the address's.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(Authority::as_str));
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    origin == public_url
        || authority.zip(host).is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
}
