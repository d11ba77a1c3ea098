//! PayPal's rules.

use amazoff_paysim::{Act, Kind};
use serde_json::{Value, json};

use crate::support::{Answer, Desk};

fn order(value: &str, currency: &str) -> Value {
    json!({
        "intent": "AUTHORIZE",
        "purchase_units": [{
            "amount": { "currency_code": currency, "value": value }, "custom_id": "pay_1", "invoice_id": "k",
        }],
        "payment_source": { "paypal": { "experience_context": { "return_url": "http://shop/back" } } },
    })
}

fn amount(value: &str) -> Value {
    json!({ "amount": { "currency_code": "EUR", "value": value } })
}

async fn create(desk: &Desk, value: &str) -> String {
    let created = desk.paypal("/v2/checkout/orders", value, &order(value, "EUR")).await;
    assert_eq!(created.text("/status"), "PAYER_ACTION_REQUIRED", "{created:?}");
    created.text("/id")
}

async fn authorize(desk: &Desk, id: &str) -> Answer {
    desk.paypal(&format!("/v2/checkout/orders/{id}/authorize"), id, &json!({})).await
}

/// An authorized order: its id and its authorization's.
async fn reserve(desk: &Desk, value: &str) -> (String, String) {
    let id = create(desk, value).await;
    assert_eq!(desk.sim.act(&id, Act::Approve).unwrap(), "http://shop/back");
    let done = authorize(desk, &id).await;
    (id, done.text("/purchase_units/0/payments/authorizations/0/id"))
}

#[tokio::test]
async fn nothing_is_reserved_before_the_shopper_approves() {
    let desk = Desk::new();
    let id = create(&desk, "12.34").await;
    let early = authorize(&desk, &id).await;
    assert_eq!((early.status, early.issue().as_str()), (422, "ORDER_NOT_APPROVED"));
    desk.sim.act(&id, Act::Approve).unwrap();
    assert_eq!(authorize(&desk, &id).await.status, 201);
    assert_eq!(authorize(&desk, &id).await.status, 200, "the same request id");
    let other = desk.paypal(&format!("/v2/checkout/orders/{id}/authorize"), "other", &json!({})).await;
    assert_eq!(other.issue(), "ORDER_ALREADY_AUTHORIZED");
    assert_eq!(desk.sim.books().accounts[&id].reserved, 1234);
}

#[tokio::test]
async fn captures_and_refunds_never_exceed() {
    let desk = Desk::new();
    let (order, authorization) = reserve(&desk, "10.00").await;
    let path = format!("/v2/payments/authorizations/{authorization}/capture");
    let first = desk.paypal(&path, "c1", &amount("4.00")).await;
    assert_eq!((first.status, first.text("/amount/value").as_str()), (201, "4.00"));
    assert_eq!(desk.paypal(&path, "c2", &amount("6.01")).await.issue(), "MAX_CAPTURE_AMOUNT_EXCEEDED");
    let shown = desk.look(&format!("/v2/payments/authorizations/{authorization}")).await;
    assert_eq!(shown.text("/status"), "PARTIALLY_CAPTURED");
    let refund = format!("/v2/payments/captures/{}/refund", first.text("/id"));
    assert_eq!(desk.paypal(&refund, "r1", &amount("4.01")).await.issue(), "REFUND_AMOUNT_EXCEEDED");
    assert_eq!(desk.paypal(&refund, "r2", &amount("4.00")).await.status, 201);
    assert_eq!(desk.paypal(&refund, "r3", &amount("0.01")).await.issue(), "CAPTURE_FULLY_REFUNDED");
    let void = format!("/v2/payments/authorizations/{authorization}/void");
    assert_eq!(desk.paypal(&void, "v1", &json!({})).await.text("/status"), "VOIDED");
    assert_eq!(desk.paypal(&void, "v2", &json!({})).await.issue(), "PREVIOUSLY_VOIDED");
    assert_eq!(desk.paypal(&path, "c3", &amount("1.00")).await.issue(), "AUTHORIZATION_VOIDED");
    let books = desk.sim.books();
    let account = &books.accounts[&order];
    assert_eq!((account.captured, account.released, account.refunded), (400, 600, 400));
    assert!(books.broken.is_empty());
}

