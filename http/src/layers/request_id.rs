//! A name for each request: the caller's when it is harmless, else ours. Echoed, logged, and part of each problem. And the
//! trace that it belongs to (W3C Trace Context): the caller's, else a new one.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use uuid::Uuid;

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const LENGTH_MAX: usize = 64;

/// The request's name, in its extensions.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The trace that a request is part of: 32 hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TraceId(pub(super) String);

impl TraceId {
    /// The one that a caller names; `None` when it is not well-formed, which counts as if nothing was said.
    fn of(traceparent: &str) -> Option<Self> {
        let mut parts = traceparent.split('-');
        let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let known = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
        let whole = hex(trace, 32) && hex(parent, 16) && hex(flags, 2);
        let named = trace.bytes().any(|byte| byte != b'0') && parent.bytes().any(|byte| byte != b'0');
        (known && whole && named).then(|| Self(trace.to_owned()))
    }
}

pub(super) async fn identify<F: Future<Output = Response>>(
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let given = request.headers().get(X_REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| harmless(id));
    let id = given.map_or_else(|| format!("req_{}", Uuid::now_v7().simple()), str::to_owned);
    let trace = request.headers().get(TRACEPARENT).and_then(|parent| TraceId::of(parent.to_str().ok()?));
    let trace = trace.unwrap_or_else(|| TraceId(Uuid::now_v7().simple().to_string()));
    request.extensions_mut().insert(trace);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next(request).await;
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

fn harmless(id: &str) -> bool {
    (1..=LENGTH_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_trace_is_gone_on_with() {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        for good in [
            format!("00-{trace}-00f067aa0ba902b7-01"),
            format!("cc-{trace}-00f067aa0ba902b7-01-what-will-be"),
        ] {
            assert_eq!(TraceId::of(&good), Some(TraceId(trace.to_owned())), "{good}");
        }
        let zeros = "0".repeat(32);
        for odd in [
            String::new(),
            format!("00-{trace}-00f067aa0ba902b7"),
            format!("00-{trace}-00f067aa0ba902b7-01-more"),
            format!("ff-{trace}-00f067aa0ba902b7-01"),
            format!("00-{zeros}-00f067aa0ba902b7-01"),
            format!("00-{trace}-0000000000000000-01"),
            format!("00-{}-00f067aa0ba902b7-01", trace.to_uppercase()),
            format!("00-{trace}\n-00f067aa0ba902b7-01"),
        ] {
            assert_eq!(TraceId::of(&odd), None, "{odd}");
        }
    }
}
