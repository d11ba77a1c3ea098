//! A small shop in memory: the pure entities, a provider, and effects that are delivered in any order.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Decision, Entity, ReminderChange, Timestamp};
use amazoff_testkit::Life;
use uuid::Uuid;

use super::super::*;
use super::dice::Dice;
use super::provider::Provider;
use crate::cart::{self, Cart, Owner};
use crate::ids::{CartId, OrderId, PaymentId, ProductId, VariantId};
use crate::money::{Currency, Money, Quantity};
use crate::order::{self, Line, Order, PaymentStatus};
use crate::payment::{self, Payment};
use crate::pricing::totals;
use crate::stock::{self, HoldState, Stock};

/// What every variant costs, and how many of each the cart has.
const PRICE: Money = Money::eur(1500);
const PIECES: u32 = 2;
/// On the shelf.
const SHELF: u32 = 5;

/// A step that goes wrong once.
#[derive(Default)]
pub(super) struct Fail {
    pub(super) step: Option<Step>,
    /// Whether it did.
    pub(super) fired: bool,
}

impl Fail {
    pub(super) fn once_at(step: Step) -> Self {
        Self { step: Some(step), fired: false }
    }
    pub(super) fn fires(&mut self, step: Step) -> bool {
        let fires = self.step == Some(step) && !self.fired;
        self.fired |= fires;
        fires
    }
}

/// An effect on its way, and who sent it.
#[derive(Clone)]
enum Sent {
    Checkout(Effect),
    Payment(PaymentId, payment::Effect),
}

pub(super) struct World {
    pub(super) checkout: Life<Checkout>,
    pub(super) cart: Life<Cart>,
    pub(super) stocks: BTreeMap<VariantId, Life<Stock>>,
    pub(super) order: Life<Order>,
    pub(super) payments: BTreeMap<PaymentId, Life<Payment>>,
    pub(super) provider: Provider,
    pub(super) fail: Fail,
    /// When the shopper answers a question of the provider, how.
    pub(super) shopper: Option<payment::Confirmation>,
    prices: BTreeMap<VariantId, Option<Money>>,
    queues: BTreeMap<String, VecDeque<Sent>>,
    reminders: BTreeMap<(Option<PaymentId>, String), Timestamp>,
    now: Timestamp,
    outcomes: Vec<u32>,
}

pub(super) fn cart_id() -> CartId {
    CartId::from(Uuid::from_u128(0xca27))
}

pub(super) fn order_id() -> OrderId {
    OrderId::of_cart(cart_id())
}

fn quantity() -> Quantity {
    Quantity::try_from(PIECES).unwrap()
}

pub(super) fn variants(count: u128) -> Vec<VariantId> {
    (1..=count).map(|n| VariantId::from(Uuid::from_u128(n))).collect()
}

impl World {
    /// A full cart of so many lines, and enough of everything.
    pub(super) fn new(lines: u128) -> Self {
        let mut cart = Life::<Cart>::new(cart_id().uuid());
        cart.run(cart::Command::Create { owner: Owner::Guest, currency: Currency::EUR }).unwrap();
        let mut stocks = BTreeMap::new();
        for variant in variants(lines) {
            let product = ProductId::from(Uuid::from_u128(variant.uuid().as_u128() + 100));
            let offer = cart::Offer {
                product,
                title: "Lamp".to_owned(),
                options: BTreeMap::new(),
                image: None,
                unit_price: PRICE,
                available: SHELF,
            };
            let addition = cart::Addition { variant, quantity: quantity(), offer: Some(offer) };
            cart.run(cart::Command::AddLine(addition)).unwrap();
            let mut stock = Life::<Stock>::new(variant.uuid());
            stock.run(stock::Command::Introduce { product, sku: variant.to_string() }).unwrap();
            stock.run(stock::Command::Receive { quantity: SHELF }).unwrap();
            stocks.insert(variant, stock);
        }
        let checkout = Life::new(cart_id().uuid());
        let now = checkout.now();
        Self {
            checkout,
            cart,
            prices: variants(lines).into_iter().map(|variant| (variant, Some(PRICE))).collect(),
            stocks,
            order: Life::new(order_id().uuid()),
            payments: BTreeMap::new(),
            provider: Provider::default(),
            fail: Fail::default(),
            shopper: Some(payment::Confirmation::Approve),
            queues: BTreeMap::new(),
            reminders: BTreeMap::new(),
            now,
            outcomes: Vec::new(),
        }
    }

