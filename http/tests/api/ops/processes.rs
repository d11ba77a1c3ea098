//! The list of checkouts that run.

use amazoff_actors::user::Role;
use serde_json::{Value, json};

use crate::support::TestApp;

#[tokio::test]
async fn a_checkout_that_waits_for_its_shopper_is_listed_with_what_it_waits_for() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let (cart, total) = app.full_cart(2_500).await;
    app.complete(&cart, total, "tok_action").await.expect(202);
    let asked = |seen: &Value| seen["items"][0]["waits_for"] == "the shopper, at the bank";
    let seen = app.until("/ops/v1/processes", &ops, asked).await;
    assert_eq!((&seen["total"], &seen["stuck"]), (&json!(1), &json!(0)));
    let process = &seen["items"][0];
    assert_eq!(process["cart_id"], cart.id);
    assert_eq!((&process["phase"], &process["attempt"]), (&json!("paying"), &json!(1)));
    assert!(process["order_id"].as_str().unwrap().starts_with("ord_"));
    let other = app.get("/ops/v1/processes?phase=capturing").bearer(&ops).send().await.expect(200);
    assert_eq!(other.json, json!({ "items": [], "total": 0, "stuck": 0 }));
    app.get("/ops/v1/processes?phase=dancing").bearer(&ops).send().await.refused(400, "invalid-query");
}

#[tokio::test]
async fn a_checkout_with_a_dead_effect_is_stuck_and_names_it() {
    let mut admin = String::new();
    let (app, cart, row) = TestApp::stuck(&mut admin).await;
    let listed = |seen: &Value| seen["stuck"] == 1;
    let seen = app.until("/ops/v1/processes", &admin, listed).await;
    let process = &seen["items"][0];
    assert_eq!((&process["cart_id"], &process["stuck"]), (&json!(cart.id), &json!(true)));
    let key = format!("{}.{}.{}", row.key.entity, row.key.seq, row.key.n);
    assert_eq!(process["dead_effects"][0]["key"], key);
    assert_eq!(process["dead_effects"][0]["reason"], "refused for good");
}
