//! The back office.

mod coupons;
mod pricebook;
mod promotions;
mod quotes;
mod reports;

use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Asking, TestApp};

/// A promotion that takes ten percent off.
fn ten_off() -> Value {
    json!({"title": "Ten off", "kind": {"percentage": {"rate": 100_000}}})
}

/// Creates a promotion; its id.
async fn created(app: &TestApp, admin: &str, promotion: &Value) -> String {
    let asked = app.post("/admin/v1/promotions", promotion).fresh_key().bearer(admin);
    asked.send().await.expect(201).text_at("/id")
}

fn put(app: &TestApp, path: &str, body: &Value, token: &str) -> Asking {
    app.ask(Method::PUT, path).json(body).bearer(token)
}

/// Every route of the back office, with the least body that it takes.
fn routes() -> Vec<(Method, &'static str, Option<Value>, bool)> {
    let promotion = "/admin/v1/promotions/promo_0123456789abcdef0123456789abcdef";
    vec![
        (Method::GET, "/admin/v1/pricebook", None, true),
        (Method::PUT, "/admin/v1/pricebook/currencies", Some(json!({"currencies": ["EUR"]})), false),
        (Method::PUT, "/admin/v1/pricebook/rounding", Some(json!({"rounding": "half_up"})), false),
        (Method::PUT, "/admin/v1/pricebook/capture", Some(json!({"capture": "on_placement"})), false),
        (Method::PUT, "/admin/v1/pricebook/default-region", Some(json!({"region": "everywhere"})), false),
        (Method::PUT, "/admin/v1/pricebook/regions/de", Some(json!({})), false),
        (Method::DELETE, "/admin/v1/pricebook/regions/de", None, false),
        (Method::PUT, "/admin/v1/pricebook/shipping-methods/x", Some(json!({})), false),
        (Method::DELETE, "/admin/v1/pricebook/shipping-methods/x", None, false),
        (Method::GET, "/admin/v1/promotions", None, true),
        (Method::POST, "/admin/v1/promotions", Some(ten_off()), false),
        (Method::PATCH, promotion, Some(json!({})), false),
        (Method::POST, "/admin/v1/coupons", Some(json!({})), false),
        (Method::GET, "/admin/v1/coupons/X", None, true),
        (Method::DELETE, "/admin/v1/coupons/X", None, false),
        (Method::POST, "/admin/v1/quotes", Some(json!({"lines": []})), true),
    ]
}

#[tokio::test]
async fn only_staff_gets_in_and_only_admins_change_anything() {
    let app = TestApp::start().await;
    let support = app.token_of(Role::Support).await;
    let (shopper, ops) = (app.token_of(Role::Shopper).await, app.token_of(Role::Ops).await);
    // Orders and stock are the desk's, whose roles its own tests try.
    let of_prices = |path: &str| {
        ["pricebook", "promotions", "coupons", "quotes"]
            .iter()
            .any(|of| path.starts_with(&format!("/admin/v1/{of}")))
    };
    let listed = amazoff_http::access::TABLE.iter().filter(|(_, path, _)| of_prices(path));
    assert_eq!(listed.count(), routes().len(), "a route of the back office of prices is not tried here");
    for (method, path, body, reads) in routes() {
        let ask = || {
            let asked = app.ask(method.clone(), path).fresh_key();
            body.as_ref().map_or(asked, |body| app.ask(method.clone(), path).fresh_key().json(body))
        };
        ask().send().await.refused(401, "login-required");
        ask().bearer(&shopper).send().await.refused(403, "role-missing");
        ask().bearer(&ops).send().await.refused(403, "role-missing");
        let answer = ask().bearer(&support).send().await;
        if reads {
            assert_ne!(answer.status.as_u16(), 403, "{method} {path}");
        } else {
            answer.refused(403, "role-missing");
        }
    }
}
