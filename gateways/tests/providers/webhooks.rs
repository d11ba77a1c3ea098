//! Messages: whose are believed, and what they lead to.

use std::time::Duration;

use amazoff_actors::payment::{News, Operation, WebhookError, WebhookEvent};
use amazoff_paysim::{Act, Desk as Whose, Fault, Message, Plan};
use amazoff_supervisor::Timestamp;

use crate::support::{Desk, NOW, Who};

async fn read(desk: &Desk, message: &Message, now: Timestamp) -> Result<WebhookEvent, WebhookError> {
    desk.provider.webhook(&message.headers, message.body.as_bytes(), now).await
}

/// One message of a change.
async fn message(who: Who) -> (Desk, Message) {
    let desk = Desk::ready_for(who, Operation::Capture).await;
    let message = desk.sim.take().pop().unwrap();
    (desk, message)
}

fn header<'a>(message: &'a mut Message, name: &str) -> &'a mut String {
    let found = message.headers.iter_mut().find(|(known, _)| known == name);
    &mut found.unwrap().1
}

#[tokio::test]
async fn a_change_leads_to_a_look_at_the_payment() {
    for who in [Who::Stripe, Who::PayPal] {
        let (desk, message) = message(who).await;
        let event = read(&desk, &message, NOW).await.unwrap();
        assert_eq!((event.id, event.kind), (message.id.clone(), message.kind.clone()));
        assert_eq!((event.payment, event.at, event.news), (Some(desk.intent.payment), NOW, News::Look));
    }
}

#[tokio::test]
async fn every_message_of_a_payments_life_names_it() {
    for who in [Who::Stripe, Who::PayPal] {
        let desk = Desk::ready_for(who, Operation::Refund).await;
        desk.provider.refund(&desk.part(Operation::Refund, 1, 100)).await.unwrap();
        let messages = desk.sim.take();
        assert!(messages.len() >= 4, "{messages:?}");
        for message in messages {
            let event = read(&desk, &message, NOW).await.unwrap();
            assert_eq!(
                (event.payment, event.news),
                (Some(desk.intent.payment), News::Look),
                "{}",
                message.kind
            );
        }
    }
}

#[tokio::test]
async fn a_changed_body_or_signature_is_not_believed() {
    for who in [Who::Stripe, Who::PayPal] {
        let (desk, good) = message(who).await;
        let signature = if who == Who::Stripe { "stripe-signature" } else { "paypal-transmission-sig" };
        let mut changed = good.clone();
        changed.body = changed.body.replace("1999", "1").replace("19.99", "0.01");
        assert_ne!(changed.body, good.body);
        assert_eq!(read(&desk, &changed, NOW).await, Err(WebhookError::BadSignature));
        let mut unsigned = good.clone();
        unsigned.headers.retain(|(name, _)| name != signature);
        assert_eq!(read(&desk, &unsigned, NOW).await, Err(WebhookError::BadSignature));
        for wrong in ["", "t=1767225600", "t=1767225600,v1=", "t=1767225600,v1=zz", "v1=00", "t=soon,v1=00"] {
            let mut forged = good.clone();
            *header(&mut forged, signature) = wrong.to_owned();
            assert_eq!(read(&desk, &forged, NOW).await, Err(WebhookError::BadSignature), "{wrong}");
        }
        read(&desk, &good, NOW).await.unwrap();
    }
}

#[tokio::test]
async fn one_good_signature_among_several_is_enough() {
    let (desk, mut message) = message(Who::Stripe).await;
    let signature = header(&mut message, "stripe-signature").clone();
    let (stamp, good) = signature.split_once(',').unwrap();
    let bad = format!("v1={}", "00".repeat(32));
    *header(&mut message, "stripe-signature") = format!("{stamp},{bad},v0=abc,{good}");
    read(&desk, &message, NOW).await.unwrap();
    *header(&mut message, "stripe-signature") = format!("{stamp},{bad},{bad}");
    assert_eq!(read(&desk, &message, NOW).await, Err(WebhookError::BadSignature));
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes() {
    for who in [Who::Stripe, Who::PayPal] {
        let (desk, message) = message(who).await;
        let at = |seconds: i64| Timestamp::from_unix_ms(NOW.unix_ms() + seconds * 1_000);
        for (seconds, good) in [(300, true), (-300, true), (301, false), (-301, false)] {
            let read = read(&desk, &message, at(seconds)).await;
            assert_eq!(read.is_ok(), good, "{seconds}");
            assert!(good || read == Err(WebhookError::TooOld), "{read:?}");
        }
    }
}

#[tokio::test]
async fn other_kinds_and_other_peoples_payments_do_not_concern_the_shop() {
    let (desk, _) = message(Who::Stripe).await;
    let http = reqwest::Client::new();
    let created = http
        .post(format!("{}/v1/payment_intents", desk.sim.url()))
        .bearer_auth("sk_test_paysim")
        .form(&[("amount", "500"), ("currency", "eur")])
        .send()
        .await
        .unwrap();
    assert!(created.status().is_success());
    let message = desk.sim.take().pop().unwrap();
    let event = read(&desk, &message, NOW).await.unwrap();
    assert_eq!((event.payment, event.news), (None, News::Irrelevant));
}

#[tokio::test]
async fn a_good_signature_over_nonsense_is_malformed_and_a_silent_paypal_is_asked_again() {
    let (desk, message) = message(Who::PayPal).await;
    assert_eq!(message.desk, Whose::PayPal);
    let not_json = desk.provider.webhook(&message.headers, b"\xff{", NOW).await;
    assert!(matches!(not_json, Err(WebhookError::Malformed(_))), "{not_json:?}");
    // What would break out of the question's JSON is not JSON itself.
    let escaping = format!("{},\"webhook_id\":\"other\"", message.body);
    let escaping = desk.provider.webhook(&message.headers, escaping.as_bytes(), NOW).await;
    assert!(matches!(escaping, Err(WebhookError::Malformed(_))), "{escaping:?}");
    assert!(desk.sim.plan(Plan::next("paypal.verify", Fault::Html502 { done: false })));
    let silent = read(&desk, &message, NOW).await;
    assert!(matches!(silent, Err(WebhookError::Unavailable(_))), "{silent:?}");
    read(&desk, &message, NOW).await.unwrap();
}

#[tokio::test]
async fn an_approval_at_paypal_is_told() {
    let mut desk = Desk::new(Who::PayPal);
    let asked = desk.ask(Operation::Authorize, &desk.intent).await.unwrap();
    let amazoff_actors::payment::ProviderAnswer::ActionRequired { reference, .. } = asked else {
        panic!("{asked:?}")
    };
    desk.intent.reference = Some(reference.clone());
    desk.sim.act(&reference, Act::Approve).unwrap();
    desk.advance(Duration::from_secs(1));
    let message = desk.sim.take().pop().unwrap();
    let event = read(&desk, &message, NOW).await.unwrap();
    assert_eq!((event.kind.as_str(), event.news), ("CHECKOUT.ORDER.APPROVED", News::Look));
    assert_eq!(event.payment, Some(desk.intent.payment));
}