#[tokio::test]
async fn a_request_id_does_one_thing_once() {
    let desk = Desk::new();
    let (order, authorization) = reserve(&desk, "10.00").await;
    let path = format!("/v2/payments/authorizations/{authorization}/capture");
    let first = desk.paypal(&path, "c1", &amount("4.00")).await;
    let again = desk.paypal(&path, "c1", &amount("4.00")).await;
    assert_eq!((first.status, again.status, first.body == again.body), (201, 200, true));
    assert_eq!(desk.paypal(&path, "c1", &amount("5.00")).await.issue(), "DUPLICATE_REQUEST_ID");
    assert_eq!(desk.sim.books().accounts[&order].captured, 400);
}

#[tokio::test]
async fn who_does_not_ask_for_more_gets_little() {
    let desk = Desk::new();
    let (_, authorization) = reserve(&desk, "10.00").await;
    let path = format!("/v2/payments/authorizations/{authorization}");
    let ask = |what: &str, token: &str| {
        desk.request(reqwest::Method::POST, &format!("{path}/{what}")).bearer_auth(token).json(&json!({}))
    };
    let token = desk.token().await;
    let captured = desk.ask(ask("capture", &token).json(&amount("4.00"))).await;
    let fields: Vec<_> = captured.body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["id", "links", "status"]);
    assert_eq!(desk.ask(ask("void", &token)).await.status, 204);
}

#[tokio::test]
async fn a_bad_card_and_a_refusal_reserve_nothing() {
    let desk = Desk::new();
    let id = create(&desk, "3.00").await;
    desk.sim.act(&id, Act::ApproveWithABadCard).unwrap();
    assert_eq!(authorize(&desk, &id).await.issue(), "INSTRUMENT_DECLINED");
    let id = create(&desk, "4.00").await;
    desk.sim.act(&id, Act::Decline).unwrap();
    assert_eq!(authorize(&desk, &id).await.issue(), "ORDER_NOT_APPROVED");
    assert_eq!(desk.sim.books().count(Kind::Reserved), 0);
}

#[tokio::test]
async fn amounts_have_the_decimals_of_their_currency() {
    let desk = Desk::new();
    for (key, value, currency, issue) in [
        ("1", "1.005", "EUR", "DECIMAL_PRECISION"),
        ("2", "1.50", "JPY", "DECIMAL_PRECISION"),
        ("3", "100.5", "HUF", "DECIMAL_PRECISION"),
        ("4", "0.00", "EUR", "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ("5", "1.00", "KWD", "CURRENCY_NOT_SUPPORTED"),
    ] {
        let answer = desk.paypal("/v2/checkout/orders", key, &order(value, currency)).await;
        assert_eq!((answer.status, answer.issue().as_str()), (422, issue), "{value} {currency}");
    }
    let yen = desk.paypal("/v2/checkout/orders", "6", &order("500", "JPY")).await;
    assert_eq!(yen.text("/purchase_units/0/amount/value"), "500");
}

#[tokio::test]
async fn what_is_late_is_given_up_and_the_report_tells_all() {
    let desk = Desk::new();
    let (order, authorization) = reserve(&desk, "10.00").await;
    let path = format!("/v2/payments/authorizations/{authorization}/capture");
    desk.paypal(&path, "c1", &amount("4.00")).await;
    let report = desk
        .look("/v1/reporting/transactions?start_date=2025-12-31T00:00:00Z&end_date=2026-01-02T00:00:00Z&fields=all")
        .await;
    let rows = report.body["transaction_details"].as_array().unwrap();
    let mut codes: Vec<_> =
        rows.iter().map(|row| row["transaction_info"]["transaction_event_code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["T0006", "T1300"]);
    desk.sim.advance(29 * 24 * 60 * 60 * 1_000);
    assert_eq!(desk.paypal(&path, "c2", &amount("1.00")).await.issue(), "AUTHORIZATION_EXPIRED");
    assert_eq!(desk.sim.books().accounts[&order].held(), 0);
}

#[tokio::test]
async fn strangers_and_old_tokens_are_refused() {
    let desk = Desk::new();
    let wrong =
        desk.request(reqwest::Method::POST, "/v1/oauth2/token").basic_auth("paysim-client", Some("no"));
    assert_eq!(desk.ask(wrong.form(&[("grant_type", "client_credentials")])).await.status, 401);
    let token = desk.token().await;
    let look = || desk.request(reqwest::Method::GET, "/v2/checkout/orders/X").bearer_auth(&token);
    assert_eq!(desk.ask(look()).await.status, 404);
    desk.sim.advance(9 * 60 * 60 * 1_000);
    assert_eq!(desk.ask(look()).await.status, 401);
}
