//! Whoever bought sees the order in the list.

use std::time::Duration;

use serde_json::json;

use crate::support::{Answered, TestApp, button};

const TOKEN: &str = "consistency-token";

/// Ann buys a teapot while documents are held back.
async fn bought(app: &TestApp) -> (String, Answered) {
    let shelf = app.stocked("teapot", 6000, 10).await;
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let cart = app.post("/v1/carts", &json!({})).fresh_key().bearer(&ann).send().await.expect(201);
    let path = format!("/v1/carts/{}", cart.text_at("/cart/id"));
    let line = json!({"variant_id": shelf.variant, "quantity": 1});
    app.post(&format!("{path}/lines"), &line).fresh_key().bearer(&ann).send().await.expect(200);
    app.projected().await;
    app.documents.hold(true);
    let pay = app.post(&format!("{path}/complete"), &button(6000, "tok_ok")).fresh_key().bearer(&ann);
    (ann.clone(), pay.send().await.expect(200))
}

#[tokio::test]
async fn whoever_bought_and_presents_the_token_finds_the_order_in_a_list_that_comes_late() {
    let app = TestApp::start().await;
    let (ann, order) = bought(&app).await;
    let token = order.header(TOKEN);
    assert!(!token.is_empty(), "an answer says what it has seen");

    let without = app.get("/v1/orders").bearer(&ann).send().await.expect(200);
    assert_eq!(without.json["items"], json!([]), "the projection is held back");

    let listing = app.get("/v1/orders").bearer(&ann).header(TOKEN, token).send();
    let releasing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.documents.hold(false);
    };
    let (listed, ()) = tokio::join!(listing, releasing);
    let listed = listed.expect(200);
    assert_eq!(listed.text_at("/items/0/id"), order.text_at("/id"));
    assert!(!listed.header(TOKEN).is_empty());
}

#[tokio::test]
async fn a_list_that_does_not_come_in_time_says_not_yet() {
    let app = TestApp::start().await;
    let (ann, order) = bought(&app).await;
    let late = app.get("/v1/orders").bearer(&ann).header(TOKEN, order.header(TOKEN)).send().await;
    let late = late.refused(503, "not-yet-consistent");
    assert_eq!(late.header("retry-after"), "1");
    app.documents.hold(false);
    app.get("/v1/orders").bearer(&ann).header(TOKEN, order.header(TOKEN)).send().await.expect(200);
}

#[tokio::test]
async fn a_token_that_was_altered_is_refused() {
    let app = TestApp::start().await;
    let cart = app.guest_cart().await;
    let good = app.get(&cart.path("")).cart(&cart.token).send().await.expect(200).header(TOKEN).to_owned();
    app.get("/v1/products").header(TOKEN, &good).send().await.expect(200);
    for bad in ["", "x", &good[1..], &format!("{good}AAAA"), &"A".repeat(5_000)] {
        app.get("/v1/products").header(TOKEN, bad).send().await.refused(400, "consistency-token-invalid");
    }
}

#[tokio::test]
async fn what_anyone_may_keep_says_nothing_of_one_caller() {
    let app = TestApp::start().await;
    app.stocked("teapot", 6000, 10).await;
    app.projected().await;
    let shown = app.get("/v1/products/teapot").send().await.expect(200);
    assert!(shown.header("cache-control").starts_with("public"));
    assert_eq!(shown.header(TOKEN), "");
}

#[tokio::test]
async fn a_browser_that_saw_its_order_finds_it_in_its_list() {
    let app = TestApp::start().await;
    let (ann, order) = bought(&app).await;
    let page = app.get(&format!("/orders/{}", order.text_at("/id"))).bearer(&ann).send().await.expect(200);
    let seen = page.header("set-cookie").to_owned();
    assert!(
        seen.starts_with("amazoff_seen=") && seen.contains("; Path=/orders; Max-Age=30; HttpOnly"),
        "{seen}"
    );
    let pair = seen.split(';').next().unwrap().to_owned();
    let list = || app.get("/orders").bearer(&ann);
    let number = order.text_at("/number");
    assert!(!list().send().await.expect(200).text.contains(&number), "the projection is held back");
    let listing = list().header("cookie", &pair).send();
    let releasing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.documents.hold(false);
    };
    let (listed, ()) = tokio::join!(listing, releasing);
    assert!(listed.expect(200).text.contains(&number));
    list().header("cookie", "amazoff_seen=garbled").send().await.expect(200);
}
