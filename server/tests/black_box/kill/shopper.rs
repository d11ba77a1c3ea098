//! One scripted shopper: knows what the cart must hold after each answer, and says so when it does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use crate::common::shopping::{self, CARD_ACTION, CARD_DECLINED, CARD_OK, CARD_UNTAKEN, Lines};
use crate::common::{Client, Reply, Request};
use crate::kill::after::counts;
use crate::kill::desk::Desk;
use crate::kill::notes::{CartNote, Notes, OrderNote, UserNote};

/// How many shoppers want the same e-mail address at once.
const RIVALS: usize = 4;
/// Commands on one cart that leave at the same moment.
const BURST: u32 = 5;

/// What the shoppers of one run share.
pub(crate) struct World {
    /// Sends and counts.
    pub(crate) client: Client,
    /// What was acknowledged.
    pub(crate) notes: Notes,
    /// What can be bought.
    pub(crate) variants: Vec<String>,
    /// Who gives money back and issues codes.
    pub(crate) desk: Desk,
    /// Set when no new cart should be begun.
    pub(crate) closing: AtomicBool,
    /// Hands out e-mail addresses.
    pub(crate) registrations: AtomicUsize,
}

/// A scripted shopper.
pub(crate) struct Shopper {
    pub(super) world: Arc<World>,
    pub(super) dice: StdRng,
    bearer: Option<String>,
}

/// A cart while its shopper works on it.
pub(super) struct Basket {
    pub(super) note: CartNote,
    pub(super) view: serde_json::Value,
    /// The code that was entered.
    pub(super) code: Option<String>,
}

impl Shopper {
    pub(crate) fn new(world: Arc<World>, seed: u64) -> Self {
        Self { world, dice: StdRng::seed_from_u64(seed), bearer: None }
    }

    /// Buys until the shop closes.
    pub(crate) async fn run(mut self) {
        if self.dice.random_bool(0.4) {
            self.register().await;
        }
        while !self.world.closing.load(Ordering::SeqCst) {
            self.shop().await;
        }
    }

    async fn think(&mut self) {
        let pause = self.dice.random_range(20..250);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }

    /// Registers under an address that rivals want at the same time; whoever loses shops as a guest.
    async fn register(&mut self) {
        let number = self.world.registrations.fetch_add(1, Ordering::SeqCst);
        let email = format!("rush-{}@example.com", number / RIVALS);
        let password = format!("a long password {number}");
        let body = json!({ "email": email, "password": password, "name": "Sam Shopper" });
        let Some(reply) = self.world.client.send(&Request::post("/v1/auth/register", body)).await else {
            return;
        };
        match reply.status {
            201 => {
                let id = shopping::text(&reply.body["user"]["id"]);
                self.bearer = reply.body["access_token"].as_str().map(str::to_owned);
                self.world.notes.user(UserNote { email, password, id });
            }
            _ => self.expect_refusal(&reply, &["email-taken"], "register"),
        }
    }

    async fn shop(&mut self) {
        let Some((id, auth)) = shopping::open_cart(&self.world.client, self.bearer.as_deref()).await else {
            self.world.client.complain("a cart could not be opened".to_owned());
            self.world.closing.store(true, Ordering::SeqCst);
            return;
        };
        let note = CartNote { id, auth, lines: Lines::new(), order: None };
        let mut basket = Basket { note, view: json!({}), code: None };
        for _ in 0..self.dice.random_range(1..5) {
            self.think().await;
            if !self.change(&mut basket).await {
                break;
            }
        }
        if !basket.note.lines.is_empty() && self.dice.random_bool(0.8) {
            self.think().await;
            self.enter_a_code(&mut basket).await;
            self.check_out(&mut basket).await;
            self.pay_anew(&basket).await;
            self.have_second_thoughts(&mut basket).await;
        }
        self.world.notes.cart(basket.note);
    }

