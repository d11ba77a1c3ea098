use axum::http::Method;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_guest_opens_a_cart_and_fills_it() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let created = app.post("/v1/carts", &json!({})).fresh_key().send().await.expect(201);
    let id = created.text_at("/cart/id");
    assert_eq!(created.header("location"), format!("/v1/carts/{id}"));
    assert!(created.text_at("/token").starts_with("ct_"));
    let cart = crate::support::GuestCart { id, token: created.text_at("/token") };
    let added = app.add(&cart, shelf.variant, 2).await.expect(200);
    assert_eq!(added.json["lines"][0]["quantity"], 2);
    assert_eq!(added.json["totals"]["subtotal"]["amount"], 3998);
    let line = added.text_at("/lines/0/id");
    let path = cart.path(&format!("/lines/{line}"));
    let changed = app
        .ask(Method::PATCH, &path)
        .json(&json!({"quantity": 3}))
        .cart(&cart.token)
        .send()
        .await
        .expect(200);
    assert_eq!(changed.json["totals"]["total"]["amount"], 3 * 1999);
    for _ in 0..2 {
        let removed = app.ask(Method::DELETE, &path).cart(&cart.token).send().await.expect(200);
        assert_eq!(removed.json["lines"], json!([]));
    }
}

#[tokio::test]
async fn a_repeat_with_the_same_key_does_nothing_twice() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let open = || app.post("/v1/carts", &json!({})).key("one-key-of-a-guest").send();
    let (first, second) = (open().await.expect(201), open().await.expect(201));
    assert_eq!(first.text, second.text);
    assert_eq!(second.header("idempotent-replayed"), "true");
    let cart = app.guest_cart().await;
    let line = json!({"variant_id": shelf.variant, "quantity": 2});
    let add = || app.post(&cart.path("/lines"), &line).key("k").cart(&cart.token).send();
    let first = add().await.expect(200);
    let second = add().await.expect(200);
    assert_eq!(first.text, second.text);
    assert_eq!((first.header("idempotent-replayed"), second.header("idempotent-replayed")), ("", "true"));
}

#[tokio::test]
async fn a_refusal_is_replayed_too() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 1).await;
    let cart = app.guest_cart().await;
    let line = json!({"variant_id": shelf.variant, "quantity": 2});
    let add = || app.post(&cart.path("/lines"), &line).key("k").cart(&cart.token).send();
    let first = add().await.refused(409, "insufficient-stock");
    assert_eq!(first.json["available"], 1);
    let within = amazoff_supervisor::Envelope::system(crate::support::PATIENCE);
    app.platform.shop.stocks.receive(shelf.variant, 5, within).await.unwrap();
    let second = add().await.refused(409, "insufficient-stock");
    assert_eq!(second.header("idempotent-replayed"), "true");
    app.add(&cart, shelf.variant, 2).await.expect(200);
}

#[tokio::test]
async fn one_key_with_another_body_is_refused() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let cart = app.guest_cart().await;
    let add = |quantity: u32| {
        let line = json!({"variant_id": shelf.variant, "quantity": quantity});
        app.post(&cart.path("/lines"), &line).key("k").cart(&cart.token).send()
    };
    add(1).await.expect(200);
    add(2).await.refused(422, "idempotency-key-reused");
    let reordered = format!(r#"{{ "quantity":1, "variant_id":"{}" }}"#, shelf.variant);
    let same =
        app.ask(Method::POST, &cart.path("/lines")).raw(reordered).header("content-type", "application/json");
    same.key("k").cart(&cart.token).send().await.expect(200);
}

#[tokio::test]
async fn another_ones_cart_is_as_absent_as_none() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let (mine, other) = (app.guest_cart().await, app.guest_cart().await);
    let person = app.registered("ann@example.org").await.text_at("/access_token");
    let absent = "cart_00000000000000000000000000000001";
    let mut seen = Vec::new();
    for (id, token) in
        [(&mine.id, &other.token), (&mine.id, &String::new()), (&absent.to_owned(), &mine.token)]
    {
        let asked = [
            app.get(&format!("/v1/carts/{id}")),
            app.post(&format!("/v1/carts/{id}/lines"), &json!({"variant_id": shelf.variant, "quantity": 1})),
            app.post(&format!("/v1/carts/{id}/complete"), &crate::support::button(1, "tok_ok")),
        ];
        for asking in asked {
            let refused = asking.fresh_key().cart(token).send().await.refused(404, "cart-not-found");
            seen.push((refused.json["detail"].clone(), refused.header_names()));
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "all answers are alike: {seen:?}");
    app.get(&mine.path("")).bearer(&person).send().await.refused(404, "cart-not-found");
    assert_eq!(app.get(&mine.path("")).cart(&mine.token).send().await.expect(200).json["lines"], json!([]));
}

#[tokio::test]
async fn a_persons_cart_needs_the_person() {
    let app = TestApp::start().await;
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let bob = app.registered("bob@example.org").await.text_at("/access_token");
    let created =
        app.post("/v1/carts", &json!({})).key("a-key-that-two-have").bearer(&ann).send().await.expect(201);
    assert!(created.json.get("token").is_none());
    let path = format!("/v1/carts/{}", created.text_at("/cart/id"));
    app.get(&path).bearer(&ann).send().await.expect(200);
    app.get(&path).bearer(&bob).send().await.refused(404, "cart-not-found");
    app.get(&path).send().await.refused(404, "cart-not-found");
    let other =
        app.post("/v1/carts", &json!({})).key("a-key-that-two-have").bearer(&bob).send().await.expect(201);
    assert_ne!(other.json["cart"]["id"], created.json["cart"]["id"], "keys are each person's own");
}

#[tokio::test]
async fn whoever_has_the_cart_already_gets_304_until_it_changes() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1999, 10).await;
    let cart = app.guest_cart().await;
    let shown = app.get(&cart.path("")).cart(&cart.token).send().await.expect(200);
    let tag = shown.header("etag").to_owned();
    app.get(&cart.path("")).cart(&cart.token).header("if-none-match", &tag).send().await.expect(304);
    app.add(&cart, shelf.variant, 1).await.expect(200);
    let changed =
        app.get(&cart.path("")).cart(&cart.token).header("if-none-match", &tag).send().await.expect(200);
    assert!(changed.header("cache-control").starts_with("private"));
}
