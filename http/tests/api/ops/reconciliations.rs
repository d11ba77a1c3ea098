//! Payments against what the sandbox says.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{Confirmation, Intent, IntentKey, Operation, PaymentProvider, Status};
use amazoff_actors::user::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{PATIENCE, TestApp};

fn intent(payment: PaymentId, operation: Operation, cents: i64) -> Intent {
    Intent {
        key: IntentKey::of_part(payment, operation, Uuid::from_u128(99)),
        payment,
        order: None,
        asked_at: None,
        amount: Money::eur(cents),
        reference: None,
        capture_reference: None,
    }
}

impl TestApp {
    async fn reconciled(&self) -> Value {
        let ops = self.token_of(Role::Ops).await;
        let asking = self.post("/ops/v1/reconciliations", &json!({})).fresh_key().bearer(&ops);
        let report = asking.send().await.expect(200).json;
        let path = format!("/ops/v1/reconciliations/{}", report["id"].as_str().unwrap());
        let shown = self.get(&path).bearer(&ops).send().await.expect(200);
        assert_eq!(shown.json, report);
        let listed = self.get("/ops/v1/reconciliations").bearer(&ops).send().await.expect(200);
        assert_eq!(listed.json["items"][0], report);
        assert_eq!(report["incomplete"], json!([]));
        report
    }
}

fn kinds(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn payments_that_agree_are_no_findings() {
    let app = TestApp::start().await;
    app.paid().await;
    let (cart, total) = app.full_cart(1_999).await;
    app.complete(&cart, total, "tok_decline").await.expect(422);
    let report = app.reconciled().await;
    assert_eq!((report["records"].as_u64(), kinds(&report)), (Some(2), vec![]), "{report}");
    let ops = app.token_of(Role::Ops).await;
    app.get("/ops/v1/reconciliations/rec_0")
        .bearer(&ops)
        .send()
        .await
        .refused(404, "reconciliation-not-found");
    let wide = json!({"window_s": 0});
    let asking = app.post("/ops/v1/reconciliations", &wide).fresh_key().bearer(&ops);
    asking.send().await.refused(422, "validation-failed");
}

#[tokio::test]
async fn money_that_was_taken_for_no_payment_of_ours_is_found() {
    let app = TestApp::start().await;
    let (outside, stranger) = (app.outside(), PaymentId::from(Uuid::from_u128(77)));
    let key = IntentKey::of(stranger, Operation::Authorize);
    let asked = Intent { key, ..intent(stranger, Operation::Authorize, 500) };
    outside.authorize(&asked, "tok_ok").await.unwrap();
    outside.capture(&intent(stranger, Operation::Capture, 300)).await.unwrap();
    let report = app.reconciled().await;
    assert_eq!(kinds(&report), ["charged_without_order"]);
    assert_eq!(report["findings"][0]["theirs"], json!({"amount": 300, "currency": "EUR"}));
    assert_eq!(report["findings"][0]["payment_id"], stranger.to_string());
    let ops = app.token_of(Role::Ops).await;
    let metrics = app.get("/metrics").bearer(&ops).send().await.expect(200);
    let figure = "amazoff_reconciliation_findings{kind=\"charged_without_order\"} 1";
    assert!(metrics.text.contains(figure), "{}", metrics.text);
}

#[tokio::test]
async fn money_that_went_back_behind_our_back_is_found() {
    let app = TestApp::start().await;
    let payment = app.paid().await;
    app.outside().refund(&intent(payment, Operation::Refund, 100)).await.unwrap();
    let report = app.reconciled().await;
    assert_eq!(kinds(&report), ["amount_mismatch"], "{report}");
    assert_eq!(report["findings"][0]["theirs"]["amount"], 100);
    assert_eq!(report["findings"][0]["ours"]["amount"], 0);
}

/// T-Y7: the shopper acted at the provider, and its message is lost for ever.
#[tokio::test]
async fn what_a_lost_message_would_have_said_is_found_and_healed() {
    let app = TestApp::start().await;
    let (cart, total) = app.full_cart(1_999).await;
    app.complete(&cart, total, "tok_action").await.expect(202);
    let cart = cart.id.parse().unwrap();
    let payment = PaymentId::of_attempt(amazoff_actors::ids::OrderId::of_cart(cart), 1);
    assert_eq!(app.card(payment).await.status, Status::RequiresAction);
    let key = IntentKey::of(payment, Operation::Confirm);
    let asked = Intent { key, ..intent(payment, Operation::Confirm, total) };
    app.outside().confirm(&asked, Confirmation::Approve).await.unwrap();
    let report = app.reconciled().await;
    assert_eq!(kinds(&report), ["state_mismatch"], "{report}");
    let healed = async {
        while app.card(payment).await.captured != total {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, healed).await.expect("the payment must find out and go on");
    assert_eq!(kinds(&app.reconciled().await), Vec::<&str>::new());
}
