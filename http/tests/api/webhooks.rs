//! T-Y5: what payment providers tell of their own accord.

use std::time::Duration;

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::user::Role;
use amazoff_gateways::sandbox::{Message, SECRET, SIGNATURE, sign};
use amazoff_supervisor::{Clock, SystemClock, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use crate::support::{Answered, PATIENCE, TestApp};

fn now() -> Timestamp {
    SystemClock.now()
}

fn dispute(id: &str, payment: PaymentId) -> Message {
    let (dispute, amount) = (Some("dp_1".to_owned()), Some(Money::eur(1_000)));
    Message { kind: "dispute.opened".to_owned(), dispute, amount, ..Message::changed(id, payment, now()) }
}

fn closed(id: &str, payment: PaymentId) -> Message {
    Message { kind: "dispute.closed".to_owned(), won: Some(true), ..dispute(id, payment) }
}

impl TestApp {
    pub(crate) async fn told(&self, message: &Message) -> Answered {
        let body = serde_json::to_vec(message).unwrap();
        let signature = sign(SECRET, &body, now());
        self.told_raw(body, &signature).await
    }

    async fn told_raw(&self, body: Vec<u8>, signature: &str) -> Answered {
        let asking = self.ask(axum::http::Method::POST, "/v1/webhooks/sandbox").raw(body);
        asking.header(SIGNATURE, signature).header("content-type", "application/json").send().await
    }

    /// A payment whose money is taken.
    pub(crate) async fn paid(&self) -> PaymentId {
        let (cart, total) = self.full_cart(1_999).await;
        let bought = self.complete(&cart, total, "tok_ok").await.expect(200);
        let order = bought.text_at("/id").parse().unwrap();
        let payment = PaymentId::of_attempt(order, 1);
        let taken = async {
            while self.card(payment).await.captured != total {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, taken).await.expect("the money must be taken");
        payment
    }

    pub(crate) async fn card(&self, payment: PaymentId) -> amazoff_actors::payment::PaymentCard {
        self.platform.shop.payments.card(payment).await.unwrap().unwrap().0
    }

    async fn counted(&self, outcome: &str) -> bool {
        let token = self.token_of(Role::Ops).await;
        let metrics = self.get("/metrics").bearer(&token).send().await.expect(200);
        metrics
            .text
            .contains(&format!("amazoff_webhooks_total{{provider=\"sandbox\",outcome=\"{outcome}\"}} 1"))
    }
}

/// T-Y5 (a).
#[tokio::test]
async fn the_same_message_three_times_at_once_counts_once() {
    let app = TestApp::start().await;
    let payment = app.paid().await;
    let message = dispute("evt_1", payment);
    let answers = futures::future::join_all((0..3).map(|_| app.told(&message))).await;
    for answer in answers {
        answer.expect(204);
    }
    app.told(&message).await.expect(204);
    assert_eq!(app.card(payment).await.disputed, 1_000);
}

#[tokio::test]
async fn the_end_of_a_dispute_may_come_before_its_beginning() {
    let app = TestApp::start().await;
    let payment = app.paid().await;
    app.told(&closed("evt_2", payment)).await.expect(204);
    app.told(&dispute("evt_1", payment)).await.expect(204);
    app.told(&dispute("evt_3", payment)).await.expect(204);
    assert_eq!(app.card(payment).await.disputed, 0);
}

/// What is not believed is refused in the same words whatever is wrong with it.
#[tokio::test]
async fn a_signature_that_is_stale_wrong_or_missing_is_refused_without_a_word_more() {
    let app = TestApp::start().await;
    let payment = app.paid().await;
    let body = serde_json::to_vec(&dispute("evt_1", payment)).unwrap();
    let at = |seconds: i64| Timestamp::from_unix_ms(now().unix_ms() + seconds * 1_000);
    let good = sign(SECRET, &body, now());
    let other = [&body[..], b" "].concat();
    let cases = [
        (body.clone(), sign(SECRET, &body, at(-310))),
        (body.clone(), sign(SECRET, &body, at(310))),
        (body.clone(), sign("another secret", &body, now())),
        (other, good.clone()),
        (body.clone(), good.replace("v1=", "v0=")),
        (body.clone(), good.split_at(good.len() - 2).0.to_owned()),
        (body.clone(), "t=1,v1=é".to_owned()),
        (body.clone(), String::new()),
    ];
    let mut words = Vec::new();
    for (body, signature) in cases {
        let refused = app.told_raw(body, &signature).await.refused(401, "webhook-not-believed");
        words.push(refused.text_at("/detail"));
    }
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    assert_eq!(app.card(payment).await.disputed, 0);
    app.told_raw(body, &good).await.expect(204);
    assert_eq!(app.card(payment).await.disputed, 1_000);
}

#[tokio::test]
async fn a_message_of_an_unknown_type_is_taken_in_and_counted() {
    let app = TestApp::start().await;
    let message = Message {
        kind: "customer.renamed".to_owned(),
        payment: None,
        ..Message::changed("evt_1", PaymentId::from(Uuid::nil()), now())
    };
    app.told(&message).await.expect(204);
    assert!(app.counted("irrelevant").await);
}

#[tokio::test]
async fn a_message_of_a_megabyte_is_too_large_and_one_that_is_no_json_is_malformed() {
    let app = TestApp::start().await;
    let body = vec![b'x'; 1_000_000];
    let signature = sign(SECRET, &body, now());
    app.told_raw(body, &signature).await.refused(413, "payload-too-large");
    let body = vec![b' '; 200 * 1_024];
    let signature = sign(SECRET, &body, now());
    app.told_raw(body, &signature).await.refused(422, "webhook-malformed");
    app.ask(axum::http::Method::POST, "/v1/webhooks/nobody").send().await.refused(404, "provider-not-found");
}

#[tokio::test]
async fn a_message_about_a_payment_that_is_not_ours_is_kept_for_operators() {
    let app = TestApp::start().await;
    let ops = app.token_of(Role::Ops).await;
    let stranger = PaymentId::from(Uuid::from_u128(77));
    let message = Message::changed("evt_1", stranger, now());
    for _ in 0..3 {
        app.told(&message).await.expect(204);
    }
    let kept = app.get("/ops/v1/webhooks/strays").bearer(&ops).send().await.expect(200);
    let items = kept.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{}", kept.text);
    assert_eq!(items[0]["payment_id"], Value::from(stranger.to_string()));
    assert_eq!(items[0]["event"], "evt_1");
}

#[tokio::test]
async fn a_flood_is_told_to_come_back_and_nothing_of_it_is_read() {
    let app = TestApp::start().await;
    let places: Vec<_> = std::iter::from_fn(|| app.platform.shop.webhooks.enter()).take(1_000).collect();
    assert_eq!(places.len(), 64);
    let message = Message::changed("evt_1", PaymentId::from(Uuid::nil()), now());
    let shed = app.told(&message).await.refused(503, "overloaded");
    assert!(!shed.header("retry-after").is_empty());
    drop(places);
    app.told(&message).await.expect(204);
}
