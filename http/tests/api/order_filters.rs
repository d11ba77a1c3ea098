//! Saved filters of orders.

use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::json;

use crate::support::{Asking, TestApp};

const LIST: &str = "/admin/v1/order-filters";

fn put(app: &TestApp, name: &str, body: &serde_json::Value, token: &str) -> Asking {
    app.ask(Method::PUT, &format!("{LIST}/{name}")).json(body).bearer(token).fresh_key()
}

#[tokio::test]
async fn a_filter_is_saved_by_one_and_seen_by_all() {
    let app = TestApp::start().await;
    let (support, admin) = (app.token_of(Role::Support).await, app.token_of(Role::Admin).await);
    let body = json!({"title": "To pack", "payment_status": "paid", "fulfillment_status": "unfulfilled"});
    let saved = put(&app, "to-pack", &body, &support).header("if-match", "\"0\"").send().await.expect(200);
    assert_eq!(saved.json, json!({"version": 1}));
    let listed = app.get(LIST).bearer(&admin).send().await.expect(200);
    assert_eq!(listed.header("etag"), "\"1\"");
    let filter = &listed.json["items"][0];
    assert_eq!((&filter["name"], &filter["filter"]["payment_status"]), (&json!("to-pack"), &json!("paid")));
    assert_eq!(filter["filter"]["total_min"], json!(null));
    let stale = put(&app, "other", &body, &admin).header("if-match", "\"0\"").send().await;
    assert_eq!(stale.refused(412, "order-filters-changed").json["version"], 1);
    let path = format!("{LIST}/to-pack");
    let remove = || app.ask(Method::DELETE, &path).bearer(&admin).fresh_key().header("if-match", "*").send();
    remove().await.expect(200);
    remove().await.refused(404, "order-filter-not-found");
    let listed = app.get(LIST).bearer(&admin).send().await.expect(200);
    assert_eq!(listed.json["items"], json!([]));
}

#[tokio::test]
async fn a_filter_that_breaks_a_rule_is_refused_and_shoppers_have_none() {
    let app = TestApp::start().await;
    let support = app.token_of(Role::Support).await;
    let whatever = |asking: Asking| asking.header("if-match", "*");
    for (name, body, pointer) in [
        ("to-pack", json!({"title": " "}), "/title"),
        ("To%20pack", json!({"title": "To pack"}), "/name"),
        ("to-pack", json!({"title": "To pack", "placed_within_days": 0}), "/placed_within_days"),
        ("to-pack", json!({"title": "To pack", "total_min": 5, "total_max": 4}), "/total_max"),
    ] {
        let refused = whatever(put(&app, name, &body, &support)).send().await;
        let refused = refused.refused(422, "order-filter-invalid");
        assert_eq!(refused.json["errors"][0]["pointer"], json!(pointer));
    }
    let unknown =
        whatever(put(&app, "to-pack", &json!({"title": "X", "colour": "red"}), &support)).send().await;
    unknown.refused(422, "validation-failed");
    put(&app, "to-pack", &json!({"title": "X"}), &support).send().await.refused(428, "precondition-required");
    let shopper = app.token_of(Role::Shopper).await;
    app.get(LIST).bearer(&shopper).send().await.refused(403, "role-missing");
}
