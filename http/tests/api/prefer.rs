//! `Prefer` (RFC 7240).

use amazoff_actors::user::Role;
use serde_json::{Value, json};

use crate::support::{TestApp, button};

#[tokio::test]
async fn a_write_is_answered_without_a_body_when_that_is_preferred() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let cart = app.guest_cart().await;
    let line = json!({"variant_id": shelf.variant, "quantity": 1});
    let add = || app.post(&cart.path("/lines"), &line).cart(&cart.token);
    let bare = add().key("first").header("prefer", "return=minimal").send().await.expect(204);
    assert_eq!((bare.text.as_str(), bare.header("preference-applied")), ("", "return=minimal"));
    assert_eq!(bare.header("content-type"), "");
    // The repeat has the same outcome, and may be shown after all.
    let whole = add().key("first").header("prefer", "return=representation").send().await.expect(200);
    assert_eq!(whole.header("preference-applied"), "return=representation");
    assert_eq!(
        (whole.header("idempotent-replayed"), &whole.json["lines"][0]["quantity"]),
        ("true", &json!(1))
    );
    let unheard = add().key("second").header("prefer", "return=everything, colour=red").send().await;
    let unheard = unheard.expect(200);
    assert_eq!(
        (unheard.header("preference-applied"), &unheard.json["lines"][0]["quantity"]),
        ("", &json!(2))
    );
}

#[tokio::test]
async fn what_is_created_still_says_where_it_is() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let new = json!({"title": "Less", "kind": {"percentage": {"rate": 100_000}}});
    let asking = app.post("/admin/v1/promotions", &new).bearer(&admin).fresh_key();
    let created = asking.header("prefer", "return=minimal").send().await.expect(201);
    assert_eq!((created.json.clone(), created.header("preference-applied")), (Value::Null, "return=minimal"));
    assert!(created.header("location").starts_with("/admin/v1/promotions/promo_"));
}

#[tokio::test]
async fn secrets_failures_and_reads_are_shown_whatever_is_preferred() {
    let app = TestApp::start().await;
    let minimal = |asking: crate::support::Asking| asking.header("prefer", "return=minimal").send();
    let cart = minimal(app.post("/v1/carts", &json!({})).fresh_key()).await.expect(201);
    assert!(!cart.text_at("/token").is_empty(), "without its secret a cart is lost");
    assert_eq!(cart.header("preference-applied"), "");
    assert!(minimal(app.get("/v1/products")).await.expect(200).json["items"].is_array());
    let line = json!({"variant_id": "var_00000000000000000000000000000009", "quantity": 1});
    let path = format!("/v1/carts/{}/lines", cart.text_at("/cart/id"));
    let refused = minimal(app.post(&path, &line).cart(&cart.text_at("/token")).fresh_key()).await;
    refused.refused(409, "product-not-available");
}

#[tokio::test]
async fn who_does_not_want_to_wait_for_money_is_told_where_to_look() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    // The provider never answers: without the wish this would take the shop's whole patience.
    let complete = app.post(&cart.path("/complete"), &button(total, "tok_stall")).cart(&cart.token);
    let asked = complete.fresh_key().header("prefer", "respond-async, wait=0").send().await.expect(202);
    assert_eq!(asked.json["status"], "processing");
    let applied: Vec<_> = asked.headers.get_all("preference-applied").iter().collect();
    assert_eq!(applied, ["respond-async", "wait=0"]);
    let order = asked.header("location").to_owned();
    assert!(order.starts_with("/v1/orders/ord_"));

    // A refusal that came later is the answer to the same key.
    let (cart, total) = app.full_cart(1999).await;
    let body = button(total + 1, "tok_ok");
    let press = || app.post(&cart.path("/complete"), &body).cart(&cart.token).key("pressed");
    press().header("prefer", "respond-async").send().await.expect(202);
    press().send().await.refused(409, "cart-changed");
}
