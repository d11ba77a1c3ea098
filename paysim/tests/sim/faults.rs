//! Every fault strikes, is counted, and does to the money what it says.

use std::time::Duration;

use amazoff_paysim::{Fault, Kind, Plan};
use reqwest::Method;
use serde_json::json;

use crate::support::Desk;

const CREATE: &str = "stripe.intent.create";

/// Creates an intent while a fault waits; what came back, and whether the money was reserved all the same.
async fn strike(fault: Fault) -> (Desk, Result<crate::support::Answer, reqwest::Error>, usize) {
    let desk = Desk::new();
    assert!(desk.sim.plan(Plan::next(CREATE, fault)));
    let form = desk.form("500", "pm_card_visa");
    let sent = desk.stripe("payment_intents", "k", &form).timeout(Duration::from_secs(20)).send().await;
    let answer = match sent {
        Err(error) => Err(error),
        Ok(response) => match response.error_for_status_ref().map(|_| ()) {
            // A body that ends early is an error, too.
            Ok(()) => response.text().await.map(|text| crate::support::Answer {
                status: 200,
                replayed: false,
                retry_after: None,
                body: serde_json::from_str(&text).unwrap(),
            }),
            Err(_) => Ok(crate::support::Answer {
                status: response.status().as_u16(),
                replayed: false,
                retry_after: response
                    .headers()
                    .get("retry-after")
                    .map(|value| value.to_str().unwrap().to_owned()),
                body: response.text().await.map(serde_json::Value::String).unwrap(),
            }),
        },
    };
    assert_eq!(desk.sim.fired(), [(fault.name().to_owned(), 1)].into());
    assert_eq!(desk.sim.asked()[CREATE], 1);
    let reserved = desk.sim.books().count(Kind::Reserved);
    (desk, answer, reserved)
}

/// Asks once more under the same key: the status, and how often money was reserved in the end.
async fn again(desk: &Desk) -> (u16, usize) {
    let answer = desk.post("payment_intents", "k", &desk.form("500", "pm_card_visa")).await;
    (answer.status, desk.sim.books().count(Kind::Reserved))
}

#[tokio::test]
async fn resets_end_the_connection_before_or_after() {
    let (desk, answer, reserved) = strike(Fault::ResetBefore).await;
    assert!(answer.is_err());
    assert_eq!((reserved, again(&desk).await), (0, (200, 1)));
    let (desk, answer, reserved) = strike(Fault::ResetAfter).await;
    assert!(answer.is_err());
    assert_eq!((reserved, again(&desk).await), (1, (200, 1)));
}

#[tokio::test]
async fn errors_of_the_provider_are_remembered_or_not() {
    let (desk, answer, reserved) = strike(Fault::Error500).await;
    assert_eq!((answer.unwrap().status, reserved, again(&desk).await), (500, 0, (200, 1)));
    let (desk, answer, reserved) = strike(Fault::Error500Stored { done: false }).await;
    assert_eq!((answer.unwrap().status, reserved, again(&desk).await), (500, 0, (500, 0)));
    let (desk, answer, reserved) = strike(Fault::Error500Stored { done: true }).await;
    assert_eq!((answer.unwrap().status, reserved, again(&desk).await), (500, 1, (500, 1)));
}

#[tokio::test]
async fn a_proxy_answers_in_html() {
    for done in [false, true] {
        let (desk, answer, reserved) = strike(Fault::Html502 { done }).await;
        let answer = answer.unwrap();
        assert!(answer.status == 502 && answer.body.as_str().unwrap().starts_with("<html>"));
        assert_eq!((reserved, again(&desk).await), (usize::from(done), (200, 1)));
    }
}

#[tokio::test]
async fn half_an_answer_is_no_answer() {
    let (desk, answer, reserved) = strike(Fault::Truncated).await;
    assert!(answer.is_err());
    assert_eq!((reserved, again(&desk).await), (1, (200, 1)));
}

#[tokio::test]
async fn a_wrong_amount_is_only_in_the_answer() {
    let (desk, answer, _) = strike(Fault::WrongAmount { delta: -1 }).await;
    assert_eq!(answer.unwrap().body["amount"], 499);
    let books = desk.sim.books();
    assert_eq!(books.movements[0].amount, 500);
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let (desk, answer, reserved) = strike(Fault::RateLimited { retry_after_s: 7 }).await;
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.retry_after.as_deref()), (429, Some("7")));
    assert_eq!((reserved, again(&desk).await), (0, (200, 1)));
}

#[tokio::test]
async fn a_stall_keeps_the_key_busy_or_has_done_it_already() {
    let (desk, answer, reserved) = strike(Fault::StallAfter { ms: 1 }).await;
    assert_eq!((answer.unwrap().status, reserved, again(&desk).await), (200, 1, (200, 1)));

    let desk = Desk::new();
    assert!(desk.sim.plan(Plan::next(CREATE, Fault::StallBefore { ms: 1_500 })));
    let form = desk.form("500", "pm_card_visa");
    let waiting = desk.stripe("payment_intents", "k", &form).timeout(Duration::from_millis(500)).send();
    let busy = async {
        while desk.sim.fired().is_empty() {
            tokio::task::yield_now().await;
        }
        desk.post("payment_intents", "k", &form).await
    };
    let (waited, busy) = tokio::join!(waiting, busy);
    assert!(waited.unwrap_err().is_timeout());
    assert_eq!((busy.status, busy.code().as_str()), (409, "idempotency_key_in_use"));
    assert_eq!(desk.sim.books().count(Kind::Reserved), 0);
    // It is heard in the end, although nobody waits for it any more.
    tokio::time::timeout(Duration::from_secs(20), async {
        while desk.sim.books().count(Kind::Reserved) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    let answer = desk.post("payment_intents", "k", &form).await;
    assert!(answer.status == 200 && answer.replayed);
}

#[tokio::test]
async fn plans_skip_repeat_and_are_set_over_http() {
    let desk = Desk::new();
    let plan =
        json!({ "kind": "rate_limited", "retry_after_s": 1, "operation": "stripe.", "skip": 1, "times": 2 });
    let set = desk.ask(desk.request(Method::POST, "/__sim/faults").json(&plan)).await;
    assert_eq!(set.status, 204, "{set:?}");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(desk.get("payment_intents").await.status);
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    let own = desk.request(Method::GET, "/v1/payment_intents").bearer_auth("sk_test_paysim");
    let own = desk.ask(own.header("x-paysim-fault", r#"{"kind": "html_502", "done": false}"#)).await;
    assert_eq!(own.status, 502);
    let counts = desk.ask(desk.request(Method::GET, "/__sim/faults")).await;
    assert_eq!(counts.body["fired"], json!({ "html_502": 1, "rate_limited": 2 }));
    let ledger = desk.ask(desk.request(Method::GET, "/__sim/ledger")).await;
    assert_eq!(ledger.body["movements"], json!([]));
}
