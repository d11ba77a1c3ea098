//! Conditional reads (RFC 9110 §13): a strong entity tag per version, and 304 for whoever has it already.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_MATCH, IF_NONE_MATCH, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

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
    match written(view) {
        Ok((body, hash)) => answered(asked, body, &format!("\"{hash}\""), sharing),
        Err(problem) => problem.into_response(),
    }
}

/// The same for a view of one entity that its readers may write back: the tag begins with the entity's version, which
/// [`IfMatch`] takes out of it.
pub fn versioned<T: Serialize>(asked: &HeaderMap, view: &T, version: u64) -> Response {
    match written(view) {
        Ok((body, hash)) => answered(asked, body, &format!("\"{version}.{hash}\""), Sharing::Private),
        Err(problem) => problem.into_response(),
    }
}

/// The same for a view that is whatever its version says: the tag is the version alone, which is also in the view.
pub(crate) fn numbered<T: Serialize>(view: T, version: u64) -> Response {
    let headers = [(ETAG, format!("\"{version}\"")), (CACHE_CONTROL, "private, no-cache".to_owned())];
    (headers, Json(view)).into_response()
}

/// A view as JSON, and a short hash of it.
fn written<T: Serialize>(view: &T) -> Result<(Vec<u8>, String), Problem> {
    let body = serde_json::to_vec(view)
        .map_err(|error| Problem::bug(format!("a view cannot be written as JSON: {error}")))?;
    let digest = Sha256::digest(&body);
    let hash = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    Ok((body, hash))
}

fn answered(asked: &HeaderMap, body: Vec<u8>, tag: &str, sharing: Sharing) -> Response {
    let mut response = if matches(asked, tag) {
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

/// The version that a writer saw (RFC 9110 §13.1.1); `None` for `*`, which writes whatever happened since. A write without
/// it is refused (428): people write from pages that may be old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let mut tags = parts.headers.get_all(IF_MATCH).iter();
        let (Some(tag), None) = (tags.next(), tags.next()) else {
            return Err(Problem::precondition_required());
        };
        let tag = tag.to_str().map_err(|_unreadable| Problem::precondition_invalid())?.trim();
        if tag == "*" {
            return Ok(Self(None));
        }
        let inner = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or_default();
        let version = inner.split('.').next().and_then(|version| version.parse().ok());
        version.map(|version| Self(Some(version))).ok_or_else(Problem::precondition_invalid)
    }
}

/// Weak comparison, as RFC 9110 wants it for `If-None-Match`.
pub(crate) fn matches(asked: &HeaderMap, tag: &str) -> bool {
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

    async fn expected(tags: &[&str]) -> Result<IfMatch, &'static str> {
        let mut request = axum::http::Request::new(());
        for tag in tags {
            request.headers_mut().append(IF_MATCH, HeaderValue::from_str(tag).unwrap());
        }
        let (mut parts, ()) = request.into_parts();
        IfMatch::from_request_parts(&mut parts, &()).await.map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn a_writer_says_which_version_it_saw() {
        let tag = versioned(&HeaderMap::new(), &[1], 17).headers()[ETAG].to_str().unwrap().to_owned();
        assert!(tag.starts_with("\"17."), "{tag}");
        assert_eq!(expected(&[&tag]).await, Ok(IfMatch(Some(17))));
        assert_eq!(expected(&["*"]).await, Ok(IfMatch(None)));
        for none in [[].as_slice(), &["\"1\"", "\"2\""]] {
            assert_eq!(expected(none).await, Err("precondition-required"));
        }
        for odd in ["17", "W/\"17\"", "\"abc\"", ""] {
            assert_eq!(expected(&[odd]).await, Err("precondition-invalid"), "{odd}");
        }
    }

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
