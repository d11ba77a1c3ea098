use serde_json::{Value, json};

use crate::support::{GuestCart, PATIENCE, TestApp, button};

impl TestApp {
    /// The order once it has come so far.
    pub(crate) async fn order_at_stage(&self, path: &str, cart: &GuestCart, stage: &str) -> Value {
        let following = async {
            loop {
                let shown = self.get(path).cart(&cart.token).send().await.expect(200);
                if shown.json["stage"] == stage {
                    return shown.json;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, following)
            .await
            .unwrap_or_else(|_| panic!("the order must become {stage}"))
    }
}

#[tokio::test]
async fn a_guests_order_is_shown_to_whoever_holds_the_cart() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let bought = app.complete(&cart, total, "tok_ok").await.expect(200);
    let path = format!("/v1/orders/{}", bought.text_at("/id"));
    let paid = app.order_at_stage(&path, &cart, "paid").await;
    assert!(paid["number"].as_str().unwrap().starts_with("AZ-"));
    assert!(!paid.to_string().contains("ann@example.org"), "nothing personal: {paid}");
    let other = app.guest_cart().await;
    app.get(&path).send().await.refused(404, "order-not-found");
    app.get(&path).cart(&other.token).send().await.refused(404, "order-not-found");
    let tag = app.get(&path).cart(&cart.token).send().await.expect(200).header("etag").to_owned();
    app.get(&path).cart(&cart.token).header("if-none-match", &tag).send().await.expect(304);
}

#[tokio::test]
async fn a_person_lists_only_their_own_orders() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 6000, 10).await;
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let bob = app.registered("bob@example.org").await.text_at("/access_token");
    for n in 0..3 {
        let cart = app
            .post("/v1/carts", &json!({}))
            .key(&format!("cart-{n}-of-one-person"))
            .bearer(&ann)
            .send()
            .await
            .expect(201);
        let path = format!("/v1/carts/{}", cart.text_at("/cart/id"));
        let line = json!({"variant_id": shelf.variant, "quantity": 1});
        app.post(&format!("{path}/lines"), &line).fresh_key().bearer(&ann).send().await.expect(200);
        app.post(&format!("{path}/complete"), &button(6000, "tok_ok"))
            .fresh_key()
            .bearer(&ann)
            .send()
            .await
            .expect(200);
    }
    app.projected().await;
    let first = app.get("/v1/orders?limit=2").bearer(&ann).send().await.expect(200);
    assert_eq!(first.json["items"].as_array().unwrap().len(), 2);
    let cursor = first.text_at("/next_cursor");
    let second = app.get(&format!("/v1/orders?cursor={cursor}")).bearer(&ann).send().await.expect(200);
    assert_eq!(second.json["items"].as_array().unwrap().len(), 1);
    let foreign = app.get("/v1/orders").bearer(&bob).send().await.expect(200);
    assert_eq!(foreign.json["items"], json!([]));
    app.get(&format!("/v1/orders?cursor={cursor}")).bearer(&bob).send().await.refused(400, "cursor-invalid");
    app.get("/v1/orders").send().await.refused(401, "login-required");
    let path = format!("/v1/orders/{}", first.text_at("/items/0/id"));
    app.get(&path).bearer(&ann).send().await.expect(200);
    app.get(&path).bearer(&bob).send().await.refused(404, "order-not-found");
}
