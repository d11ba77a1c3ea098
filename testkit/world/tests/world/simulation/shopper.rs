//! A shopper: opens carts, fills them, buys, changes their mind, repeats themselves. Now and then they keep the shop.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use amazoff_actors::checkout::{CompleteForm, Outcome, PaymentChoice};
use amazoff_actors::ids::{CartId, OrderId};
use amazoff_actors::money::Quantity;
use amazoff_actors::order::Portion;
use amazoff_actors::payment::Confirmation;
use amazoff_supervisor::{CommandId, chance};
use amazoff_world::{PowerLost, Shelf, World, contact};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::notes::{Fate, Notes};
use super::op::{Came, Op};

/// Cards and how often they are used, in percent.
const CARDS: [(&str, u32); 6] = [
    ("tok_ok", 50),
    ("tok_decline", 14),
    ("tok_action", 16),
    ("tok_stall", 5),
    ("tok_lost", 8),
    ("tok_unheard", 7),
];

/// Codes, and how many orders may use each.
pub(crate) const CODES: [(&str, Option<u32>); 4] =
    [("WELCOME", None), ("ONCE-1", Some(1)), ("ONCE-2", Some(1)), ("FEW", Some(3))];

/// What all shoppers of a run share.
pub(crate) struct Mall {
    pub(crate) world: World,
    pub(crate) shelves: Vec<Shelf>,
    pub(crate) notes: Notes,
    /// Carts that several people fill.
    pub(crate) family: std::sync::Mutex<Vec<CartId>>,
    /// Orders that somebody was told of.
    pub(crate) orders: std::sync::Mutex<Vec<OrderId>>,
    pub(crate) operations: AtomicU64,
}

pub(crate) struct Shopper {
    mall: Arc<Mall>,
    draws: StdRng,
    cart: Option<CartId>,
}

impl Shopper {
    pub(crate) fn new(mall: Arc<Mall>, seed: u64) -> Self {
        Self { mall, draws: StdRng::seed_from_u64(seed), cart: None }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.draws.random_range(0..bound)
    }
    fn percent(&mut self, percent: u32) -> bool {
        self.draws.random_range(0..100) < percent
    }
    fn shelf(&mut self) -> Shelf {
        let index = self.below(self.mall.shelves.len());
        self.mall.shelves[index]
    }

    /// Does so many things, with pauses between them.
    pub(crate) async fn shop(mut self, things: u32) {
        for _ in 0..things {
            let pause = self.draws.random_range(0..400);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            match self.below(100) {
                0..12 => self.keep_shop().await,
                12..20 => self.keep_orders().await,
                _ => self.go_on().await,
            }
        }
    }

    async fn go_on(&mut self) {
        match self.cart {
            None => self.take_cart().await,
            Some(cart) => self.use_cart(cart).await,
        }
    }

    async fn take_cart(&mut self) {
        let shared = self.percent(35);
        let family = self.mall.family.lock().unwrap().last().copied();
        if let Some(cart) = family.filter(|_| shared) {
            self.cart = Some(cart);
            return;
        }
        let cart = CartId::from(chance::uuid());
        if self.ask(Op::Open(cart)).await.0.is_decided() {
            self.cart = Some(cart);
            self.mall.family.lock().unwrap().push(cart);
        }
    }

    async fn use_cart(&mut self, cart: CartId) {
        match self.below(100) {
            0..50 => {
                let (shelf, number) = (self.shelf(), self.draws.random_range(1..4));
                self.ask(Op::Add(cart, shelf.variant, number)).await;
            }
            50..65 => {
                let read = self.mall.world.ask(async |shop| shop.carts.view(cart).await).await;
                let Ok(Ok(Some(view))) = read else { return };
                let Some(line) = view.lines.first().map(|line| line.id) else { return };
                let number = self.draws.random_range(1..6);
                let remove = self.percent(30);
                self.ask(if remove { Op::Remove(cart, line) } else { Op::Set(cart, line, number) }).await;
            }
            65..72 => {
                let code = CODES[self.below(CODES.len())].0.to_owned();
                let out = self.percent(25);
                self.ask(if out { Op::TakeOut(cart, code) } else { Op::Code(cart, code) }).await;
            }
            72..97 => self.buy(cart).await,
            _ => self.cart = None,
        }
    }

