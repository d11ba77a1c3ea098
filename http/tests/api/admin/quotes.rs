use amazoff_actors::user::Role;
use serde_json::{Value, json};

use super::{created, put, ten_off};
use crate::support::TestApp;

async fn priced(app: &TestApp, token: &str, body: &Value) -> Value {
    app.post("/admin/v1/quotes", body).bearer(token).send().await.expect(200).json
}

fn total(priced: &Value) -> i64 {
    priced["quote"]["totals"]["total"]["amount"].as_i64().unwrap()
}

fn explained(priced: &Value) -> i64 {
    priced["explanation"].as_array().unwrap().iter().map(|step| step["amount"].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn a_basket_is_priced_and_every_cent_explained() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let shelf = app.stocked("lamp", 1_999, 9).await;
    let promotion = created(
        &app,
        &admin,
        &json!({"title": "Ten off", "trigger": "coupon", "kind": {"percentage": {"rate": 100_000}}}),
    )
    .await;
    let coupon = json!({"code": "TEN", "promotion_id": promotion});
    app.post("/admin/v1/coupons", &coupon).fresh_key().bearer(&admin).send().await.expect(201);
    let unknown = "var_0123456789abcdef0123456789abcdef";
    let basket = json!({
        "lines": [{"variant_id": shelf.variant, "quantity": 2}, {"variant_id": unknown, "quantity": 1}],
        "coupons": ["ten", "NOBODY"],
    });
    let support = app.token_of(Role::Support).await;
    let seen = priced(&app, &support, &basket).await;
    // 39.98 − 4.00 + 4.90
    assert_eq!((total(&seen), explained(&seen)), (4_088, 4_088));
    assert_eq!(seen["unavailable"], json!([unknown]));
    assert_eq!(seen["shipping_options"][0]["method"], "standard");
    let coupons = &seen["quote"]["coupons"];
    assert_eq!(coupons[0]["outcome"]["not_applied"]["reason"], "unknown");
    assert_eq!(coupons[1]["outcome"]["applied"]["discount"]["amount"], 400);
    let texts = seen["explanation"].as_array().unwrap().iter().map(|step| step["text"].as_str().unwrap());
    assert!(texts.into_iter().any(|text| text == "2 × €19.99"), "{seen}");
}

#[tokio::test]
async fn a_draft_of_a_promotion_is_tried_out_and_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let shelf = app.stocked("lamp", 6_000, 9).await;
    let lines = json!([{"variant_id": shelf.variant, "quantity": 1}]);
    let draft = json!({"lines": lines, "promotion": ten_off()});
    let seen = priced(&app, &admin, &draft).await;
    assert_eq!(total(&seen), 5_400);
    assert_eq!(seen["quote"]["discounts"][0]["promotion"], seen["tried_promotion_id"]);
    assert_eq!(total(&priced(&app, &admin, &json!({"lines": lines})).await), 6_000);
    let book = app.get("/admin/v1/promotions").bearer(&admin).send().await.expect(200).json;
    assert_eq!(book, json!({"version": 0, "promotions": []}));
    // What could not be added is not tried out either.
    let nothing = json!({"title": "Nothing off", "kind": {"percentage": {"rate": 0}}});
    let draft = json!({"lines": lines, "promotion": nothing});
    let refused = app.post("/admin/v1/quotes", &draft).bearer(&admin).send().await;
    assert_eq!(refused.refused(422, "pricebook-invalid").json["field"], "rate");
}

#[tokio::test]
async fn destination_currency_and_method_count() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let shelf = app.stocked("lamp", 10_000, 9).await;
    let new_york = json!({"title": "New York", "areas": [{"country": "US", "subdivision": "NY"}],
        "prices_include_tax": false, "rates": {"standard": 88_750}});
    put(&app, "/admin/v1/pricebook/regions/us-ny", &new_york, &admin).send().await.expect(200);
    let lines = json!([{"variant_id": shelf.variant, "quantity": 1}]);
    let there = json!({"lines": lines, "destination": {"country": "US", "subdivision": "NY"},
        "shipping_method": "express"});
    let seen = priced(&app, &admin, &there).await;
    assert_eq!((total(&seen), &seen["method_unavailable"]), (10_888, &json!(true)));
    let dollars = priced(&app, &admin, &json!({"lines": lines, "currency": "USD"})).await;
    assert_eq!((total(&dollars), &dollars["unavailable"]), (0, &json!([shelf.variant])));
}

#[tokio::test]
async fn a_basket_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let line = json!({"variant_id": "var_0123456789abcdef0123456789abcdef", "quantity": 1});
    for (body, pointer) in [
        (json!({}), "/lines"),
        (json!({"lines": [line, line]}), "/lines"),
        (json!({"lines": [], "coupons": vec!["X"; 21]}), "/coupons"),
        (json!({"lines": [], "curency": "EUR"}), "/curency"),
        (json!({"lines": [{"variant_id": line["variant_id"], "quantity": 0}]}), "/lines/0/quantity"),
    ] {
        let refused = app.post("/admin/v1/quotes", &body).bearer(&admin).send().await;
        let refused = refused.refused(422, "validation-failed");
        assert_eq!(refused.text_at("/errors/0/pointer"), pointer, "{}", refused.text);
    }
}