    pub(super) fn total(&self) -> Money {
        totals(self.stocks.keys().map(|_| (PRICE, quantity()))).unwrap().total
    }

    pub(super) fn reprice(&mut self, variant: VariantId, price: Option<Money>) {
        self.prices.insert(variant, price);
    }

    /// Presses the button and lets everything happen. Returns how the attempt ended.
    pub(super) fn buy(&mut self, dice: &mut Dice) -> Option<Outcome> {
        let reply = self.start(self.total());
        let attempt = match reply {
            Reply::Started { attempt } | Reply::Running { attempt } => attempt,
            Reply::Done { order } => return Some(Outcome::Placed { order }),
            Reply::Noted => return None,
        };
        self.settle(dice);
        self.checkout.state().outcome(cart_id(), attempt)
    }

    pub(super) fn start(&mut self, expected_total: Money) -> Reply {
        let payment = PaymentChoice { provider: "test".to_owned(), token: "tok".to_owned() };
        let start = Start { expected_total, contact: Sealed::Erased, payment };
        self.tell(Command::Start(Box::new(start)))
    }

    /// Delivers effects in any order, some of them twice, and fires reminders, until nothing is left to happen.
    pub(super) fn settle(&mut self, dice: &mut Dice) {
        for _ in 0..5000 {
            self.queues.retain(|_, queue| !queue.is_empty());
            let names: Vec<String> = self.queues.keys().cloned().collect();
            if names.is_empty() {
                if !self.fire_a_reminder() {
                    return;
                }
                continue;
            }
            let name = &names[dice.below(names.len())];
            let sent = self.queues.get_mut(name).and_then(VecDeque::pop_front).unwrap();
            // A delivery whose end was lost in a crash comes again.
            if dice.below(8) == 7 {
                self.deliver(sent.clone(), dice);
            }
            self.deliver(sent, dice);
        }
        panic!("the checkout never comes to rest: {:#?}", self.checkout.state());
    }

    fn fire_a_reminder(&mut self) -> bool {
        let next = self.reminders.iter().min_by_key(|(_, due_at)| **due_at);
        let Some((key, due_at)) = next.map(|(key, due_at)| (key.clone(), *due_at)) else { return false };
        self.reminders.remove(&key);
        self.now = self.now.max(due_at);
        match key {
            (None, name) => {
                self.tell(Checkout::reminded(&name).unwrap());
            }
            (Some(payment), name) => self.tell_payment(payment, Payment::reminded(&name).unwrap()).unwrap(),
        }
        true
    }

    fn remember(&mut self, who: Option<PaymentId>, changes: &[ReminderChange]) {
        for change in changes {
            match change {
                ReminderChange::Set { name, due_at } => {
                    self.reminders.insert((who, name.clone()), *due_at);
                }
                ReminderChange::Clear { name } => {
                    self.reminders.remove(&(who, name.clone()));
                }
                ReminderChange::Lapse { name, due_at } => {
                    let key = (who, name.clone());
                    if self.reminders.get(&key) == Some(due_at) {
                        self.reminders.remove(&key);
                    }
                }
            }
        }
    }

