//! Paying what the payment that placed an order did not.

use amazoff_actors::user::Role;
use serde_json::{Value, json};

use crate::support::{Answered, Asking, GuestCart, TestApp};

/// A placed order of which nothing could be taken, and its guest.
struct Unpaid {
    app: TestApp,
    cart: GuestCart,
    path: String,
    total: i64,
}

impl Unpaid {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (cart, total) = app.full_cart(1999).await;
        let bought = app.complete(&cart, total, "tok_capture_decline").await;
        assert!(bought.status.is_success(), "{}", bought.text);
        let path = format!("/v1/orders/{}{}", bought.text_at("/id"), bought.text_at("/order_id"));
        let unpaid = Self { app, cart, path, total };
        unpaid.until("failed", |order| order["payment_status"] == "failed").await;
        unpaid
    }

    fn pays(&self, token: &str) -> Asking {
        let body = json!({"provider": "sandbox", "token": token});
        self.app.post(&format!("{}/payments", self.path), &body).cart(&self.cart.token)
    }

    async fn pay(&self, token: &str) -> Answered {
        self.pays(token).fresh_key().send().await
    }

    /// The order once it is as wanted.
    async fn until(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let following = async {
            loop {
                let shown = self.app.get(&self.path).cart(&self.cart.token).send().await.expect(200).json;
                if is(&shown) {
                    return shown;
                }
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(crate::support::PATIENCE, following)
            .await
            .unwrap_or_else(|_| panic!("the order must become so: {what}"))
    }
}

fn states(order: &Value) -> Vec<&str> {
    let further = order["further_payments"].as_array().unwrap();
    further.iter().map(|payment| payment["status"].as_str().unwrap()).collect()
}

/// T-O9, at the edge.
#[tokio::test]
async fn another_card_pays_what_the_first_did_not() {
    let unpaid = Unpaid::new().await;
    let before = unpaid.until("owed", |order| order["owed"]["amount"] == unpaid.total).await;
    assert_eq!(before["further_payments"], json!([]));
    let declined = unpaid.pays("tok_decline").key("first").send().await.refused(422, "payment-failed");
    assert_eq!(declined.json["decline_code"], "card_declined");
    let again = unpaid.pays("tok_decline").key("first").send().await.refused(422, "payment-failed");
    assert_eq!(again.header("idempotent-replayed"), "true");
    let paid = unpaid.pays("tok_ok").key("second").send().await.expect(200);
    assert_eq!((&paid.json["stage"], &paid.json["payment_status"]), (&json!("paid"), &json!("paid")));
    assert_eq!(
        (&paid.json["owed"]["amount"], &paid.json["captured"]["amount"]),
        (&json!(0), &json!(unpaid.total))
    );
    assert_eq!(states(&paid.json), ["failed", "captured"]);
    let replayed = unpaid.pays("tok_ok").key("second").send().await.expect(200);
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    assert_eq!(states(&replayed.json).len(), 2);
    unpaid.pays("tok_decline").key("second").send().await.refused(422, "idempotency-key-reused");
    unpaid.pay("tok_ok").await.refused(409, "order-nothing-owed");
}

#[tokio::test]
async fn a_bank_that_asks_is_answered_before_another_payment_begins() {
    let unpaid = Unpaid::new().await;
    let asked = unpaid.pay("tok_action").await.expect(202);
    assert_eq!(
        (asked.json["status"].clone(), asked.header("location")),
        (json!("requires_action"), &*unpaid.path)
    );
    unpaid.pay("tok_ok").await.refused(409, "order-payment-under-way");
    let waiting = unpaid.until("asked", |order| order["payment_status"] == "requires_action").await;
    assert_eq!(waiting["further_payments"][0]["action_url"], asked.json["action_url"]);
    let payment = format!("/v1/payments/{}", asked.text_at("/payment_id"));
    unpaid.app.get(&payment).send().await.refused(404, "payment-not-found");
    let approve = json!({"result": "approve"});
    let confirm = unpaid.app.post(&format!("{payment}/confirm"), &approve).cart(&unpaid.cart.token);
    confirm.fresh_key().send().await.expect(200);
    let paid = unpaid.until("paid", |order| order["stage"] == "paid").await;
    assert_eq!(states(&paid), ["captured"]);
}

#[tokio::test]
async fn twenty_presses_at_once_are_one_payment() {
    let unpaid = Unpaid::new().await;
    let presses = (0..20).map(|n| {
        let key = if n % 2 == 0 { "same".to_owned() } else { format!("other-{n}") };
        unpaid.pays("tok_ok").key(&key).send()
    });
    for answer in futures::future::join_all(presses).await {
        assert!([200, 202, 409].contains(&answer.status.as_u16()), "{}", answer.text);
    }
    let paid = unpaid.until("paid", |order| order["stage"] == "paid").await;
    assert_eq!((states(&paid), &paid["captured"]["amount"]), (vec!["captured"], &json!(unpaid.total)));
}

#[tokio::test]
async fn only_its_owner_pays_for_an_order_and_the_desk_sees_it() {
    let unpaid = Unpaid::new().await;
    let body = json!({"provider": "sandbox", "token": "tok_ok"});
    let at = format!("{}/payments", unpaid.path);
    let other = unpaid.app.guest_cart().await;
    unpaid.app.post(&at, &body).fresh_key().send().await.refused(404, "order-not-found");
    unpaid.app.post(&at, &body).fresh_key().cart(&other.token).send().await.refused(404, "order-not-found");
    unpaid.app.post(&at, &body).cart(&unpaid.cart.token).send().await.refused(400, "idempotency-key-missing");
    for wrong in [
        json!({"provider": "", "token": "tok_ok"}),
        json!({"provider": "sandbox", "token": "tok ok"}),
        json!({"provider": "sandbox", "token": "tok_ok", "amount": 1}),
    ] {
        let asked = unpaid.app.post(&at, &wrong).fresh_key().cart(&unpaid.cart.token);
        asked.send().await.refused(422, "validation-failed");
    }
    unpaid.pay("tok_decline").await.refused(422, "payment-failed");
    let support = unpaid.app.token_of(Role::Support).await;
    let desk = unpaid.app.get(&format!("/admin{}", unpaid.path)).bearer(&support).send().await.expect(200);
    let further = &desk.json["further_payments"][0];
    assert_eq!((&further["status"], &further["decline_code"]), (&json!("failed"), &json!("card_declined")));
    assert_eq!(
        (&further["provider"], &further["amount"]["amount"]),
        (&json!("sandbox"), &json!(unpaid.total))
    );
    assert_eq!(desk.json["owed"]["amount"], unpaid.total);
}
