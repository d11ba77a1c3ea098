use serde_json::json;

use crate::support::{TestApp, button};

#[tokio::test]
async fn a_guest_buys_and_the_repeat_buys_nothing_more() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let press =
        || app.post(&cart.path("/complete"), &button(total, "tok_ok")).key("k").cart(&cart.token).send();
    let bought = press().await.expect(200);
    assert!(["placed", "paid"].contains(&bought.text_at("/stage").as_str()), "{}", bought.text);
    assert_eq!(bought.json["totals"]["total"]["amount"], total);
    let again = press().await.expect(200);
    assert_eq!(again.json["id"], bought.json["id"]);
    assert_eq!((bought.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
    let other_key = app.complete(&cart, total, "tok_ok").await;
    assert_eq!(other_key.json["id"], bought.json["id"], "one cart is one order: {}", other_key.text);
}

#[tokio::test]
async fn thirty_presses_at_once_are_one_order() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let presses = (0..30).map(|n| {
        let key = if n % 2 == 0 { "same".to_owned() } else { format!("other-{n}") };
        app.post(&cart.path("/complete"), &button(total, "tok_ok")).key(&key).cart(&cart.token).send()
    });
    let answers = futures::future::join_all(presses).await;
    let mut orders: Vec<String> = answers
        .iter()
        .filter(|answer| answer.status.is_success())
        .map(|answer| format!("{}{}", answer.text_at("/id"), answer.text_at("/order_id")))
        .collect();
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 1, "{orders:?}");
    for answer in answers.iter().filter(|answer| !answer.status.is_success()) {
        assert_eq!(answer.status, 409, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_cart_that_costs_something_else_by_now_is_not_bought() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let refused = app.complete(&cart, total - 1, "tok_ok").await.refused(409, "cart-changed");
    assert_eq!(refused.json["current_total"], json!({"amount": total, "currency": "EUR"}));
    app.complete(&cart, total, "tok_ok").await.expect(200);
}

#[tokio::test]
async fn a_declined_card_leaves_the_cart_open() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let press =
        || app.post(&cart.path("/complete"), &button(total, "tok_decline")).key("k").cart(&cart.token).send();
    let declined = press().await.refused(422, "payment-failed");
    assert_eq!(declined.json["decline_code"], "card_declined");
    let again = press().await.refused(422, "payment-failed");
    assert_eq!(again.header("idempotent-replayed"), "true");
    let shown = app.get(&cart.path("")).cart(&cart.token).send().await.expect(200);
    assert_eq!(shown.json["status"], "open");
    app.complete(&cart, total, "tok_ok").await.expect(200);
}

#[tokio::test]
async fn the_shopper_answers_the_banks_question() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1999).await;
    let asked = app.complete(&cart, total, "tok_action").await.expect(202);
    assert_eq!(asked.json["status"], "requires_action");
    assert_eq!(asked.header("location"), asked.text_at("/status_url"));
    let payment = format!("/v1/payments/{}", asked.text_at("/payment_id"));
    app.get(&payment).send().await.refused(404, "payment-not-found");
    let shown = app.get(&payment).cart(&cart.token).send().await.expect(200);
    assert_eq!(shown.json["status"], "requires_action");
    let confirm = format!("{payment}/confirm");
    let approve = json!({"result": "approve"});
    app.post(&confirm, &approve).fresh_key().send().await.refused(404, "payment-not-found");
    app.post(&confirm, &json!({"result": "maybe"}))
        .fresh_key()
        .cart(&cart.token)
        .send()
        .await
        .refused(422, "validation-failed");
    app.post(&confirm, &approve).fresh_key().cart(&cart.token).send().await.expect(200);
    let paid = app.order_at_stage(&asked.text_at("/status_url"), &cart, "paid").await;
    assert_eq!(paid["payment_status"], "paid");
}

#[tokio::test]
async fn an_empty_cart_is_not_bought() {
    let app = TestApp::start().await;
    let cart = app.guest_cart().await;
    app.complete(&cart, 0, "tok_ok").await.refused(422, "cart-empty");
}

#[tokio::test]
async fn the_last_piece_is_sold_once() {
    let app = TestApp::start().await;
    let shelf = app.stocked("last", 9000, 1).await;
    let mut carts = Vec::new();
    for _ in 0..5 {
        let cart = app.guest_cart().await;
        app.add(&cart, shelf.variant, 1).await.expect(200);
        carts.push(cart);
    }
    let answers =
        futures::future::join_all(carts.iter().map(|cart| app.complete(cart, 9000, "tok_ok"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for refused in answers.into_iter().filter(|answer| answer.status != 200) {
        assert_eq!(refused.refused(409, "insufficient-stock").json["available"], 0);
    }
}