    fn tell(&mut self, command: Command) -> Reply {
        self.checkout.set_now(self.now);
        let Decision { effects, reminders, reply, .. } = self.checkout.run(command).unwrap();
        self.remember(None, &reminders);
        for effect in effects {
            let destination = Checkout::destination(&effect);
            self.queues.entry(destination).or_default().push_back(Sent::Checkout(effect));
        }
        if let Some(Outcome::Placed { .. }) = self.checkout.state().newest().and_then(|n| self.outcome(n)) {
            let newest = self.checkout.state().newest().unwrap();
            if self.outcomes.last() != Some(&newest) {
                self.outcomes.push(newest);
            }
        }
        reply
    }

    fn outcome(&self, attempt: u32) -> Option<Outcome> {
        self.checkout.state().outcome(cart_id(), attempt)
    }

    /// How many attempts were told as placed.
    pub(super) fn placed(&self) -> usize {
        self.outcomes.len()
    }

    fn tell_payment(&mut self, id: PaymentId, command: payment::Command) -> Result<(), payment::Rejection> {
        let life = self.payments.entry(id).or_insert_with(|| Life::new(id.uuid()));
        life.set_now(self.now);
        let Decision { effects, reminders, .. } = life.run(command)?;
        self.remember(Some(id), &reminders);
        for effect in effects {
            let destination = format!("{id}:{}", Payment::destination(&effect));
            self.queues.entry(destination).or_default().push_back(Sent::Payment(id, effect));
        }
        Ok(())
    }

    fn deliver(&mut self, sent: Sent, dice: &mut Dice) {
        match sent {
            Sent::Checkout(effect) => {
                if let Some(answer) = self.deliver_checkout(effect) {
                    self.tell(answer);
                }
            }
            Sent::Payment(id, payment::Effect::TellCheckout { update, .. }) => {
                let acts = matches!(update, payment::Update::RequiresAction { .. });
                self.tell(Command::PaymentUpdate { payment: id, update });
                if let Some(result) = self.shopper.filter(|_| acts) {
                    // Refused when the question is no longer open.
                    let _refused = self.tell_payment(id, payment::Command::Confirm { result });
                }
            }
            Sent::Payment(id, payment::Effect::CallProvider { call, .. }) => {
                if let Some(command) = self.provider.answer(&call, &mut self.fail, dice) {
                    self.tell_payment(id, command).unwrap();
                }
            }
            Sent::Payment(_, payment::Effect::TellOrder { payment, fact, .. }) => {
                self.order.run(order::Command::NoteFact { payment, fact }).unwrap();
            }
        }
    }

    /// The same mapping as in `deliver/`, over the entities in memory.
    fn deliver_checkout(&mut self, effect: Effect) -> Option<Command> {
        match effect {
            Effect::ClaimCart { attempt } => Some(self.claim(attempt)),
            Effect::PriceLines { attempt, lines } => {
                let gone = self.fail.fires(Step::PriceLines);
                let price = |variant| self.prices.get(variant).copied().flatten().filter(|_| !gone);
                let prices = lines.iter().map(|(_, variant)| (*variant, price(variant))).collect();
                Some(Command::RecordPrices { attempt, prices })
            }
            Effect::CompleteCart { attempt, order, .. } => {
                self.passes(Step::CompleteCart, "cart", Effect::CompleteCart { attempt, order, paid: true })?;
                self.cart.run(cart::Command::Complete { attempt, order }).unwrap();
                Some(Command::RecordCompleted { attempt })
            }
            Effect::ReleaseCart { attempt, reprice } => {
                self.cart.run(cart::Command::Release { attempt, reprice }).unwrap();
                Some(Command::RecordCartReleased { attempt })
            }
            Effect::HoldStock { .. } | Effect::CommitStock { .. } | Effect::ReleaseStock { .. } => {
                self.stock(effect)
            }
            Effect::DraftOrder { .. }
            | Effect::PlaceOrder { .. }
            | Effect::NotePayment { .. }
            | Effect::MarkPaid { .. } => self.order(effect),
            Effect::Authorize { payment, terms, .. } => {
                self.tell_payment(payment, payment::Command::Authorize(terms)).unwrap();
                None
            }
            Effect::SyncPayment { payment } => {
                self.tell_payment(payment, payment::Command::Sync).unwrap();
                None
            }
            Effect::VoidPayment { payment } => {
                self.tell_payment(payment, payment::Command::Void).unwrap();
                None
            }
            Effect::Capture { payment } => {
                self.tell_payment(payment, payment::Command::Capture).unwrap();
                None
            }
        }
    }

