use amazoff_actors::user::Role;
use axum::http::Method;
use serde_json::{Value, json};

use super::put;
use crate::support::TestApp;

const BOOK: &str = "/admin/v1/pricebook";

fn germany() -> Value {
    json!({"title": "Germany", "areas": [{"country": "DE"}], "prices_include_tax": true,
        "rates": {"standard": 190_000, "reduced": 70_000}})
}

fn express() -> Value {
    json!({"title": "Express", "zones": [{"areas": [{}], "by": "weight",
        "brackets": [{"from": 0, "price": {"amount": 990, "currency": "EUR"}}]}]})
}

#[tokio::test]
async fn a_new_shop_shows_what_it_charges() {
    let app = TestApp::start().await;
    let support = app.token_of(Role::Support).await;
    let seen = app.get(BOOK).bearer(&support).send().await.expect(200);
    assert_eq!((seen.header("etag"), &seen.json["version"]), ("\"0\"", &json!(0)));
    assert_eq!(seen.json["currencies"], json!(["EUR"]));
    assert_eq!(seen.json["regions"][0]["rates"], json!({"standard": 190_000}));
    assert_eq!(seen.json["shipping_methods"][0]["id"], "standard");
    assert_eq!((&seen.json["rounding"], &seen.json["capture"]), (&json!("half_up"), &json!("on_placement")));
}

#[tokio::test]
async fn every_part_is_changed_and_shown() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    for (version, path, body) in [
        (1, "currencies", json!({"currencies": ["EUR", "USD"]})),
        (2, "rounding", json!({"rounding": "half_even"})),
        (3, "capture", json!({"capture": "on_shipment"})),
        (4, "regions/de", germany()),
        (5, "default-region", json!({"region": "de"})),
        (6, "shipping-methods/express", express()),
        (6, "shipping-methods/express", express()), // as it is already
    ] {
        let changed = put(&app, &format!("{BOOK}/{path}"), &body, &admin).send().await.expect(200);
        assert_eq!(changed.json, json!({"version": version}), "{path}");
    }
    let seen = app.get(BOOK).bearer(&admin).send().await.expect(200).json;
    assert_eq!(seen["currencies"], json!(["EUR", "USD"]));
    assert_eq!((&seen["rounding"], &seen["capture"]), (&json!("half_even"), &json!("on_shipment")));
    assert_eq!((&seen["default_region"], &seen["regions"][0]["id"]), (&json!("de"), &json!("de")));
    assert_eq!(seen["shipping_methods"][0]["zones"], express()["zones"]);
    let remove = |path: &str| app.ask(Method::DELETE, &format!("{BOOK}/{path}")).bearer(&admin).send();
    remove("regions/de").await.refused(409, "region-is-default");
    remove("regions/everywhere").await.expect(200);
    remove("regions/everywhere").await.refused(404, "region-not-found");
    remove("shipping-methods/express").await.expect(200);
    remove("shipping-methods/express").await.refused(404, "shipping-method-not-found");
    put(&app, &format!("{BOOK}/default-region"), &json!({"region": "fr"}), &admin)
        .send()
        .await
        .refused(404, "region-not-found");
}

#[tokio::test]
async fn a_repeat_with_the_same_key_changes_once_and_gets_the_same_answer() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let path = format!("{BOOK}/rounding");
    let ask = |rounding: &str| put(&app, &path, &json!({"rounding": rounding}), &admin).key("k").send();
    let first = ask("half_even").await.expect(200);
    put(&app, &path, &json!({"rounding": "half_down"}), &admin).send().await.expect(200);
    let again = ask("half_even").await.expect(200);
    assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
    let seen = app.get(BOOK).bearer(&admin).send().await.expect(200);
    assert_eq!(seen.json["rounding"], "half_down", "the repeat changed nothing back");
    ask("half_up").await.refused(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_is_refused() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let path = format!("{BOOK}/rounding");
    let ask = |tag: &str, rounding: &str| {
        put(&app, &path, &json!({"rounding": rounding}), &admin).header("if-match", tag).send()
    };
    ask("\"0\"", "half_even").await.expect(200);
    let refused = ask("\"0\"", "half_down").await.refused(412, "pricebook-changed");
    assert_eq!(refused.json["version"], 1);
    ask("\"1\"", "half_down").await.expect(200);
    for odd in ["1", "\"x\"", "*"] {
        ask(odd, "half_up").await.refused(422, "validation-failed");
    }
}

#[tokio::test]
async fn what_breaks_a_rule_is_named() {
    let app = TestApp::start().await;
    let admin = app.token_of(Role::Admin).await;
    let mut misspelt = germany();
    misspelt["areas"][0]["subdivison"] = json!("BY");
    let mut typed = germany();
    typed["rates"]["standard"] = json!(1_000_001);
    for (path, body, pointer) in [
        ("currencies", json!({"currencies": ["EURO"]}), "/currencies/0"),
        ("currencies", json!({"currencies": ["EUR"], "more": 1}), "/more"),
        ("rounding", json!({"rounding": "up"}), "/rounding"),
        ("rounding", json!({}), "/rounding"),
        ("regions/de", misspelt, "/areas/0/subdivison"),
        ("regions/de", typed, "/rates/standard"),
    ] {
        let asked = put(&app, &format!("{BOOK}/{path}"), &body, &admin).send();
        let refused = asked.await.refused(422, "validation-failed");
        assert_eq!(refused.text_at("/errors/0/pointer"), pointer, "{}", refused.text);
    }
    let mut untaxed = germany();
    untaxed["rates"] = json!({"reduced": 70_000});
    for (path, body, field) in [
        ("currencies", json!({"currencies": []}), "currencies"),
        ("regions/Germany", germany(), "id"),
        ("regions/de", untaxed, "rates"),
    ] {
        let asked = put(&app, &format!("{BOOK}/{path}"), &body, &admin).send();
        let refused = asked.await.refused(422, "pricebook-invalid");
        assert_eq!(refused.json["field"], field, "{}", refused.text);
    }
}
