//! What a shopper does besides filling a cart and paying: enters codes, sees the bank, calls orders off, wants money back.

use std::time::{Duration, Instant};

use rand::Rng as _;
use serde_json::{Value, json};

use super::shopper::{Basket, Shopper};
use crate::common::shopping::{self, CARD_OK};
use crate::common::{Auth, Client, Reply, Request};

/// How long an order may take until it is paid, restarts included.
const PAID_LIMIT: Duration = Duration::from_secs(60);
/// What the desk gives back.
const GOODWILL_CENTS: i64 = 100;

impl Shopper {
    /// Enters a code, now and then one that many others want too.
    pub(super) async fn enter_a_code(&mut self, basket: &mut Basket) {
        let codes: Vec<&String> = self.world.desk.codes.keys().collect();
        if codes.is_empty() || !self.dice.random_bool(0.5) {
            return;
        }
        let code = codes[self.dice.random_range(0..codes.len())].clone();
        let request =
            Request::put(format!("/v1/carts/{}/coupons/{code}", basket.note.id)).by(&basket.note.auth);
        let Some(reply) = self.world.client.send(&request).await else { return };
        if reply.is_success() {
            basket.code = Some(code.clone());
        } else {
            self.expect_refusal(&reply, &["coupon-exhausted"], "enter a code");
        }
        self.compare(basket, &reply);
        // One that is used up by now is kept, and does nothing: another order may give its use back.
        if !counts(&basket.view, &code) {
            self.take_the_code_out(basket).await;
        }
    }

    /// Takes the code out again; `false` when the cart no longer makes sense.
    pub(super) async fn take_the_code_out(&mut self, basket: &mut Basket) -> bool {
        let Some(code) = basket.code.take() else { return true };
        let request =
            Request::delete(format!("/v1/carts/{}/coupons/{code}", basket.note.id)).by(&basket.note.auth);
        let Some(reply) = self.world.client.send(&request).await else { return false };
        if !reply.is_success() {
            self.expect_refusal(&reply, &[], "take a code out");
            return false;
        }
        self.compare(basket, &reply)
    }

    /// Completes while another tab adds something: it is in the order, still in the cart, or was refused (T-C2), and what is
    /// paid is what the order says (T-C4).
    pub(super) async fn complete_beside_another_tab(
        &mut self,
        basket: &mut Basket,
        completion: &Request,
    ) -> Option<Reply> {
        if !self.dice.random_bool(0.2) {
            return self.complete(completion).await;
        }
        let (client, variant) = (self.world.client.clone(), self.pick());
        let add = shopping::add_line(&basket.note.id, &variant, 1).by(&basket.note.auth);
        let (completed, added) = tokio::join!(self.complete(completion), client.send(&add));
        let added = added?;
        if added.is_success() {
            *basket.note.lines.entry(variant).or_default() += 1;
        } else {
            const ODDS: [&str; 4] =
                ["cart-locked", "cart-completed", "insufficient-stock", "quantity-out-of-range"];
            self.expect_refusal(&added, &ODDS, "adding in another tab");
        }
        completed
    }