    /// Does one thing to the cart; `false` when the cart no longer makes sense.
    async fn change(&mut self, basket: &mut Basket) -> bool {
        let held: Vec<String> = basket.note.lines.keys().cloned().collect();
        let some_line = (!held.is_empty()).then(|| held[self.dice.random_range(0..held.len())].clone());
        match (self.dice.random_range(0..10), some_line) {
            (0, Some(variant)) => self.set_quantity(basket, &variant).await,
            (1, Some(variant)) => self.remove(basket, &variant).await,
            (2, _) => self.burst(basket).await,
            _ => self.add(basket).await,
        }
    }

    async fn add(&mut self, basket: &mut Basket) -> bool {
        let (variant, quantity) = (self.pick(), self.dice.random_range(1..3));
        let request = shopping::add_line(&basket.note.id, &variant, quantity).by(&basket.note.auth);
        let Some(reply) = self.send_perhaps_twice(&request).await else { return false };
        if reply.is_success() {
            *basket.note.lines.entry(variant).or_default() += quantity;
        } else {
            self.expect_refusal(&reply, &["insufficient-stock", "quantity-out-of-range"], "add a line");
        }
        self.compare(basket, &reply)
    }

    async fn set_quantity(&mut self, basket: &mut Basket, variant: &str) -> bool {
        let Some(line) = shopping::line_id(&basket.view, variant) else { return true };
        let quantity = self.dice.random_range(1..4);
        let path = format!("/v1/carts/{}/lines/{line}", basket.note.id);
        let request = Request::patch(path, json!({ "quantity": quantity })).by(&basket.note.auth);
        let Some(reply) = self.send_perhaps_twice(&request).await else { return false };
        if reply.is_success() {
            basket.note.lines.insert(variant.to_owned(), quantity);
        } else {
            self.expect_refusal(&reply, &["insufficient-stock"], "set a quantity");
        }
        self.compare(basket, &reply)
    }

    async fn remove(&mut self, basket: &mut Basket, variant: &str) -> bool {
        let Some(line) = shopping::line_id(&basket.view, variant) else { return true };
        let request =
            Request::delete(format!("/v1/carts/{}/lines/{line}", basket.note.id)).by(&basket.note.auth);
        let Some(reply) = self.send_perhaps_twice(&request).await else { return false };
        if reply.is_success() {
            basket.note.lines.remove(variant);
        } else {
            self.expect_refusal(&reply, &[], "remove a line");
        }
        self.compare(basket, &reply)
    }

    /// Adds one piece several times at the same moment: none may be lost (T-C1).
    async fn burst(&mut self, basket: &mut Basket) -> bool {
        let variant = self.pick();
        let requests: Vec<_> = (0..BURST)
            .map(|_| shopping::add_line(&basket.note.id, &variant, 1).by(&basket.note.auth))
            .collect();
        let client = self.world.client.clone();
        let replies = futures::future::join_all(requests.iter().map(|request| client.send(request))).await;
        let mut added = 0;
        for reply in replies {
            match reply {
                Some(reply) if reply.is_success() => added += 1,
                Some(reply) => {
                    self.expect_refusal(&reply, &["insufficient-stock", "quantity-out-of-range"], "add")
                }
                None => return false,
            }
        }
        if added > 0 {
            *basket.note.lines.entry(variant).or_default() += added;
        }
        let Some(now) =
            client.send(&Request::get(format!("/v1/carts/{}", basket.note.id)).by(&basket.note.auth)).await
        else {
            return false;
        };
        self.compare(basket, &now)
    }

    async fn check_out(&mut self, basket: &mut Basket) {
        let mut card = match self.dice.random_range(0..10) {
            0..2 => CARD_DECLINED,
            2 => CARD_UNTAKEN,
            3..5 => CARD_ACTION,
            _ => CARD_OK,
        };
        let mut total = shopping::total_of(&basket.view);
        for _ in 0..4 {
            let request = shopping::complete(&basket.note.id, total, card).by(&basket.note.auth);
            let Some(mut reply) = self.complete_beside_another_tab(basket, &request).await else { return };
            if reply.status == 202 {
                let Some(after) = self.see_the_bank(basket, &request, &reply).await else { return };
                reply = after;
            }
            match (reply.status, reply.code()) {
                (200, _) => return self.ordered(basket, &reply, card),
                (422, "payment-failed") if card != CARD_OK => card = CARD_OK,
                (409, "cart-changed") => {
                    total = reply.body["current_total"]["amount"].as_i64().unwrap_or(total)
                }
                (409, "insufficient-stock") => return,
                (409, "coupon-exhausted") if basket.code.is_some() => {
                    if !self.take_the_code_out(basket).await {
                        return;
                    }
                    total = shopping::total_of(&basket.view);
                }
                _ => return self.expect_refusal(&reply, &[], "complete"),
            }
            if !self.is_unchanged(basket).await {
                return;
            }
            self.think().await;
        }
    }

