//! A node that is not sure of its shards never passes an old answer off as a fresh one.

use amazoff_supervisor::journal::Standing;
use serde_json::json;

use crate::support::{GuestCart, TestApp};

const STALE: &str = "amazoff-stale";

async fn with_a_cart() -> (TestApp, GuestCart, serde_json::Value) {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 6000, 10).await;
    let cart = app.guest_cart().await;
    app.add(&cart, shelf.variant, 1).await.expect(200);
    app.projected().await;
    (app, cart, json!({"variant_id": shelf.variant, "quantity": 1}))
}

#[tokio::test]
async fn an_owner_marks_nothing() {
    let (app, cart, _line) = with_a_cart().await;
    let shown = app.get(&cart.path("")).cart(&cart.token).send().await.expect(200);
    assert!(!shown.headers.contains_key(STALE));
    let health = app.get("/health").send().await.expect(200);
    assert_eq!((health.text_at("/status").as_str(), health.text_at("/standing").as_str()), ("ok", "owner"));
}

#[tokio::test]
async fn a_stale_node_reads_with_a_mark_and_refuses_to_write() {
    let (app, cart, line) = with_a_cart().await;
    app.shards.set(Standing::Stale);
    let shown = app.get(&cart.path("")).cart(&cart.token).send().await.expect(200);
    assert_eq!(shown.header(STALE), "1");
    let add = app.post(&cart.path("/lines"), &line).fresh_key().cart(&cart.token).send().await;
    assert_eq!(add.status, 503);
    let health = app.get("/health").send().await.expect(200);
    assert_eq!(
        (health.text_at("/status").as_str(), health.text_at("/standing").as_str()),
        ("degraded", "stale")
    );
    app.get("/health/ready").send().await.expect(200);
    app.shards.set(Standing::Owner);
    app.post(&cart.path("/lines"), &line).fresh_key().cart(&cart.token).send().await.expect(200);
}

#[tokio::test]
async fn a_fenced_node_answers_nothing_from_memory() {
    let (app, cart, line) = with_a_cart().await;
    app.shards.set(Standing::Fenced);
    let shown = app.get(&cart.path("")).cart(&cart.token).send().await.refused(503, "storage-unavailable");
    assert!(!shown.header("retry-after").is_empty());
    let add = app.post(&cart.path("/lines"), &line).fresh_key().cart(&cart.token).send().await;
    assert_eq!(add.status, 503);
    let listed = app.get("/v1/products").send().await.expect(200);
    assert_eq!(listed.header(STALE), "1", "documents may be of yesterday");
    app.get("/health/ready").send().await.refused(503, "not-ready");
    app.get("/health/live").send().await.expect(200);
}
