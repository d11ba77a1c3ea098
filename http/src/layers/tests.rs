use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::problem::Problem;

async fn boom() -> Response {
    panic!("secret cause")
}

fn app() -> Router {
    let settings =
        HttpSettings { request_limit: Duration::from_millis(40), ..HttpSettings::at("https://shop.example") };
    app_with(settings)
}

fn app_with(settings: HttpSettings) -> Router {
    let router = Router::new()
        .route("/ok", post(|| async { "ok" }).get(|| async { "ok" }))
        .route("/boom", get(boom))
        .route("/slow", get(std::future::pending::<&'static str>).post(std::future::pending::<&'static str>))
        .fallback(|| async { Problem::route_not_found() });
    finished(guarded(router, &settings), &settings, &Intake::default(), &Requests::default())
}

type Headers<'a> = &'a [(&'static str, &'a str)];

async fn answer(method: &str, path: &str, headers: Headers<'_>) -> (StatusCode, HeaderMap, Value) {
    answer_of(app(), method, path, headers).await
}

async fn answer_of(
    app: Router,
    method: &str,
    path: &str,
    headers: Headers<'_>,
) -> (StatusCode, HeaderMap, Value) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 100_000).await.unwrap();
    (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_panic_is_a_plain_500_that_names_the_request() {
    let (status, headers, body) = answer("GET", "/boom", &[("x-request-id", "abc-1")]).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(headers["x-request-id"], "abc-1");
    assert_eq!(body["code"], "internal-error");
    assert_eq!(body["request_id"], "abc-1");
    assert_eq!(body["instance"], "/boom");
    assert!(!body.to_string().contains("secret"), "{body}");
}

#[tokio::test]
async fn a_harmful_request_id_is_replaced() {
    let (_, headers, _) = answer("GET", "/ok", &[("x-request-id", "a b\tc")]).await;
    assert!(headers["x-request-id"].to_str().unwrap().starts_with("req_"));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    for path in ["/ok", "/boom", "/nowhere"] {
        let (_, headers, _) = answer("GET", path, &[]).await;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "private, no-store");
        assert!(headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_says_whether_a_repeat_is_safe() {
    let (status, _, body) = answer("GET", "/slow", &[]).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("deadline-exceeded")));
    let (status, headers, body) = answer("POST", "/slow", &[]).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::GATEWAY_TIMEOUT, Some("outcome-unknown")));
    assert_eq!(headers["retry-after"], "1");
}

#[tokio::test]
async fn unsafe_requests_from_other_sites_are_refused() {
    let refused: [&[(&'static str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example"), ("host", "shop.example")],
        &[("origin", "null"), ("host", "shop.example")],
        &[("origin", "https://shop.example.evil.example"), ("host", "shop.example")],
    ];
    for headers in refused {
        let (status, _, body) = answer("POST", "/ok", headers).await;
        assert_eq!(
            (status, body["code"].as_str()),
            (StatusCode::FORBIDDEN, Some("cross-origin-refused")),
            "{headers:?}"
        );
        assert_eq!(answer("GET", "/ok", headers).await.0, StatusCode::OK);
    }
    // As HTTP/2 says it: the host is in the address, and there is no `Host`.
    let by_address =
        [("https://localhost:8443", 200), ("https://LocalHost:8443", 200), ("https://evil.example", 403)];
    for (origin, expected) in by_address {
        let (status, ..) = answer("POST", "https://localhost:8443/ok", &[("origin", origin)]).await;
        assert_eq!(status.as_u16(), expected, "{origin}");
    }
    let accepted: [&[(&'static str, &str)]; 4] = [
        &[],
        &[("sec-fetch-site", "same-origin"), ("origin", "https://shop.example")],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")],
    ];
    for headers in accepted {
        assert_eq!(answer("POST", "/ok", headers).await.0, StatusCode::OK, "{headers:?}");
    }
}

#[test]
fn an_unreadable_origin_is_foreign() {
    let headers =
        HeaderMap::from_iter([("origin".parse().unwrap(), HeaderValue::from_bytes(&[0xff]).unwrap())]);
    assert!(!origin::is_same_origin(&"/".parse().unwrap(), &headers, "https://shop.example"));
}

#[tokio::test]
async fn a_listed_site_may_use_the_api_without_cookies_and_no_other_may() {
    const LISTED: (&str, &str) = ("origin", "https://app.example");
    let settings = HttpSettings {
        origins: "https://app.example, http://localhost:3000".parse().unwrap(),
        ..HttpSettings::at("https://shop.example")
    };
    let app = app_with(settings);
    let asked = [
        LISTED,
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "idempotency-key"),
    ];
    let (status, headers, _) = answer_of(app.clone(), "OPTIONS", "/ok", &asked).await;
    assert!(status.is_success(), "{status}");
    assert_eq!(headers["access-control-allow-origin"], LISTED.1);
    assert!(!headers.contains_key("access-control-allow-credentials"));
    let cross = [LISTED, ("sec-fetch-site", "cross-site"), ("host", "shop.example")];
    let (status, headers, _) = answer_of(app.clone(), "POST", "/ok", &cross).await;
    assert_eq!(
        (status, &headers["access-control-allow-origin"]),
        (StatusCode::OK, &HeaderValue::from_static(LISTED.1))
    );
    let with_cookie = [LISTED, ("sec-fetch-site", "cross-site"), ("cookie", "amazoff_session=a~b")];
    assert_eq!(answer_of(app.clone(), "POST", "/ok", &with_cookie).await.0, StatusCode::FORBIDDEN);
    for other in ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"] {
        let (status, headers, _) = answer_of(app.clone(), "POST", "/ok", &[("origin", other)]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{other}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{other}");
    }
}

#[test]
fn lists_of_origins_hold_no_wildcards_and_no_paths() {
    for odd in [
        "*",
        "null",
        "app.example",
        "https://",
        "https://*.example",
        "https://app.example/",
        "https://a@b",
        "ftp://a",
    ] {
        assert!(odd.parse::<cors::Origins>().is_err(), "{odd}");
    }
}

/// What says that it is compressed is: problems get their last words late.
#[tokio::test]
async fn a_compressed_answer_is_what_its_head_says() {
    let mut request = Request::get("/nowhere").header("accept-encoding", "gzip");
    request = request.header("x-request-id", "r".repeat(60));
    let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let body = to_bytes(response.into_body(), 100_000).await.unwrap();
    assert_eq!(body[..2], [0x1f, 0x8b], "{body:?}");
}