    /// Comes back from the bank's page twice at once, with different keys (T-O2), mostly having approved; what came of it.
    pub(super) async fn see_the_bank(
        &mut self,
        basket: &Basket,
        completion: &Request,
        asked: &Reply,
    ) -> Option<Reply> {
        let client = self.world.client.clone();
        let Some(payment) = asked.body["payment_id"].as_str() else {
            client.complain(format!("nobody says which payment the bank is about: {}", asked.body));
            return None;
        };
        let result = if self.dice.random_bool(0.8) { "approve" } else { "decline" };
        let back = Request::post(format!("/v1/payments/{payment}/confirm"), json!({ "result": result }))
            .by(&basket.note.auth);
        let twin = back.with_another_key();
        let (one, other) = tokio::join!(client.send(&back), client.send(&twin));
        for reply in [one?, other?].iter().filter(|reply| !reply.is_success()) {
            self.expect_refusal(reply, &["payment-nothing-to-confirm"], "coming back from the bank");
        }
        let limit = Instant::now() + PAID_LIMIT;
        while Instant::now() < limit {
            let reply = client.send(completion).await?;
            if reply.status != 202 {
                return Some(reply);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        client.complain(format!("{payment} still waits for a shopper who came back"));
        None
    }

    /// Pays by another card what the first one did not give, by two clicks on one button and one in another tab (T-O9).
    pub(super) async fn pay_anew(&self, basket: &Basket) {
        let Some(order) = basket.note.order.as_ref().filter(|order| order.paid_anew) else { return };
        let client = &self.world.client;
        let (id, auth) = (&order.id, &basket.note.auth);
        if !wait_until(client, id, auth, |seen| seen["payment_status"] == "failed").await {
            return;
        }
        let means = json!({ "provider": "sandbox", "token": CARD_OK });
        let click = Request::post(format!("/v1/orders/{id}/payments"), means).by(auth);
        let tab = click.with_another_key();
        let settle = |request| shopping::settle(client, request);
        let (one, again, other) = tokio::join!(settle(&click), settle(&click), settle(&tab));
        let answers = [one, again, other].into_iter().flatten();
        for reply in answers.filter(|reply| !reply.is_success()) {
            self.expect_refusal(&reply, &["order-payment-under-way", "order-nothing-owed"], "paying anew");
        }
        wait_until(client, id, auth, is_paid).await;
    }

    /// Calls the order off, or asks for some money back, or is content.
    pub(super) async fn have_second_thoughts(&mut self, basket: &mut Basket) {
        let Some(order) = &mut basket.note.order else { return };
        let client = &self.world.client;
        let mood = self.dice.random_range(0..10);
        if mood < 2 && call_off(client, &order.id, &basket.note.auth).await {
            (order.canceled, order.refunded) = (true, order.total);
        }
        if (2..4).contains(&mood)
            && wait_until(client, &order.id, &basket.note.auth, is_paid).await
            && self.world.desk.refunds(client, order, GOODWILL_CENTS).await
        {
            order.refunded = GOODWILL_CENTS;
        }
    }
}

/// Whether a code takes something off a cart or an order. Others may as well, so the sum says nothing.
pub(super) fn counts(priced: &Value, code: &str) -> bool {
    let mut coupons = priced["coupons"].as_array().into_iter().flatten();
    coupons.any(|coupon| coupon["code"] == code && coupon["discount"]["amount"].as_i64().unwrap_or(0) > 0)
}

/// Calls an order off by two clicks with different keys: one does it, and it stays done (T-O6).
async fn call_off(client: &Client, order: &str, auth: &Auth) -> bool {
    let limit = Instant::now() + PAID_LIMIT;
    while Instant::now() < limit {
        let click = || Request::post(format!("/v1/orders/{order}/cancel"), json!({})).by(auth);
        let (one, other) = (click(), click());
        let (one, other) = tokio::join!(client.send(&one), client.send(&other));
        let (Some(one), Some(other)) = (one, other) else { return false };
        if one.is_success() || other.is_success() {
            return true;
        }
        if one.code() != "order-payment-under-way" {
            client.complain(format!("calling {order} off is answered {} {}", one.status, one.body));
            return false;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    client.complain(format!("order {order} cannot be called off: its payment stays under way"));
    false
}

fn is_paid(order: &Value) -> bool {
    order["stage"] == "paid"
}

async fn wait_until(client: &Client, order: &str, auth: &Auth, is: impl Fn(&Value) -> bool) -> bool {
    let limit = Instant::now() + PAID_LIMIT;
    while Instant::now() < limit {
        let Some(seen) = client.send(&Request::get(format!("/v1/orders/{order}")).by(auth)).await else {
            return false;
        };
        if is(&seen.body) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    client.complain(format!("order {order} is not paid, or refused, in time"));
    false
}
