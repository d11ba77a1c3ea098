//! The requests that shoppers make, and how their answers read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Auth, Client, Reply, Request};
use super::server::{OWNER_EMAIL, OWNER_PASSWORD};

/// Card that pays.
pub const CARD_OK: &str = "tok_ok";
/// Card that is refused.
pub const CARD_DECLINED: &str = "tok_decline";
/// Card that asks the shopper first.
pub const CARD_ACTION: &str = "tok_action";
/// Card that reserves, but gives no money.
pub const CARD_UNTAKEN: &str = "tok_capture_decline";

/// Pieces per variant.
pub type Lines = BTreeMap<String, u32>;

/// Ids of all variants on sale, with what is available.
pub async fn variants(client: &Client) -> Lines {
    let list = client.send(&Request::get("/v1/products?limit=100")).await.expect("the catalogue answers");
    let mut variants = Lines::new();
    for card in list.body["items"].as_array().expect("a list of products") {
        let id = card["id"].as_str().expect("a product id");
        let product =
            client.send(&Request::get(format!("/v1/products/{id}"))).await.expect("a product answers");
        for variant in product.body["variants"].as_array().expect("variants") {
            variants.insert(text(&variant["id"]), number(&variant["available"]));
        }
    }
    variants
}

/// A variant of which there is plenty.
pub async fn plenty(client: &Client) -> String {
    let variants = variants(client).await;
    variants.into_iter().max_by_key(|(_, available)| *available).expect("something is on sale").0
}

/// A guest's cart with one piece, what opens it, and what it costs in cents.
pub async fn cart_with(client: &Client, variant: &str) -> (String, Auth, i64) {
    let (id, auth) = open_cart(client, None).await.expect("a cart is opened");
    let reply = client.send(&add_line(&id, variant, 1).by(&auth)).await.expect("the line is answered");
    assert!(reply.is_success(), "{}", reply.body);
    (id, auth, total_of(cart_of(&reply.body)))
}

/// Puts so much of variants on the shelves that nothing runs out.
pub async fn stock_up(client: &Client, variants: &[String]) {
    let owner = owner(client).await;
    for variant in variants {
        let path = format!("/admin/v1/stock/{variant}/receive");
        let receive = Request::post(path, json!({ "quantity": 1_000_000 })).by(&owner);
        let reply = client.send(&receive).await.expect("an answer");
        assert!(reply.is_success(), "{}", reply.body);
    }
}

/// Opens a cart; `None` when that was refused.
pub async fn open_cart(client: &Client, bearer: Option<&str>) -> Option<(String, Auth)> {
    let auth = Auth { bearer: bearer.map(str::to_owned), cart_token: None };
    let reply = client.send(&Request::post("/v1/carts", json!({})).by(&auth)).await?;
    if reply.status != 201 {
        return None;
    }
    let token = reply.body["token"].as_str().map(str::to_owned);
    Some((text(&cart_of(&reply.body)["id"]), Auth { cart_token: token, ..auth }))
}

/// Adds pieces of a variant.
pub fn add_line(cart: &str, variant: &str, quantity: u32) -> Request {
    Request::post(format!("/v1/carts/{cart}/lines"), json!({ "variant_id": variant, "quantity": quantity }))
}

/// Completes a cart with a card of the sandbox.
pub fn complete(cart: &str, total: i64, card: &str) -> Request {
    complete_at(cart, total, ("sandbox", card))
}

/// Completes a cart with what a provider calls a card.
pub fn complete_at(cart: &str, total: i64, (provider, card): (&str, &str)) -> Request {
    let body = json!({
        "expected_total": { "amount": total, "currency": "EUR" },
        "email": "shopper@example.com",
        "name": "Sam Shopper",
        "address": { "line1": "Way 1", "city": "Berlin", "postal_code": "10115", "country": "DE" },
        "payment": { "provider": provider, "token": card },
    });
    Request::post(format!("/v1/carts/{cart}/complete"), body)
}

/// The cart in an answer.
pub fn cart_of(body: &Value) -> &Value {
    body.get("cart").unwrap_or(body)
}

/// The lines of a cart or order.
pub fn lines_of(body: &Value) -> Lines {
    let lines = body["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    lines.iter().map(|line| (text(&line["variant_id"]), number(&line["quantity"]))).collect()
}

/// What a cart or order costs, in cents.
pub fn total_of(body: &Value) -> i64 {
    body["totals"]["total"]["amount"].as_i64().unwrap_or(-1)
}

/// The line of a variant in a cart.
pub fn line_id(cart: &Value, variant: &str) -> Option<String> {
    let lines = cart["lines"].as_array()?;
    lines.iter().find(|line| line["variant_id"] == variant).map(|line| text(&line["id"]))
}

/// Repeats a completion until it says more than "processing".
pub async fn settle(client: &Client, request: &Request) -> Option<Reply> {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while std::time::Instant::now() < limit {
        let reply = client.send(request).await?;
        if reply.status != 202 || reply.body["status"] != "processing" {
            return Some(reply);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    client.complain("a completion stays in processing".to_owned());
    None
}

/// Asks again until the answer is as wished.
pub async fn until(client: &Client, request: &Request, wish: impl Fn(&Value) -> bool) -> Value {
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let reply = client.send(request).await.expect("an answer");
        if wish(&reply.body) {
            return reply.body;
        }
        assert!(std::time::Instant::now() < limit, "it stays {}", reply.body);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// Logs in; the bearer token.
pub async fn login(client: &Client, email: &str, password: &str) -> Option<(String, Value)> {
    let request = Request::post("/v1/auth/login", json!({ "email": email, "password": password }));
    let reply = client.send(&request).await?;
    reply.is_success().then(|| (text(&reply.body["access_token"]), reply.body["user"].clone()))
}

/// The owner of the shop, logged in.
pub async fn owner(client: &Client) -> Auth {
    let (token, _) = login(client, OWNER_EMAIL, OWNER_PASSWORD).await.expect("the owner logs in");
    Auth { bearer: Some(token), cart_token: None }
}

/// A JSON text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> u32 {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}
