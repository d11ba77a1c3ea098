//! Limits on how often somebody may ask, as callers see them.

use std::time::Duration;

use amazoff_http::server::{Limits, serve};
use amazoff_http::{HttpSettings, LimitSettings};
use amazoff_supervisor::spawn_guarded;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{Answered, Asking, PATIENCE, TestApp};

async fn app(rates: &str, proxies: &str) -> TestApp {
    let limits = LimitSettings {
        rates: rates.parse().unwrap(),
        proxies: proxies.parse().unwrap(),
        ..LimitSettings::default()
    };
    TestApp::start_with(HttpSettings { limits, ..HttpSettings::at("http://shop.test") }).await
}

/// A refusal with everything that a client needs to behave better.
#[track_caller]
fn limited(answer: Answered, budget: &str, quota: u32) {
    let answer = answer.refused(429, "rate-limited");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(answer.header("ratelimit-policy"), format!("\"{budget}\";q={quota};w=60"));
    assert_eq!(answer.header("ratelimit"), format!("\"{budget}\";r=0;t={wait}"));
}

#[tokio::test]
async fn a_budget_is_told_and_used_up_and_is_no_one_elses() {
    let app = app("browse=3,change=2,checkout=1,login=2", "").await;
    let list = || app.get("/v1/products");
    for left in ["2", "1", "0"] {
        let answer = list().send().await.expect(200);
        assert_eq!(answer.header("ratelimit-policy"), "\"browse\";q=3;w=60");
        assert!(answer.header("ratelimit").starts_with(&format!("\"browse\";r={left};t=")));
    }
    limited(list().send().await, "browse", 3);
    limited(app.get("/v1/products").send().await, "browse", 3);
    // Other classes, other people.
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    list().bearer(&ann).send().await.expect(200);
    app.post("/v1/carts", &json!({})).fresh_key().send().await.expect(201);
    for free in ["/health/live", "/health"] {
        for _ in 0..5 {
            let answer = app.get(free).send().await.expect(200);
            assert_eq!(answer.header("ratelimit"), "");
        }
    }
}

#[tokio::test]
async fn a_refused_request_changes_nothing_and_its_repeat_does_the_work() {
    let app = app("change=2,browse=0", "").await;
    let cart = app.guest_cart().await;
    let shelf = app.stocked("lamp", 1999, 5).await;
    let line = json!({"variant_id": shelf.variant, "quantity": 1});
    let add = || app.post(&cart.path("/lines"), &line).key("one").cart(&cart.token);
    add().send().await.expect(200);
    limited(add().send().await, "change", 2);
    let shown = app.get(&cart.path("")).cart(&cart.token).send().await.expect(200);
    assert_eq!(shown.json["lines"][0]["quantity"], 1);
}

#[tokio::test]
async fn guessing_a_password_is_slow_and_says_nothing_about_who_exists() {
    let app = app("login=1000", "").await;
    app.registered("ann@example.org").await;
    let login = |email: &str, password: &str| {
        app.post("/v1/auth/login", &json!({"email": email, "password": password}))
    };
    for email in ["ann@example.org", "nobody@example.org"] {
        for _ in 0..10 {
            login(email, "wrong password").send().await.refused(401, "invalid-credentials");
        }
        login(email, "wrong password").send().await.refused(429, "rate-limited");
        login(&email.to_uppercase(), "wrong password").send().await.refused(429, "rate-limited");
    }
    login("ann@example.org", "correct horse battery").send().await.refused(429, "rate-limited");
    app.registered("bob@example.org").await;
    login("bob@example.org", "correct horse battery").send().await.expect(200);
}

#[tokio::test]
async fn somebody_without_a_name_cannot_ask_for_ever_under_a_false_address() {
    let from = |asking: Asking, address: &str| asking.header("x-forwarded-for", address);
    let open = app("browse=1", "").await;
    from(open.get("/v1/products"), "198.51.100.1").send().await.expect(200);
    limited(from(open.get("/v1/products"), "198.51.100.2").send().await, "browse", 1);
    let behind = app("browse=1", "127.0.0.1").await;
    from(behind.get("/v1/products"), "198.51.100.1").send().await.expect(200);
    from(behind.get("/v1/products"), "198.51.100.2").send().await.expect(200);
    limited(from(behind.get("/v1/products"), "9.9.9.9, 198.51.100.2").send().await, "browse", 1);
}

#[tokio::test]
async fn one_address_with_false_tokens_is_stopped_before_anything_is_looked_up() {
    let app = app("address=3", "").await;
    for _ in 0..3 {
        app.get("/v1/me").bearer("nonsense").send().await.refused(401, "token-invalid");
    }
    let refused = app.get("/v1/me").bearer("nonsense").send().await;
    assert_eq!(refused.header("ratelimit-policy"), "\"address\";q=3;w=60");
    refused.refused(429, "rate-limited");
}

#[tokio::test]
async fn a_browser_gets_a_page_that_says_so() {
    let app = app("browse=1", "").await;
    let page = || app.get("/").header("accept", "text/html").send();
    page().await.expect(200);
    let refused = page().await.expect(429);
    assert!(refused.header("content-type").starts_with("text/html"), "{:?}", refused.headers);
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn a_body_that_trickles_in_is_answered_and_cut_off() {
    let request_limit = Duration::from_millis(300);
    let app =
        TestApp::start_with(HttpSettings { request_limit, ..HttpSettings::at("http://shop.test") }).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Limits { idle_limit: Duration::from_secs(1), ..Limits::default() };
    spawn_guarded("test server", serve(listener, app.router.clone(), limits, CancellationToken::new()));
    let (mut from, mut to) = TcpStream::connect(address).await.unwrap().into_split();
    let head = "POST /v1/carts HTTP/1.1\r\nhost: x\r\nidempotency-key: slow-body-1\r\n\
                content-type: application/json\r\ncontent-length: 50000\r\n\r\n{";
    to.write_all(head.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let trickling = async {
        while to.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let answered = async { while from.read_buf(&mut got).await.is_ok_and(|bytes| bytes > 0) {} };
    let both = async { tokio::join!(trickling, answered) };
    tokio::time::timeout(PATIENCE, both).await.expect("the server must cut it off");
    let got = String::from_utf8_lossy(&got);
    assert!(got.starts_with("HTTP/1.1 504"), "{got}");
}
