use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answered, TestApp};

fn form(city: &str, default: bool) -> Value {
    let address = json!({"line1": "Street 1", "city": city, "postal_code": "10115", "country": "DE"});
    json!({"recipient": {"email": "ann@example.org", "name": "Ann", "address": address}, "default": default})
}

async fn added(app: &TestApp, token: &str, form: &Value) -> Answered {
    app.post("/v1/me/addresses", form).fresh_key().bearer(token).send().await
}

/// Towns, with a star at the default.
async fn towns(app: &TestApp, token: &str) -> Vec<String> {
    let list = app.get("/v1/me/addresses").bearer(token).send().await.expect(200);
    let items = list.json["items"].as_array().unwrap().clone();
    let town = |item: &Value| {
        let star = if item["default"] == true { "*" } else { "" };
        format!("{}{star}", item["recipient"]["address"]["city"].as_str().unwrap())
    };
    items.iter().map(town).collect()
}

#[tokio::test]
async fn a_person_can_be_called_something_else() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let rename =
        |name: &str| app.ask(Method::PATCH, "/v1/me").json(&json!({"name": name})).bearer(&token).send();
    assert_eq!(rename(" Zoë ").await.expect(200).json["name"], "Zoë");
    assert_eq!(app.get("/v1/me").bearer(&token).send().await.json["name"], "Zoë");
    let refused = rename("").await.refused(422, "name-invalid");
    assert_eq!(refused.json["errors"][0]["pointer"], "/name");
    let odd = app.ask(Method::PATCH, "/v1/me").json(&json!({"roles": ["admin"]})).bearer(&token).send().await;
    odd.refused(422, "validation-failed");
    app.ask(Method::PATCH, "/v1/me").json(&json!({"name": "x"})).send().await.refused(401, "login-required");
}

#[tokio::test]
async fn addresses_are_kept_changed_and_removed_and_one_is_the_default() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let first = added(&app, &token, &form("Berlin", false)).await.expect(201);
    assert_eq!(first.header("location"), format!("/v1/me/addresses/{}", first.text_at("/id")));
    assert_eq!(first.json["default"], true, "the first is the default");
    added(&app, &token, &form("Bonn", false)).await.expect(201);
    let third = added(&app, &token, &form("Hamburg", true)).await.expect(201);
    assert_eq!(towns(&app, &token).await, ["Berlin", "Bonn", "Hamburg*"]);
    let path = format!("/v1/me/addresses/{}", third.text_at("/id"));
    let put = |form: &Value| app.ask(Method::PUT, &path).json(form).bearer(&token).send();
    assert_eq!(put(&form("Jena", false)).await.expect(200).json["recipient"]["address"]["city"], "Jena");
    app.ask(Method::DELETE, &path).bearer(&token).send().await.expect(204);
    assert_eq!(towns(&app, &token).await, ["Berlin*", "Bonn"]);
    put(&form("Jena", false)).await.refused(404, "address-not-found");
    app.ask(Method::DELETE, &path).bearer(&token).send().await.refused(404, "address-not-found");
}

#[tokio::test]
async fn an_address_that_is_sent_twice_is_kept_once_and_strangers_see_none() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let add = |city: &str| app.post("/v1/me/addresses", &form(city, false)).key("one").bearer(&token).send();
    let (first, second) = (add("Berlin").await.expect(201), add("Berlin").await.expect(201));
    assert_eq!(first.json, second.json);
    assert_eq!(second.header("idempotent-replayed"), "true");
    add("Bonn").await.refused(422, "idempotency-key-reused");
    assert_eq!(towns(&app, &token).await, ["Berlin*"]);
    let stranger = app.registered("ben@example.org").await.text_at("/access_token");
    assert!(towns(&app, &stranger).await.is_empty());
    let path = format!("/v1/me/addresses/{}", first.text_at("/id"));
    app.ask(Method::DELETE, &path).bearer(&stranger).send().await.refused(404, "address-not-found");
}

#[tokio::test]
async fn a_weak_address_names_its_fields_and_the_twenty_first_is_refused() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let mut weak = form("Berlin", false);
    weak["recipient"]["address"]["country"] = json!("Germany");
    let refused = added(&app, &token, &weak).await.refused(422, "validation-failed");
    assert_eq!(refused.json["errors"][0]["pointer"], "/recipient/address/country");
    for _ in 0..20 {
        added(&app, &token, &form("Berlin", false)).await.expect(201);
    }
    let refused = added(&app, &token, &form("Berlin", false)).await.refused(409, "too-many-addresses");
    assert_eq!(refused.json["maximum"], 20);
}

#[tokio::test]
async fn a_kept_address_fits_a_cart() {
    let app = TestApp::start().await;
    let token = app.registered("ann@example.org").await.text_at("/access_token");
    let kept = added(&app, &token, &form("Berlin", true)).await.expect(201);
    let cart = app.post("/v1/carts", &json!({})).fresh_key().bearer(&token).send().await.expect(201);
    let path = format!("/v1/carts/{}/address", cart.text_at("/cart/id"));
    app.ask(Method::PUT, &path).json(&kept.json["recipient"]).bearer(&token).send().await.expect(200);
}
