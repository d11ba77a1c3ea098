//! Conditional reads (RFC 9110 §13): a strong entity tag per version, and 304 for whoever has it already.

use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Who may keep an answer.
#[derive(Clone, Copy, Debug)]
pub enum Sharing {
    /// The catalogue: anyone, shortly.
    Public,
    /// A cart, an order, a person: nobody.
    Private,
}

/// Answers a GET with its entity tag, or with 304 when the caller has that already.
///
/// The tag is a hash of the body: a view may show more than one entity, so a version alone would not be strong.
pub fn tagged<T: Serialize>(asked: &HeaderMap, view: &T, sharing: Sharing) -> Response {
    let Ok(body) = serde_json::to_vec(view) else {
        return crate::problem::Problem::bug("a view cannot be written as JSON").into_response();
    };
    let digest = Sha256::digest(&body);
    let short: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{short}\"");
    let mut response = if matches(asked, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(axum::http::header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(ETAG, tag);
    }
    let (cache, vary) = match sharing {
        Sharing::Public => ("public, max-age=5, stale-while-revalidate=30", "Accept-Encoding"),
        Sharing::Private => ("private, no-cache", "Accept-Encoding, Authorization, Cookie, X-Cart-Token"),
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(VARY, HeaderValue::from_static(vary));
    response
}

/// Weak comparison, as RFC 9110 wants it for `If-None-Match`.
fn matches(asked: &HeaderMap, tag: &str) -> bool {
    asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_the_version_gets_304_without_a_body() {
        let first = tagged(&HeaderMap::new(), &[1], Sharing::Private);
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[ETAG].clone();
        for known in [tag.to_str().unwrap().to_owned(), format!("\"x\", W/{}", tag.to_str().unwrap())] {
            let asked = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::try_from(known).unwrap())]);
            assert_eq!(tagged(&asked, &[1], Sharing::Private).status(), StatusCode::NOT_MODIFIED);
            assert_eq!(tagged(&asked, &[2], Sharing::Private).status(), StatusCode::OK);
        }
    }
}
