//! Codes, address, shipping, quotes and merging.

use amazoff_actors::coupon::Issue;
use amazoff_actors::ids::{PromotionId, UserId};
use amazoff_actors::money::Money;
use amazoff_actors::pricebook::{
    Area, Bracket, Change, Condition, Kind, Measure, Promotion, Selector, ShippingMethod, ShippingZone,
    Stacking, TaxRegion, Trigger, Window,
};
use amazoff_actors::pricing::{Rate, TaxClass};
use amazoff_supervisor::Envelope;
use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answered, GuestCart, PATIENCE, TestApp, button};

const CODE: &str = "SPRING-10";

impl TestApp {
    async fn change(&self, change: Change) {
        self.platform.shop.pricebooks.change(change, None, Envelope::system(PATIENCE)).await.unwrap();
    }

    /// A code that takes 10 % off, from two pieces on.
    async fn issue(&self) {
        let promotion = PromotionId::from(Uuid::now_v7());
        let ten_percent = Promotion {
            title: "Spring".to_owned(),
            enabled: true,
            trigger: Trigger::Coupon,
            kind: Kind::Percentage { rate: Rate::percent(10) },
            selector: Selector::All,
            condition: Condition { min_quantity: Some(2), ..Condition::default() },
            priority: 0,
            stacking: Stacking::Combine,
            window: Window::default(),
        };
        self.change(Change::CreatePromotion { id: promotion, promotion: Box::new(ten_percent) }).await;
        let (code, window) = (CODE.to_owned(), Window::default());
        let new = Issue { code, promotion, total_limit: None, per_customer_limit: None, window };
        self.platform.shop.coupons.issue(new, Envelope::system(PATIENCE)).await.unwrap();
    }

    /// A way to send for €9 that serves Germany only, and tax of 25 % that is added in Sweden.
    async fn go_abroad(&self) {
        self.change(Change::PutShippingMethod(ShippingMethod {
            id: "express".to_owned(),
            title: "Express".to_owned(),
            tax_class: TaxClass::standard(),
            zones: vec![ShippingZone {
                areas: vec![Area::country("DE")],
                by: Measure::Price,
                brackets: vec![Bracket { from: 0, price: Money::eur(900) }],
                weight_max_g: None,
            }],
        }))
        .await;
        self.change(Change::PutRegion(TaxRegion {
            id: "sweden".to_owned(),
            title: "Sweden".to_owned(),
            areas: vec![Area::country("SE")],
            prices_include_tax: false,
            rates: [(TaxClass::standard(), Rate::percent(25))].into(),
        }))
        .await;
    }

    async fn put(&self, cart: &GuestCart, rest: &str, body: &Value) -> Answered {
        self.ask(Method::PUT, &cart.path(rest)).json(body).cart(&cart.token).send().await
    }

