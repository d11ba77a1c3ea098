//! The shop over real HTTP, with its books at hand.

use amazoff_actors::payment::PaymentProvider as _;
use amazoff_world::TestApp;
use serde_json::{Value, json};

pub(crate) async fn post(app: &TestApp, path: &str, token: Option<&str>, body: Value) -> (u16, Value) {
    let mut request = reqwest::Client::new()
        .post(format!("{}{path}", app.base))
        .header("Idempotency-Key", uuid::Uuid::now_v7().to_string())
        .json(&body);
    if let Some(token) = token {
        request = request.header("X-Cart-Token", token);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_buys_over_http_and_the_books_balance() {
    let app = TestApp::start().await;
    let shelf = app.world.stock(1_999, 10).await;
    let (status, opened) = post(&app, "/v1/carts", None, json!({})).await;
    assert_eq!(status, 201, "{opened}");
    let (cart, token) = (opened["cart"]["id"].as_str().unwrap(), opened["token"].as_str());
    let line = json!({ "variant_id": shelf.variant.to_string(), "quantity": 2 });
    let (status, added) = post(&app, &format!("/v1/carts/{cart}/lines"), token, line).await;
    assert_eq!((status, &added["lines"][0]["line_total"]["amount"]), (200, &json!(3_998)), "{added}");
    let button = json!({
        "expected_total": added["totals"]["total"], "email": "ann@example.org", "name": "Ann Other",
        "address": {"line1": "Way 1", "city": "Berlin", "postal_code": "10115", "country": "DE"},
        "payment": {"provider": app.world.provider.name(), "token": "tok_ok"}
    });
    let (status, bought) = post(&app, &format!("/v1/carts/{cart}/complete"), token, button).await;
    assert_eq!(status, 200, "{bought}");
    app.world.settled().await;
    let stored = app.world.stored().await;
    app.world.invariants().await.and_at_rest(&stored, &app.world.provider).assert_hold();
    assert_eq!(stored.stocks[&shelf.variant.uuid()].allocated, 2);
}
