//! Whatever strangers send: a stable code, and nothing changes.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{GuestCart, TestApp};

/// How much the journal holds.
async fn written(app: &TestApp) -> u64 {
    app.store.journal().heads().await.unwrap().iter().map(|(_, head)| head).sum()
}

struct Bad {
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    field: Option<(&'static str, &'static str)>,
}

fn bad(body: impl Into<Vec<u8>>, status: u16, code: &'static str) -> Bad {
    Bad { body: body.into(), status, code, field: None }
}

fn field(body: &Value, pointer: &'static str, code: &'static str) -> Bad {
    Bad {
        body: body.to_string().into(),
        status: 422,
        code: "validation-failed",
        field: Some((pointer, code)),
    }
}

fn bodies(variant: &str) -> Vec<Bad> {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let line = |quantity: Value| json!({"variant_id": variant, "quantity": quantity});
    vec![
        field(&line(json!("1")), "/quantity", "wrong-type"),
        field(&line(json!(1.5)), "/quantity", "wrong-type"),
        field(&line(json!(null)), "/quantity", "wrong-type"),
        field(&line(json!(-5)), "/quantity", "invalid-value"),
        field(&line(json!(0)), "/quantity", "invalid-value"),
        field(&line(json!(100)), "/quantity", "invalid-value"),
        field(&line(json!(9_007_199_254_740_993_i64)), "/quantity", "invalid-value"),
        field(&line(json!(u64::MAX)), "/quantity", "invalid-value"),
        field(&json!({"variant_id": {"$gt": ""}, "quantity": 1}), "/variant_id", "wrong-type"),
        field(&json!({"variant_id": "var_1", "quantity": 1}), "/variant_id", "invalid-value"),
        field(
            &json!({"variant_id": variant.replace("var_", "prod_"), "quantity": 1}),
            "/variant_id",
            "invalid-value",
        ),
        field(&json!({"variant_id": "' OR 1=1 --", "quantity": 1}), "/variant_id", "invalid-value"),
        field(
            &json!({"variant_id": variant, "quantity": 1, "unit_price": {"amount": 1}}),
            "/unit_price",
            "unknown-field",
        ),
        field(&json!({"quantity": 1}), "/variant_id", "missing-field"),
        field(&json!([variant, 1]), "", "wrong-type"),
        bad("{", 400, "broken-json"),
        bad(deep, 400, "broken-json"),
        bad(r#"{"variant_id":"\u0000","quantity":1}"#, 400, "broken-json"),
        bad(format!(r#"{{"variant_id":"{variant}","quantity":1,"quantity":2}}"#), 400, "broken-json"),
        bad(vec![0xff, 0xfe], 400, "broken-json"),
        bad(vec![b' '; 10_000_000], 413, "payload-too-large"),
    ]
}

#[tokio::test]
async fn bad_bodies_have_stable_codes_and_change_nothing() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let cart = app.guest_cart().await;
    let before = written(&app).await;
    let mut tried = 0;
    for Bad { body, status, code, field } in bodies(&shelf.variant.to_string()) {
        let asking =
            app.ask(Method::POST, &cart.path("/lines")).raw(body).header("content-type", "application/json");
        let refused = asking.fresh_key().cart(&cart.token).send().await.refused(status, code);
        if let Some((pointer, code)) = field {
            let error = &refused.json["errors"][0];
            assert_eq!(
                (error["pointer"].as_str(), error["code"].as_str()),
                (Some(pointer), Some(code)),
                "{}",
                refused.text
            );
        }
        for leak in ["amazoff_", "struct", "serde", "u32", "Quantity", "panicked"] {
            assert!(!refused.text.contains(leak), "{leak} in {}", refused.text);
        }
        tried += 1;
    }
    assert_eq!(tried, 21);
    assert_eq!(written(&app).await, before, "nothing was written");
}

#[tokio::test]
async fn headers_that_do_not_fit_are_refused() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let cart = app.guest_cart().await;
    let line = json!({"variant_id": shelf.variant, "quantity": 1});
    let lines = cart.path("/lines");
    let before = written(&app).await;
    let asking = || app.post(&lines, &line).cart(&cart.token);
    asking().send().await.refused(400, "idempotency-key-missing");
    asking().key("").send().await.refused(400, "idempotency-key-invalid");
    asking().key(&"x".repeat(256)).send().await.refused(400, "idempotency-key-invalid");
    asking().key("a").key("b").send().await.refused(400, "idempotency-key-invalid");
    asking()
        .key("a")
        .header("content-type", "text/plain")
        .send()
        .await
        .refused(415, "unsupported-media-type");
    let plain = app.ask(Method::POST, &lines).raw(line.to_string()).cart(&cart.token).key("a");
    plain.send().await.refused(415, "unsupported-media-type");
    asking().key("a").header("content-encoding", "gzip").send().await.refused(415, "unsupported-media-type");
    asking()
        .key("a")
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .refused(403, "cross-origin-refused");
    asking()
        .key("a")
        .header("origin", "https://evil.example")
        .send()
        .await
        .refused(403, "cross-origin-refused");
    app.post("/v1/carts", &json!({})).key("guessable").send().await.refused(400, "idempotency-key-invalid");
    assert_eq!(written(&app).await, before, "nothing was written");
}

#[tokio::test]
async fn unknown_routes_methods_and_ids_are_problems() {
    let app = TestApp::start().await;
    let cart = app.guest_cart().await;
    for path in ["/v1/nothing", "/v1/carts/x/y/z", "/ops/v1", "/v1//carts", "/admin"] {
        app.get(path).send().await.refused(404, "not-found");
    }
    let wrong = app.ask(Method::DELETE, "/v1/products").send().await.refused(405, "method-not-allowed");
    assert!(wrong.header("allow").contains("GET"));
    for id in ["x", "cart_1", "%00", "cart_0000000000000000000000000000000g", "%ff"] {
        app.get(&format!("/v1/carts/{id}")).cart(&cart.token).send().await.refused(404, "cart-not-found");
        app.get(&format!("/v1/orders/{id}")).send().await.refused(404, "order-not-found");
        app.get(&format!("/v1/payments/{id}")).send().await.refused(404, "payment-not-found");
    }
    let line = cart.path("/lines/line_1");
    app.ask(Method::DELETE, &line).cart(&cart.token).send().await.refused(404, "line-not-found");
    let unknown = json!({"variant_id": "var_00000000000000000000000000000009", "quantity": 1});
    app.post(&cart.path("/lines"), &unknown)
        .fresh_key()
        .cart(&cart.token)
        .send()
        .await
        .refused(409, "product-not-available");
}

#[tokio::test]
async fn a_token_of_one_kind_is_not_accepted_as_another() {
    let app = TestApp::start().await;
    let session = app.registered("ann@example.org").await;
    let (access, refresh) = (session.text_at("/access_token"), session.text_at("/refresh_token"));
    let cart = app.guest_cart().await;
    for token in [&refresh, &cart.token, &format!("{access}x"), &String::new()] {
        app.get("/v1/me").bearer(token).send().await.refused(401, "token-invalid");
    }
    for token in [&access, &refresh] {
        let stranger = GuestCart { id: cart.id.clone(), token: token.clone() };
        app.get(&stranger.path("")).cart(token).send().await.refused(404, "cart-not-found");
    }
    app.post("/v1/auth/refresh", &json!({"refresh_token": access}))
        .send()
        .await
        .refused(401, "token-invalid");
}