    /// Waits until a cart has a status.
    async fn until_cart(&self, cart: &GuestCart, status: &str) {
        let wait = async {
            while self.show(cart, "").await.expect(200).json["status"] != status {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("the cart must be {status}"));
    }

    async fn show(&self, cart: &GuestCart, rest: &str) -> Answered {
        self.get(&cart.path(rest)).cart(&cart.token).send().await
    }
}

fn address(country: &str) -> Value {
    let mut form = button(0, "tok_ok");
    form["address"]["country"] = json!(country);
    json!({"email": form["email"], "name": form["name"], "address": form["address"]})
}

fn codes(answer: &Value, list: &str) -> Vec<String> {
    let items = answer[list].as_array().unwrap().iter();
    items.map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_code_is_entered_says_what_it_does_and_is_taken_out() {
    let app = TestApp::start().await;
    app.issue().await;
    let shelf = app.stocked("teapot", 1_000, 10).await;
    let cart = app.guest_cart().await;
    app.add(&cart, shelf.variant, 1).await.expect(200);
    app.put(&cart, "/coupons/nothing", &json!({})).await.refused(404, "coupon-unknown");

    let entered = app.put(&cart, "/coupons/%20spring-10", &json!({})).await.expect(200);
    assert_eq!(entered.json["coupons"], json!([{"code": CODE}]));
    assert_eq!(codes(&entered.json, "warnings"), ["coupon-not-applied"]);
    let enough = app.add(&cart, shelf.variant, 1).await.expect(200);
    assert_eq!(enough.json["coupons"][0]["discount"]["amount"], 200);
    assert_eq!(enough.json["totals"]["discount"]["amount"], 200);
    assert_eq!(enough.json["totals"]["total"]["amount"], 2_000 - 200 + 490);
    assert_eq!(codes(&enough.json, "warnings"), Vec::<String>::new());

    let path = cart.path(&format!("/coupons/{CODE}"));
    for _ in 0..2 {
        let out = app.ask(Method::DELETE, &path).cart(&cart.token).send().await.expect(200);
        assert_eq!(
            (&out.json["coupons"], &out.json["totals"]["discount"]["amount"]),
            (&json!([]), &json!(0))
        );
    }
}

#[tokio::test]
async fn an_address_decides_about_tax_and_about_ways_to_send() {
    let app = TestApp::start().await;
    app.go_abroad().await;
    let shelf = app.stocked("teapot", 1_000, 10).await;
    let cart = app.guest_cart().await;
    let added = app.add(&cart, shelf.variant, 1).await.expect(200);
    assert_eq!(codes(&added.json, "requirements"), ["address-missing"]);

    let there = app.put(&cart, "/address", &address("DE")).await.expect(200);
    let destination = json!({"country": "DE", "subdivision": "BE", "postal_code": "10115"});
    assert_eq!(there.json["destination"], destination);
    assert_eq!(there.json["requirements"], json!([]));
    let methods = |answer: &Value| -> Vec<String> {
        let options = answer["shipping_options"].as_array().unwrap().iter();
        options.map(|option| option["method"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(methods(&there.json), ["standard", "express"]);
    let express = app.put(&cart, "/shipping", &json!({"method": "express"})).await.expect(200);
    assert_eq!(express.json["totals"]["total"]["amount"], 1_900);
    assert_eq!(express.json["shipping_method"], "express");

    // Another country: the chosen way does not serve it, and tax is added.
    let abroad = app.put(&cart, "/address", &address("SE")).await.expect(200);
    assert_eq!(codes(&abroad.json, "warnings"), ["shipping-method-unavailable"]);
    assert_eq!(
        (methods(&abroad.json), &abroad.json["shipping_method"]),
        (vec!["standard".to_owned()], &json!("standard"))
    );
    let added = (1_000 + 490) / 4;
    assert_eq!(abroad.json["totals"]["tax"]["amount"], added + 1); // 122.5 of shipping are 123
    assert_eq!(abroad.json["totals"]["total"]["amount"], 1_490 + added + 1);
    app.put(&cart, "/shipping", &json!({"method": "express"})).await.refused(409, "shipping-unavailable");
    app.put(&cart, "/shipping", &json!({"method": ""})).await.refused(422, "validation-failed");
    let odd = app.put(&cart, "/address", &address("Sweden")).await.refused(422, "validation-failed");
    assert_eq!(odd.json["errors"][0]["pointer"], "/address/country");
}

#[tokio::test]
async fn a_quote_explains_every_cent_and_is_what_the_order_keeps() {
    let app = TestApp::start().await;
    app.issue().await;
    let shelf = app.stocked("teapot", 1_000, 10).await;
    let cart = app.guest_cart().await;
    app.add(&cart, shelf.variant, 3).await.expect(200);
    app.put(&cart, &format!("/coupons/{CODE}"), &json!({})).await.expect(200);
    app.put(&cart, "/address", &address("DE")).await.expect(200);
    let quote = app.show(&cart, "/quote").await.expect(200);
    let steps = quote.json["explanation"].as_array().unwrap();
    let sum: i64 = steps.iter().map(|step| step["amount"].as_i64().unwrap()).sum();
    let total = quote.json["quote"]["totals"]["total"]["amount"].as_i64().unwrap();
    assert_eq!((sum, total), (total, 3_000 - 300 + 490));

    // The cart says where it goes: the button need not.
    let mut press = button(total, "tok_ok");
    for field in ["email", "name", "address"] {
        press.as_object_mut().unwrap().remove(field);
    }
    let bought =
        app.post(&cart.path("/complete"), &press).fresh_key().cart(&cart.token).send().await.expect(200);
    assert_eq!(bought.json["totals"]["total"]["amount"], total);
    app.until_cart(&cart, "completed").await;
    app.show(&cart, "/quote").await.refused(409, "cart-completed");
}

#[tokio::test]
async fn a_button_without_an_address_of_its_own_or_the_carts_buys_nothing() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1_999).await;
    let mut press = button(total, "tok_ok");
    for field in ["email", "name", "address"] {
        press.as_object_mut().unwrap().remove(field);
    }
    app.post(&cart.path("/complete"), &press)
        .fresh_key()
        .cart(&cart.token)
        .send()
        .await
        .refused(422, "address-missing");
}

#[tokio::test]
async fn an_address_that_costs_something_else_is_kept_and_the_next_look_says_so() {
    let app = TestApp::start().await;
    app.go_abroad().await;
    let (cart, total) = app.full_cart(1_000).await;
    let mut press = button(total, "tok_ok");
    press["address"]["country"] = json!("SE");
    let send = |press: Value| app.post(&cart.path("/complete"), &press).fresh_key().cart(&cart.token).send();
    let refused = send(press.clone()).await.refused(409, "cart-changed");
    app.until_cart(&cart, "open").await;
    let shown = app.show(&cart, "").await.expect(200);
    assert_eq!(shown.json["totals"]["total"], refused.json["current_total"]);
    press["expected_total"] = refused.json["current_total"].clone();
    send(press).await.expect(200);
}

#[tokio::test]
async fn a_cart_is_opened_in_a_currency_in_which_the_shop_sells() {
    let app = TestApp::start().await;
    let open = |currency: &str| app.post("/v1/carts", &json!({"currency": currency})).fresh_key().send();
    open("USD").await.refused(409, "currency-mismatch");
    open("NOPE").await.refused(422, "validation-failed");
    let currencies = ["EUR", "USD"].map(|code| code.parse().unwrap()).to_vec();
    app.change(Change::SetCurrencies { currencies }).await;
    let opened = open("USD").await.expect(201);
    assert_eq!(opened.json["cart"]["currency"], "USD");
    let cart = GuestCart { id: opened.text_at("/cart/id"), token: opened.text_at("/token") };
    let shelf = app.stocked("teapot", 1_999, 10).await; // sold in euros only
    app.add(&cart, shelf.variant, 1).await.refused(409, "product-not-available");
}

#[tokio::test]
async fn a_guests_cart_goes_into_the_persons_once() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1_999, 10).await;
    let guest = app.guest_cart().await;
    app.add(&guest, shelf.variant, 2).await.expect(200);
    let ann = app.registered("ann@example.org").await.text_at("/access_token");
    let bob = app.registered("bob@example.org").await.text_at("/access_token");
    app.get("/v1/me/cart").bearer(&ann).send().await.refused(404, "cart-not-found");
    let own = app.post("/v1/carts", &json!({})).fresh_key().bearer(&ann).send().await.expect(201);
    let own = own.text_at("/cart/id");
    app.projected().await;
    assert_eq!(app.get("/v1/me/cart").bearer(&ann).send().await.expect(200).json["id"], own);

    let merge = |token: &str, key: &str| {
        let into = json!({"target": own, "strategy": "sum_capped"});
        app.post(&guest.path("/merge"), &into).key(key).cart(&guest.token).bearer(token).send()
    };
    // Into one's own cart only: another one's is not there.
    merge(&bob, "bob").await.refused(404, "cart-not-found");
    for key in ["one", "one", "two"] {
        let merged = merge(&ann, key).await.expect(200);
        assert_eq!((&merged.json["id"], &merged.json["lines"][0]["quantity"]), (&json!(own), &json!(2)));
    }
    let gone = app.show(&guest, "").await.expect(200);
    assert_eq!((&gone.json["status"], &gone.json["merged_into"]), (&json!("merged"), &json!(own)));
    app.add(&guest, shelf.variant, 1).await.refused(409, "cart-merged");

    // A guest's cart takes another one over for whoever holds both secrets.
    let (one, other) = (app.guest_cart().await, app.guest_cart().await);
    app.add(&one, shelf.variant, 1).await.expect(200);
    let merge = |token: &str| {
        let into = json!({"target": other.id, "target_token": token});
        app.post(&one.path("/merge"), &into).fresh_key().cart(&one.token).send()
    };
    merge(&one.token).await.refused(404, "cart-not-found");
    assert_eq!(merge(&other.token).await.expect(200).json["lines"][0]["quantity"], 1);
    let itself = json!({"target": other.id, "target_token": other.token});
    let itself = app.post(&other.path("/merge"), &itself).fresh_key().cart(&other.token).send().await;
    itself.refused(422, "merge-into-itself");

    // Once it is a person's, its secret shows it to nobody, not even by repeating what was done before.
    let person = UserId::from(Uuid::now_v7());
    let adopting =
        app.platform.shop.carts.adopt(other.id.parse().unwrap(), person, Envelope::system(PATIENCE));
    adopting.await.unwrap();
    app.show(&other, "").await.refused(404, "cart-not-found");
    merge(&other.token).await.refused(404, "cart-not-found");
}

#[tokio::test]
async fn what_changed_since_it_was_added_is_a_warning() {
    let app = TestApp::start().await;
    let shelf = app.stocked("teapot", 1_999, 3).await;
    let cart = app.guest_cart().await;
    app.add(&cart, shelf.variant, 3).await.expect(200);
    let (products, within) = (&app.platform.shop.products, || Envelope::system(PATIENCE));
    products.change_price(shelf.product, shelf.variant, Money::eur(2_499), within()).await.unwrap();
    let other = app.guest_cart().await;
    app.add(&other, shelf.variant, 3).await.expect(200);
    let total = 3 * 2_499;
    app.complete(&other, total, "tok_ok").await.expect(200);
    let shown = app.show(&cart, "").await.expect(200);
    assert_eq!(codes(&shown.json, "warnings"), ["price-changed", "insufficient-stock"]);
    assert_eq!(shown.json["totals"]["total"]["amount"], total);
    products.archive(shelf.product, within()).await.unwrap();
    let shown = app.show(&cart, "").await.expect(200);
    assert_eq!(codes(&shown.json, "warnings"), ["product-unavailable"]);
    assert!(codes(&shown.json, "requirements").contains(&"product-not-available".to_owned()));
}