    /// Completes, sometimes by two clicks with different keys (T-O1).
    pub(super) async fn complete(&mut self, request: &Request) -> Option<Reply> {
        let client = self.world.client.clone();
        if !self.dice.random_bool(0.15) {
            return shopping::settle(&client, request).await;
        }
        let twin = request.with_another_key();
        let (one, other) = tokio::join!(shopping::settle(&client, request), shopping::settle(&client, &twin));
        let (one, other) = (one?, other?);
        if one.status == 200 && other.status == 200 && one.body["id"] != other.body["id"] {
            client
                .complain(format!("two clicks made two orders: {} and {}", one.body["id"], other.body["id"]));
        }
        // The click that got through says what happened; the other may only have met a locked cart.
        let rank = |reply: &Reply| match reply.status {
            200 => 0,
            422 => 1,
            _ => 2,
        };
        Some(if rank(&other) < rank(&one) { other } else { one })
    }

    fn ordered(&self, basket: &mut Basket, reply: &Reply, card: &str) {
        let lines = shopping::lines_of(&reply.body);
        if lines != basket.note.lines {
            let (id, cart) = (&reply.body["id"], &basket.note.lines);
            self.world.client.complain(format!("order {id} has {lines:?}, the cart had {cart:?}"));
        }
        basket.note.order = Some(OrderNote {
            id: shopping::text(&reply.body["id"]),
            number: shopping::text(&reply.body["number"]),
            total: shopping::total_of(&reply.body),
            code: basket.code.take().filter(|code| counts(&reply.body, code)),
            paid_anew: card == CARD_UNTAKEN,
            refunded: 0,
            canceled: false,
        });
    }

    /// After a failed completion the cart must be as it was, and open (T-C8).
    async fn is_unchanged(&self, basket: &mut Basket) -> bool {
        let request = Request::get(format!("/v1/carts/{}", basket.note.id)).by(&basket.note.auth);
        match self.world.client.send(&request).await {
            Some(reply) => self.compare(basket, &reply),
            None => false,
        }
    }

    /// Sends a command, now and then twice at once under the same key: it must count once.
    async fn send_perhaps_twice(&mut self, request: &Request) -> Option<Reply> {
        let client = &self.world.client;
        if self.dice.random_bool(0.2) {
            let (one, other) = tokio::join!(client.send(request), client.send(request));
            let (one, other) = (one?, other?);
            if one.status != other.status || one.lasting() != other.lasting() {
                client.complain(format!(
                    "one key, two answers: {} {} and {} {}",
                    one.status, one.body, other.status, other.body
                ));
            }
            return Some(one);
        }
        client.send(request).await
    }

    /// Compares an answered cart with what it must hold; `false` when they differ.
    pub(super) fn compare(&self, basket: &mut Basket, reply: &Reply) -> bool {
        if !reply.is_success() {
            return true;
        }
        let view = shopping::cart_of(&reply.body);
        let lines = shopping::lines_of(view);
        basket.view = view.clone();
        if lines == basket.note.lines {
            return true;
        }
        let (id, known) = (&basket.note.id, &basket.note.lines);
        self.world.client.complain(format!("cart {id} holds {lines:?}, acknowledged was {known:?}"));
        basket.note.lines = lines;
        false
    }

    pub(super) fn expect_refusal(&self, reply: &Reply, codes: &[&str], what: &str) {
        if !codes.contains(&reply.code()) {
            self.world.client.complain(format!("{what} is answered {} {}", reply.status, reply.body));
        }
    }

    pub(super) fn pick(&mut self) -> String {
        let variants = &self.world.variants;
        variants[self.dice.random_range(0..variants.len())].clone()
    }
}
