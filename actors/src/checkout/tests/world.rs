//! A small shop in memory: the pure entities, a provider, and effects that are delivered in any order.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use amazoff_supervisor::journal::PAYLOAD_BYTES_MAX;
use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Decision, Entity, ReminderChange, Timestamp, text_length};
use amazoff_testkit::Life;
use uuid::Uuid;

use super::super::*;
use super::dice::Dice;
use super::provider::Provider;
use crate::cart::{self, Cart, Owner};
use crate::coupon::{self, Coupon, CustomerKey};
use crate::ids::{CartId, CouponId, OrderId, PaymentId, ProductId, PromotionId, UserId, VariantId};
use crate::money::{Currency, Money, Quantity};
use crate::order::{self, Line, Order, PaymentStatus};
use crate::payment::{self, Payment};
use crate::pricebook::{
    CapturePolicy, Condition, Kind, Pricebook, Promotion, Selector, Stacking, Trigger, Window,
};
use crate::pricing::{AppliedCoupon, Basket, BasketLine, Destination, PricedCart, Rate, TaxClass, answer};
use crate::stock::{self, HoldState, Stock};

/// What every variant costs, and how many of each the cart has.
const PRICE: Money = Money::eur(1500);
const PIECES: u32 = 2;
/// The code of [`World::with_coupon`].
pub(super) const CODE: &str = "SPRING";
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
    pub(super) coupon: Life<Coupon>,
    pub(super) book: Pricebook,
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