    /// A step that may not be refused fails like a crash: the effect comes again.
    fn passes(&mut self, step: Step, stream: &str, effect: Effect) -> Option<()> {
        if self.fail.fires(step) {
            self.queues.entry(stream.to_owned()).or_default().push_front(Sent::Checkout(effect));
            return None;
        }
        Some(())
    }

    fn claim(&mut self, attempt: u32) -> Command {
        if self.fail.fires(Step::ClaimCart) {
            let answer = CartAnswer::Refused(Failure::StepFailed { step: Step::ClaimCart });
            return Command::RecordCart { attempt, answer };
        }
        let answer = match self.cart.run(cart::Command::Claim { attempt }) {
            Ok(_) => CartAnswer::Claimed { owner: self.cart.state().owner, lines: self.lines() },
            Err(refusal) => CartAnswer::Refused(refusal.into()),
        };
        Command::RecordCart { attempt, answer }
    }

    fn lines(&self) -> Vec<Line> {
        let lines = self.cart.state().lines.iter().map(|line| Line {
            id: line.id,
            variant_id: line.variant,
            product_id: line.product,
            title: line.title.clone(),
            options: line.options.clone(),
            image: line.image.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            line_total: line.unit_price.checked_mul(line.quantity).unwrap(),
        });
        lines.collect()
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only effects for stock come here")]
    fn stock(&mut self, effect: Effect) -> Option<Command> {
        match effect {
            Effect::HoldStock { attempt, variant, hold, quantity, expires_at } => {
                if self.fail.fires(Step::HoldStock) {
                    let failure = Some(Failure::InsufficientStock { variant, available: 0 });
                    return Some(Command::RecordHold { attempt, variant, failure });
                }
                let new = stock::NewHold { hold, cart: cart_id(), quantity, expires_at };
                let failure = match self.stocks.get_mut(&variant).unwrap().run(stock::Command::Hold(new)) {
                    Ok(_) => None,
                    Err(stock::Rejection::InsufficientStock { available }) => {
                        Some(Failure::InsufficientStock { variant, available })
                    }
                    Err(_) => Some(Failure::StepFailed { step: Step::HoldStock }),
                };
                Some(Command::RecordHold { attempt, variant, failure })
            }
            Effect::CommitStock { attempt, variant, hold } => {
                let again = Effect::CommitStock { attempt, variant, hold };
                self.passes(Step::CommitStock, &Checkout::destination(&again), again)?;
                self.stocks.get_mut(&variant).unwrap().run(stock::Command::CommitHold { hold }).unwrap();
                Some(Command::RecordCommitted { attempt, variant })
            }
            Effect::ReleaseStock { attempt, variant, hold } => {
                self.stocks.get_mut(&variant).unwrap().run(stock::Command::ReleaseHold { hold }).unwrap();
                Some(Command::RecordReleased { attempt, variant })
            }
            _ => None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only effects for orders come here")]
    fn order(&mut self, effect: Effect) -> Option<Command> {
        self.order.set_now(self.now);
        match effect {
            Effect::DraftOrder { attempt, draft, payment, .. } => {
                let closed = self.fail.fires(Step::DraftOrder);
                let command = order::Command::Draft { draft, payment };
                let failure = (closed || self.order.run(command).is_err()).then_some(Failure::OrderClosed);
                Some(Command::RecordDraft { attempt, failure })
            }
            Effect::PlaceOrder { attempt, order, payment } => {
                self.passes(Step::PlaceOrder, "order", Effect::PlaceOrder { attempt, order, payment })?;
                self.order.run(order::Command::Place { payment }).unwrap();
                Some(Command::RecordPlaced { attempt })
            }
            Effect::MarkPaid { attempt, order, payment, amount } => {
                self.passes(Step::MarkPaid, "order", Effect::MarkPaid { attempt, order, payment, amount })?;
                self.order.run(order::Command::MarkPaid { payment, amount }).unwrap();
                Some(Command::RecordPaid { attempt })
            }
            Effect::NotePayment { payment, status, .. } => {
                let noted = self.order.run(order::Command::NotePayment { payment, status });
                assert!(matches!(noted, Ok(_) | Err(order::Rejection::NotFound)));
                None
            }
            _ => None,
        }
    }

    /// Everything is as it was before: stock, cart, money, order.
    pub(super) fn assert_nothing_is_held(&self) {
        for (variant, stock) in &self.stocks {
            let Stock { held, allocated, holds, .. } = stock.state();
            assert_eq!((*held, *allocated, holds.len()), (0, 0, 0), "stock of {variant} is held");
            assert_eq!(
                stock.balance(&format!("stock:available:{variant}"), &variant.to_string()),
                i64::from(SHELF)
            );
        }
        assert_eq!(self.cart.state().status, cart::Status::Open);
        assert!(self.order.state().stage() == order::Stage::Draft, "the order is placed");
        for (id, payment) in &self.payments {
            let stage = &payment.state().stage;
            assert!(stage.is_terminal() && *stage != payment::Stage::Captured, "{id} is {stage:?}");
            assert_eq!(payment.balance(payment::CLEARING, "EUR"), 0);
        }
        self.assert_quiet();
    }

    /// One order, placed and paid, its stock promised, its cart closed, and the books balance.
    pub(super) fn assert_bought(&self) {
        assert_eq!((self.order.state().stage(), self.placed()), (order::Stage::Paid, 1));
        assert_eq!(self.cart.state().status, cart::Status::Completed { order: order_id() });
        self.assert_stock_is_promised();
        let captured: Vec<_> = self
            .payments
            .values()
            .filter(|payment| payment.state().stage == payment::Stage::Captured)
            .collect();
        assert_eq!(captured.len(), 1, "paid more or less than once");
        let total = self.total().amount;
        assert_eq!(captured[0].balance("provider:test", "EUR"), -total);
        assert_eq!(captured[0].balance(payment::CLEARING, "EUR"), total);
        assert_eq!(self.order.balance(payment::CLEARING, "EUR"), -total);
        assert_eq!(self.order.balance(order::SALES, "EUR"), total);
        self.assert_quiet();
    }

    /// The order binds, but its money could not be taken: a person must look, and nothing is undone.
    pub(super) fn assert_placed_unpaid(&self) {
        let order = self.order.state();
        assert_eq!((order.stage(), order.payment_status), (order::Stage::Placed, PaymentStatus::Failed));
        assert_eq!(self.cart.state().status, cart::Status::Completed { order: order_id() });
        self.assert_stock_is_promised();
        self.assert_quiet();
    }

    fn assert_stock_is_promised(&self) {
        for stock in self.stocks.values() {
            let Stock { held, allocated, holds, .. } = stock.state();
            assert_eq!((*held, *allocated, holds.len()), (0, PIECES, 1));
            assert!(holds.values().all(|hold| hold.state == HoldState::Committed));
        }
    }

    fn assert_quiet(&self) {
        assert_eq!(self.checkout.state().run, None, "an attempt still runs");
        assert!(self.reminders.is_empty(), "somebody still waits: {:?}", self.reminders);
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.now = self.now.plus(by);
    }

    /// Tells the checkout something from outside.
    pub(super) fn say(&mut self, command: Command) {
        self.tell(command);
    }
}
