//! Messages are signed, and go wrong as they are told to.

use std::time::Duration;

use amazoff_paysim::{Act, Desk as Whose, Mishaps};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::Desk;

fn kinds(desk: &Desk) -> Vec<String> {
    desk.sim.take().into_iter().map(|message| message.kind).collect()
}

#[tokio::test]
async fn every_change_is_told_and_kept() {
    let desk = Desk::new();
    let id = desk.reserve("k", "500").await;
    desk.post(&format!("payment_intents/{id}/capture"), "", &[]).await;
    let told = [
        "payment_intent.created",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ];
    let messages = desk.sim.take();
    assert_eq!(messages.iter().map(|message| message.kind.as_str()).collect::<Vec<_>>(), told);
    let body: Value = serde_json::from_str(&messages[0].body).unwrap();
    assert_eq!(body["data"]["object"]["metadata"]["amazoff_payment"], "pay_1");
    assert_eq!(body["request"]["idempotency_key"], "k");
    let (_, signature) = messages[0].headers.iter().find(|(name, _)| name == "stripe-signature").unwrap();
    assert!(signature.starts_with("t=1767225600,v1="), "{signature}");
    let kept = desk.get("events").await;
    assert_eq!(kept.body["data"].as_array().unwrap().len(), told.len());
    let one = desk.get(&format!("events/{}", messages[0].id)).await;
    assert_eq!(one.body, body);
}

#[tokio::test]
async fn messages_are_copied_dropped_held_and_shuffled() {
    let desk = Desk::new();
    desk.sim.set_mishaps(Mishaps { copies: 2, ..Mishaps::default() });
    desk.reserve("a", "500").await;
    assert_eq!(kinds(&desk).len(), 6);
    desk.sim.set_mishaps(Mishaps { drop: true, ..Mishaps::default() });
    desk.reserve("b", "500").await;
    assert_eq!(kinds(&desk), Vec::<String>::new());
    desk.sim.set_mishaps(Mishaps { hold: true, ..Mishaps::default() });
    desk.reserve("c", "500").await;
    assert_eq!(kinds(&desk), Vec::<String>::new());
    desk.sim.set_mishaps(Mishaps { reorder: true, ..Mishaps::default() });
    assert_eq!(desk.sim.release(), 2);
    assert_eq!(desk.sim.take().len(), 2);
    for n in 0..20 {
        desk.reserve(&format!("d{n}"), "500").await;
    }
    let in_order: Vec<_> = ["payment_intent.created", "payment_intent.amount_capturable_updated"].repeat(20);
    assert_ne!(kinds(&desk), in_order);
    let sent = desk.sim.sent();
    assert_eq!((sent.made, sent.copied, sent.dropped, sent.held), (46, 4, 2, 2));
    assert!(sent.reordered > 0);
}

#[tokio::test]
async fn paypal_vouches_for_its_own_messages_only() {
    let desk = Desk::new();
    let order = json!({
        "intent": "AUTHORIZE",
        "purchase_units": [{ "amount": { "currency_code": "EUR", "value": "5.00" } }],
    });
    let order = desk.paypal("/v2/checkout/orders", "k", &order).await.text("/id");
    desk.sim.act(&order, Act::Approve).unwrap();
    let message = desk.sim.take().remove(0);
    assert_eq!((message.desk, message.kind.as_str()), (Whose::PayPal, "CHECKOUT.ORDER.APPROVED"));
    let header = |name: &str| {
        message.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap()
    };
    let question = json!({
        "auth_algo": header("paypal-auth-algo"), "cert_url": header("paypal-cert-url"),
        "transmission_id": header("paypal-transmission-id"), "transmission_sig": header("paypal-transmission-sig"),
        "transmission_time": header("paypal-transmission-time"), "webhook_id": "paysim-webhook",
        "webhook_event": serde_json::from_str::<Value>(&message.body).unwrap(),
    });
    let path = "/v1/notifications/verify-webhook-signature";
    assert_eq!(desk.paypal(path, "", &question).await.text("/verification_status"), "SUCCESS");
    let mut forged = question;
    forged["webhook_event"]["resource"]["status"] = json!("COMPLETED");
    assert_eq!(desk.paypal(path, "", &forged).await.text("/verification_status"), "FAILURE");
}

#[tokio::test]
async fn messages_are_posted_again_until_they_are_taken() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let desk = Desk::new();
    desk.sim.send_messages_to(Some(format!("http://{}/hook", listener.local_addr().unwrap())), None);
    desk.sim.set_mishaps(Mishaps { delay_ms: 1, ..Mishaps::default() });
    desk.reserve("k", "500").await;
    let mut bodies = Vec::new();
    // The first is refused once, so it comes last.
    for status in ["500 No", "200 OK", "200 OK"] {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        while !text.contains("\"type\":\"") || !text.ends_with('}') {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).await.unwrap();
            assert_ne!(read, 0, "{text}");
            text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        assert!(text.contains("stripe-signature: t="), "{text}");
        bodies.push(text.rsplit("\r\n\r\n").next().unwrap().to_owned());
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
    assert_eq!(bodies[0], bodies[2]);
    tokio::time::timeout(Duration::from_secs(10), async {
        while desk.sim.sent().delivered < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
}