    async fn buy(&mut self, cart: CartId) {
        let read = self.mall.world.ask(async |shop| shop.carts.view(cart).await).await;
        let Ok(Ok(Some(view))) = read else { return };
        if view.status == "completed" {
            self.cart = None;
            return;
        }
        let payment = PaymentChoice { provider: "sandbox".to_owned(), token: self.card().to_owned() };
        let form = CompleteForm { expected_total: view.totals.total, contact: Some(contact()), payment };
        let wait = Duration::from_millis(self.draws.random_range(100..15_000));
        let (_, came) = self.ask(Op::Complete(cart, Box::new(form), wait)).await;
        match came {
            Came::Outcome(Outcome::RequiresAction { payment, .. }) => match self.below(4) {
                0 | 1 => drop(self.ask(Op::Confirm(payment, Confirmation::Approve)).await),
                2 => drop(self.ask(Op::Confirm(payment, Confirmation::Decline)).await),
                _ => self.cart = None,
            },
            Came::Outcome(Outcome::Placed { .. }) => {
                self.mall.orders.lock().unwrap().push(OrderId::of_cart(cart));
                self.cart = None;
            }
            Came::Outcome(Outcome::Processing { .. } | Outcome::Failed(_)) | Came::Nothing => {}
        }
    }

    fn card(&mut self) -> &'static str {
        let mut drawn = self.draws.random_range(0..100_u32);
        for (token, percent) in CARDS {
            match drawn.checked_sub(percent) {
                Some(left) => drawn = left,
                None => return token,
            }
        }
        CARDS[0].0
    }

    async fn keep_shop(&mut self) {
        let shelf = self.shelf();
        let op = match self.below(4) {
            0 => Op::Receive(shelf.variant, self.draws.random_range(1..8)),
            1 => Op::Reprice(shelf, self.draws.random_range(100..5_000)),
            2 => Op::Register(format!("ann{}@example.org", self.below(4))),
            _ => Op::Draft(Shelf::fresh(), format!("slug-{}", self.below(4))),
        };
        self.ask(op).await;
    }

    /// Sends, gives back, calls off: whatever the order is ready for.
    async fn keep_orders(&mut self) {
        let orders = self.mall.orders.lock().unwrap().clone();
        if orders.is_empty() {
            return;
        }
        let order = orders[self.below(orders.len())];
        let op = match self.below(3) {
            0 => Op::CallOff(order),
            1 => Op::GiveBack(order, self.draws.random_range(1..3_000)),
            _ => {
                let read = self.mall.world.ask(async |shop| shop.orders.get(order).await).await;
                let Ok(Ok(Some(view))) = read else { return };
                let some = view.goods.iter().filter_map(|(line, pieces)| {
                    let open = Quantity::try_from(pieces.open()).ok()?;
                    Some(Portion { line: *line, quantity: open })
                });
                let lines: Vec<Portion> = some.take(1 + self.below(2)).collect();
                if lines.is_empty() {
                    return;
                }
                Op::Send(order, lines)
            }
        };
        self.ask(op).await;
    }

    /// Asks, and asks again with the same id: mostly when there was no answer, and sometimes for no reason.
    async fn ask(&mut self, op: Op) -> (Fate, Came) {
        let command = CommandId::new();
        loop {
            let (fate, came) = self.ask_once(&op, command).await;
            let again = if fate.is_decided() { 5 } else { 60 };
            if !self.percent(again) {
                return (fate, came);
            }
            let pause = self.draws.random_range(0..1_500);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn ask_once(&self, op: &Op, command: CommandId) -> (Fate, Came) {
        let mall = &self.mall;
        mall.operations.fetch_add(1, Ordering::Relaxed);
        let answer = mall.world.ask(async |shop| op.ask(shop, command).await).await;
        let (fate, came) = match answer {
            Ok(answer) => answer,
            Err(PowerLost) => (Fate::Unknown, Came::Nothing),
        };
        mall.notes.note(op.entity(command), command, fate.clone());
        (fate, came)
    }
}