/// No journal refuses it; a checkout whose answer is refused never ends.
fn assert_is_stored<T: serde::Serialize>(payload: &T) {
    let bytes = text_length(payload);
    assert!(bytes <= PAYLOAD_BYTES_MAX, "{bytes} bytes are refused");
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
        let owner = Owner::Guest;
        cart.run(cart::Command::Create { owner, currency: Currency::EUR, sold: true }).unwrap();
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
            coupon: Life::new(CouponId::of_code(CODE).uuid()),
            book: Pricebook::default(),
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

    /// The same with a code in the cart that takes 10 % off, for one order.
    pub(super) fn with_coupon(lines: u128) -> Self {
        let mut world = Self::new(lines);
        let promotion = PromotionId::from(Uuid::from_u128(0x9401));
        world.promote(promotion, Trigger::Coupon);
        let (code, window) = (CODE.to_owned(), Window::default());
        let issue = coupon::Issue { code, promotion, total_limit: Some(1), per_customer_limit: None, window };
        world.coupon.run(coupon::Command::Issue(issue)).unwrap();
        world.cart.run(cart::Command::ApplyCoupon { code: CODE.to_owned(), refusal: None }).unwrap();
        world
    }

    /// Adds a promotion that takes 10 % off every line.
    pub(super) fn promote(&mut self, id: PromotionId, trigger: Trigger) {
        let ten_percent = Promotion {
            title: "Spring".to_owned(),
            enabled: true,
            trigger,
            kind: Kind::Percentage { rate: Rate::percent(10) },
            selector: Selector::All,
            condition: Condition::default(),
            priority: 0,
            stacking: Stacking::Combine,
            window: Window::default(),
        };
        self.book.promotions.insert(id, ten_percent);
    }

    /// What is in the cart costs so much today.
    pub(super) fn total(&self) -> Money {
        self.quote().quote.totals.total
    }

    /// Today's price of the cart, and what is not for sale.
    fn quote(&self) -> PricedCart {
        let cart = self.cart.state();
        let mut unavailable = Vec::new();
        let mut lines = Vec::new();
        for line in &cart.lines {
            let Some(unit_price) = self.prices[&line.variant] else {
                unavailable.push(line.variant);
                continue;
            };
            let (category, brand) = (String::new(), String::new());
            let (tax_class, weight_g) = (TaxClass::standard(), 0);
            let (variant, product, quantity) = (line.variant, line.product, line.quantity);
            let line = line.id;
            lines.push(BasketLine {
                line,
                variant,
                product,
                category,
                brand,
                tax_class,
                weight_g,
                unit_price,
                quantity,
            });
        }
        let promotion = self.coupon.state().terms.as_ref().map(|terms| terms.promotion);
        let code = |code: &String| Some(AppliedCoupon { code: code.clone(), promotion: promotion? });
        let basket = Basket {
            currency: cart.currency,
            lines,
            destination: cart.destination.clone(),
            shipping_method: cart.shipping.clone(),
            coupons: cart.coupons.iter().filter_map(code).collect(),
            at: self.now,
        };
        let mut priced = answer(&basket, cart.asked(self.now).words, &self.book).unwrap();
        priced.unavailable.extend(unavailable);
        priced
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
        let destination =
            Some(Destination { country: "DE".to_owned(), subdivision: None, postal_code: None });
        let customer = Some(CustomerKey::of_user(UserId::from(Uuid::from_u128(3))));
        let start = Start { expected_total, contact: Sealed::Erased, payment, destination, customer };
        self.tell(Command::Start(Box::new(start)))
    }

    /// Delivers effects in any order, some of them twice, and fires reminders, until nothing is left to happen.
    pub(super) fn settle(&mut self, dice: &mut Dice) {
        for _ in 0..5000 {
            if !self.deliver_one(dice) && !self.fire_a_reminder() {
                return;
            }
        }
        panic!("the checkout never comes to rest: {:#?}", self.checkout.state());
    }

    /// What a payment reserved is given up, and it tells so at once.
    pub(super) fn ends(&mut self, payment: PaymentId) {
        self.tell_payment(payment, payment::Command::Void).unwrap();
        while !self.payments[&payment].state().stage.is_terminal() || self.on_its_way(payment) {
            let queue = self
                .queues
                .iter_mut()
                .find(|(name, queue)| name.starts_with(&payment.to_string()) && !queue.is_empty());
            let sent = queue.and_then(|(_, queue)| queue.pop_front()).expect("it comes to an end");
            self.deliver(sent, &mut Dice::plain());
        }
    }

    fn on_its_way(&self, payment: PaymentId) -> bool {
        self.queues.iter().any(|(name, queue)| name.starts_with(&payment.to_string()) && !queue.is_empty())
    }

    /// Delivers what is first on its way.
    pub(super) fn step(&mut self) {
        assert!(self.deliver_one(&mut Dice::plain()), "nothing is on its way");
    }

    /// Whether there was anything to deliver.
    fn deliver_one(&mut self, dice: &mut Dice) -> bool {
        self.queues.retain(|_, queue| !queue.is_empty());
        let names: Vec<String> = self.queues.keys().cloned().collect();
        if names.is_empty() {
            return false;
        }
        let name = &names[dice.below(names.len())];
        let sent = self.queues.get_mut(name).and_then(VecDeque::pop_front).unwrap();
        // A delivery whose end was lost in a crash comes again.
        if dice.below(8) == 7 {
            self.deliver(sent.clone(), dice);
        }
        self.deliver(sent, dice);
        true
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
        assert_is_stored(&command);
        let Decision { events, effects, reminders, reply, .. } = self.checkout.run(command).unwrap();
        events.iter().for_each(assert_is_stored);
        effects.iter().for_each(assert_is_stored);
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
            Effect::ClaimCart { attempt, address } => Some(self.claim(attempt, address)),
            Effect::PriceLines { attempt, lines, at } => {
                let PricedCart { quote, mut unavailable, too_large, .. } = self.quote();
                if self.fail.fires(Step::PriceLines) {
                    unavailable.extend(lines.iter().map(|(_, variant)| *variant));
                }
                let (quote, capture) = (Box::new(quote), self.book.capture);
                let priced = Priced { quote, unavailable, too_large, capture, at };
                Some(Command::RecordQuote { attempt, priced })
            }
            Effect::ClaimCoupon { .. } | Effect::ConfirmCoupon { .. } | Effect::ReleaseCoupon { .. } => {
                self.coupon(effect)
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
                let refused = self.tell_payment(payment, payment::Command::Capture).err()?;
                Some(deliver::payment::not_captured(payment, &refused).expect("it can be taken"))
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

    #[expect(clippy::wildcard_enum_match_arm, reason = "only effects for coupons come here")]
    fn coupon(&mut self, effect: Effect) -> Option<Command> {
        match effect {
            Effect::ClaimCoupon { attempt, code, order, customer, at } => {
                let redeem = coupon::Redeem { order, attempt, customer, at };
                let spent = self.fail.fires(Step::ClaimCoupons).then_some(coupon::Rejection::CouponExhausted);
                let refusal = spent.or_else(|| self.coupon.run(coupon::Command::Redeem(redeem)).err());
                let failure = refusal.map(|refusal| Failure::Coupon { code: code.clone(), refusal });
                Some(Command::RecordCoupon { attempt, code, failure })
            }
            Effect::ConfirmCoupon { attempt, code, order } => {
                let again = Effect::ConfirmCoupon { attempt, code: code.clone(), order };
                self.passes(Step::ConfirmCoupons, &Checkout::destination(&again), again)?;
                self.coupon.run(coupon::Command::Confirm { order }).unwrap();
                Some(Command::RecordCouponConfirmed { attempt, code })
            }
            Effect::ReleaseCoupon { attempt, code, order } => {
                self.coupon.run(coupon::Command::Release { order, attempt }).unwrap();
                Some(Command::RecordCouponReleased { attempt, code })
            }
            _ => None,
        }
    }

    fn claim(&mut self, attempt: u32, address: Option<cart::Address>) -> Command {
        if self.fail.fires(Step::ClaimCart) {
            let answer = CartAnswer::Refused(Failure::StepFailed { step: Step::ClaimCart });
            return Command::RecordCart { attempt, answer };
        }
        let answer = match self.cart.run(cart::Command::Claim { attempt, address }) {
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
            title: line.wording.title.clone(),
            options: line.wording.options.clone(),
            image: line.wording.image.clone(),
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
        assert_eq!(self.coupon.state().redemptions.len(), 0, "a code is used up");
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
        self.assert_quote_is_frozen();
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
        assert_eq!((order.stage(), order.payment_status()), (order::Stage::Placed, PaymentStatus::Failed));
        assert_eq!(self.cart.state().status, cart::Status::Completed { order: order_id() });
        self.assert_stock_is_promised();
        self.assert_quiet();
    }

    /// The order has the whole quote, to the cent what was paid, and its use of a code is final.
    fn assert_quote_is_frozen(&self) {
        let draft = self.order.state().draft.as_deref().unwrap();
        let quote = draft.quote.as_deref().unwrap();
        assert_eq!((quote.totals, quote.totals.total), (draft.totals, self.total()));
        let used: Vec<_> = quote.used_coupons().map(|used| used.code.as_str()).collect();
        let redemptions = &self.coupon.state().redemptions;
        assert_eq!(redemptions.len(), used.len());
        assert!(redemptions.iter().all(|(order, redemption)| *order == order_id() && redemption.confirmed));
    }

    /// The order binds, and shipping takes the money.
    pub(super) fn assert_placed_to_be_paid_by_shipping(&self) {
        assert_eq!(self.book.capture, CapturePolicy::OnShipment);
        let order = self.order.state();
        assert_eq!(
            (order.stage(), order.payment_status()),
            (order::Stage::Placed, PaymentStatus::Authorized)
        );
        assert_eq!(self.cart.state().status, cart::Status::Completed { order: order_id() });
        let stages = self.payments.values().map(|payment| payment.state().stage.clone());
        let authorized = stages.filter(|stage| *stage == payment::Stage::Authorized).count();
        assert_eq!((authorized, self.provider.captures), (1, 0));
        self.assert_stock_is_promised();
        self.assert_quote_is_frozen();
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
