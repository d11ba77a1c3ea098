//! One payment, the effects that it waits for, and the simulator that they go to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::checkout::Checkout;
use amazoff_actors::ids::{CartId, OrderId, PaymentId};
use amazoff_actors::money::Money;
use amazoff_actors::order::Order;
use amazoff_actors::payment::{
    Call, Command, Effect, Payment, PaymentDelivery, PaymentProvider, Providers, Stage, Terms, WebhookError,
};
use amazoff_gateways::stripe;
use amazoff_paysim::{Act, Kind, Message, Options, Paysim, Plan, Running};
use amazoff_persistence::MemoryStore;
use amazoff_supervisor::journal::OutboxKey;
use amazoff_supervisor::{
    Assembly, CellLimits, Clock as _, CommandId, Deliver as _, Delivered, Delivery, Entity, EntityId,
    ManualClock, Ports, ReminderChange, Timestamp, Version, derive_uuid,
};
use amazoff_testkit::Life;

use super::dice::Dice;
use super::{is_needed, observed};
use crate::support::NOW;

/// What the payment is over.
pub(crate) const WHOLE: i64 = 5_490;
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_millis(250);

/// An effect that waits to be delivered.
struct Waiting {
    key: OutboxKey,
    effect: Effect,
    attempts: u32,
}

pub(crate) struct Desk {
    pub(crate) sim: Running,
    clock: Arc<ManualClock>,
    provider: Arc<dyn PaymentProvider>,
    delivery: PaymentDelivery,
    id: PaymentId,
    life: Life<Payment>,
    effects: VecDeque<Waiting>,
    reminders: BTreeMap<String, Timestamp>,
    messages: Vec<(Message, Timestamp)>,
    disputes: Vec<String>,
    ended_refunds: BTreeSet<String>,
    faults_before: u64,
    wrong_amounts_before: u64,
    movements_before: usize,
    /// Whether a call lay for so long that its key was too old to be sent.
    lay_long: bool,
}

impl Desk {
    /// A simulator, and the real delivery to it.
    pub(crate) fn open() -> Self {
        let sim =
            Paysim::start(Options { fixed_clock_ms: Some(NOW.unix_ms()), ..Options::default() }).unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let settings = stripe::Settings {
            secret_key: "sk_test_paysim".into(),
            webhook_secret: "whsec_paysim".into(),
            url: sim.url(),
            shop_url: "http://shop.test".to_owned(),
            timeout: TIMEOUT,
        };
        let provider: Arc<dyn PaymentProvider> =
            Arc::new(stripe::Stripe::new(settings, clock.clone()).unwrap());
        let store = MemoryStore::new();
        let ports = Ports {
            journal: store.journal(),
            documents: store.documents(),
            clock: clock.clone(),
            shards: store.take_all("test"),
            keys: store.key_table(),
            audit: store.audit(),
        };
        let assembly = Assembly::new(&ports);
        let checkouts = assembly.directory::<Checkout>(CellLimits::default());
        let orders = assembly.directory::<Order>(CellLimits::default());
        let providers = Providers::of([Arc::clone(&provider)]);
        let delivery = PaymentDelivery::new(providers, checkouts, orders, clock.clone());
        let id = PaymentId::from(derive_uuid(&[b"none"]));
        Self {
            sim,
            clock,
            provider,
            delivery,
            id,
            life: Life::new(id.uuid()),
            effects: VecDeque::new(),
            reminders: BTreeMap::new(),
            messages: Vec::new(),
            disputes: Vec::new(),
            ended_refunds: BTreeSet::new(),
            faults_before: 0,
            wrong_amounts_before: 0,
            movements_before: 0,
            lay_long: false,
        }
    }

    /// A new payment.
    pub(crate) fn begin(&mut self, seed: u64) {
        self.id = PaymentId::from(derive_uuid(&[b"sequence", &seed.to_be_bytes()]));
        self.life = Life::new(self.id.uuid());
        self.life.set_now(self.clock.now());
        self.sim.clear_plans();
        self.sim.take();
        self.effects.clear();
        self.reminders.clear();
        self.messages.clear();
        self.disputes.clear();
        self.ended_refunds.clear();
        self.faults_before = self.all_faults();
        self.wrong_amounts_before = self.all_wrong_amounts();
        self.movements_before = self.sim.books().movements.len();
        self.lay_long = false;
    }

    pub(crate) fn terms(&self, token: &str) -> Terms {
        Terms {
            order: OrderId::from(derive_uuid(&[b"order", self.id.uuid().as_bytes()])),
            cart: CartId::from(derive_uuid(&[b"cart", self.id.uuid().as_bytes()])),
            amount: Money::eur(WHOLE),
            provider: stripe::NAME.to_owned(),
            token: token.to_owned(),
            by_order: true,
        }
    }
    pub(crate) fn id(&self) -> PaymentId {
        self.id
    }
    pub(crate) fn payment(&self) -> &Payment {
        self.life.state()
    }
    pub(crate) fn life(&self) -> &Life<Payment> {
        &self.life
    }
    pub(crate) fn stage(&self) -> &Stage {
        &self.payment().stage
    }
    pub(crate) fn is_in_doubt(&self) -> bool {
        let part = self.payment().part_under_way().is_some_and(|(_, ask)| ask.doubt.is_some());
        part || matches!(self.stage(), Stage::Unknown { .. })
    }
    /// Whether a call may never have been sent, without anything going wrong.
    pub(crate) fn lay_long(&self) -> bool {
        self.lay_long
    }
    pub(crate) fn is_quiet(&self) -> bool {
        self.effects.is_empty()
    }
    fn all_faults(&self) -> u64 {
        self.sim.fired().values().sum()
    }
    fn all_wrong_amounts(&self) -> u64 {
        self.sim.fired().get("wrong_amount").copied().unwrap_or(0)
    }
    pub(crate) fn faults_fired(&self) -> u64 {
        self.all_faults() - self.faults_before
    }
    pub(crate) fn wrong_amounts_fired(&self) -> u64 {
        self.all_wrong_amounts() - self.wrong_amounts_before
    }

    /// Runs a command and keeps what follows from it; a refusal changes nothing. Returns whether it was accepted.
    pub(crate) fn command(&mut self, command: Command) -> bool {
        let Ok(decision) = self.life.run(command) else { return false };
        let seq = Version(u64::try_from(self.life.events().len()).unwrap());
        for (n, effect) in (0..).zip(decision.effects) {
            // What checkouts and orders are told is theirs to test.
            if matches!(effect, Effect::CallProvider { .. }) {
                let entity = EntityId::new(Payment::KIND, self.id.uuid());
                self.effects.push_back(Waiting { key: OutboxKey { entity, seq, n }, effect, attempts: 0 });
            }
        }
        for change in decision.reminders {
            match change {
                ReminderChange::Set { name, due_at } => {
                    self.reminders.insert(name, due_at);
                }
                ReminderChange::Clear { name } => {
                    self.reminders.remove(&name);
                }
                ReminderChange::Lapse { name, due_at } => {
                    self.reminders.retain(|known, at| *known != name || *at != due_at);
                }
            }
        }
        true
    }

    /// Delivers the effect that has waited longest. When the program ends before it has noted the answer, it will be delivered
    /// again.
    pub(crate) async fn deliver(&mut self, crash: bool) {
        let Some(waiting) = self.effects.front() else { return };
        self.lay_long |= is_old(&waiting.effect, self.clock.now());
        let correlation = CommandId::derived(&[b"sequence"]);
        let delivery =
            Delivery { key: &waiting.key, effect: &waiting.effect, attempts: waiting.attempts, correlation };
        let delivered = self.delivery.deliver(delivery).await;
        if crash {
            return;
        }
        match delivered {
            Delivered::Answer(command) => {
                self.effects.pop_front();
                self.command(command);
            }
            Delivered::Done => {
                self.effects.pop_front();
            }
            Delivered::Retry { .. } => {
                let waiting = self.effects.front_mut().unwrap();
                waiting.attempts = waiting.attempts.saturating_add(1);
            }
            Delivered::Dead { reason } => panic!("a call to a provider is dead: {reason}"),
        }
    }

    pub(crate) fn plan(&self, plan: Plan) {
        assert!(self.sim.plan(plan));
    }
    pub(crate) fn forget_keys(&mut self) {
        self.wait(super::A_DAY);
        self.sim.prune_keys();
    }

    /// Time passes for everybody, and reminders ring.
    pub(crate) fn wait(&mut self, pause: Duration) {
        self.clock.advance(pause);
        self.sim.advance(u64::try_from(pause.as_millis()).unwrap());
        let now = self.clock.now();
        self.life.set_now(now);
        let due: Vec<_> =
            self.reminders.iter().filter(|(_, at)| **at <= now).map(|(name, _)| name.clone()).collect();
        for name in due {
            self.reminders.remove(&name);
            self.command(Payment::reminded(&name).expect("every reminder means a command"));
        }
    }
    /// How long until the next reminder rings.
    pub(crate) fn next_reminder(&self) -> Option<Duration> {
        let next = self.reminders.values().min()?;
        let ms = next.unix_ms().saturating_sub(self.clock.now().unix_ms()).max(0);
        Some(Duration::from_millis(u64::try_from(ms).unwrap()))
    }

    fn fetch_messages(&mut self) {
        let now = self.clock.now();
        self.messages.extend(self.sim.take().into_iter().map(|message| (message, now)));
    }
    pub(crate) fn has_messages(&mut self) -> bool {
        self.fetch_messages();
        !self.messages.is_empty()
    }

    /// Any of the messages arrives, as it was signed when it was sent.
    pub(crate) async fn message(&mut self, dice: &mut Dice, keep: bool) {
        self.fetch_messages();
        if self.messages.is_empty() {
            return;
        }
        let place = dice.below(self.messages.len());
        let (message, at) = self.messages[place].clone();
        match self.provider.webhook(&message.headers, message.body.as_bytes(), at).await {
            Ok(event) => {
                let mine = event.payment == Some(self.id);
                let command = observed(event).filter(|_| mine);
                // One that is refused comes again.
                let taken = command.is_none_or(|command| self.command(command));
                if taken && !keep {
                    self.messages.remove(place);
                }
            }
            // It comes again.
            Err(WebhookError::Unavailable(_)) => {}
            Err(error) => panic!("a good message is refused: {error}"),
        }
    }
    pub(crate) fn lose_messages(&mut self, dice: &mut Dice) {
        self.fetch_messages();
        self.messages.retain(|(message, _)| is_needed(&message.kind) || dice.once_in(2));
    }

    /// The provider's names for what was reserved, or was to be.
    fn references(&self) -> Vec<String> {
        let id = self.id.to_string();
        self.sim.books().of_payment(&id).map(|(reference, _)| reference.to_owned()).collect()
    }
    pub(crate) fn act(&self, act: Act) {
        if let Some(reference) = &self.payment().reference {
            // Nobody may be asked any more.
            drop(self.sim.act(reference, act));
        }
    }
    pub(crate) fn dispute(&mut self, amount: Option<i64>) {
        for reference in self.references() {
            if let Ok(dispute) = self.sim.dispute(&reference, amount) {
                self.disputes.push(dispute);
            }
        }
    }
    pub(crate) fn close_dispute(&mut self, won: bool) {
        if let Some(dispute) = self.disputes.pop() {
            self.sim.close_dispute(&dispute, won).unwrap();
        }
    }

    /// Any refund that was done fails after all. One that waits or has failed stays as it is.
    pub(crate) fn fail_refund(&mut self, dice: &mut Dice) {
        let books = self.sim.books();
        let mine = books.movements.iter().skip(self.movements_before);
        let refunds: Vec<_> = mine.filter(|movement| movement.kind == Kind::Refunded).collect();
        let waits = self.payment().terms.as_ref().is_some_and(|terms| terms.token == "pm_card_pendingRefund");
        if let Some(refund) = refunds.get(dice.below(refunds.len()))
            && (!waits || self.ended_refunds.contains(&refund.id))
        {
            // It may have failed already.
            drop(self.sim.end_refund(&refund.id, true));
        }
    }

    /// Ends a refund that waits, once. Returns whether there was one.
    pub(crate) fn end_refund(&mut self, fails: bool) -> bool {
        let waits = self.payment().terms.as_ref().is_some_and(|terms| terms.token == "pm_card_pendingRefund");
        if !waits {
            return false;
        }
        let books = self.sim.books();
        let mine = books.movements.iter().skip(self.movements_before);
        let mut refunds = mine.filter(|movement| movement.kind == Kind::Refunded);
        let Some(refund) = refunds.find(|refund| !self.ended_refunds.contains(&refund.id)) else {
            return false;
        };
        self.sim.end_refund(&refund.id, fails).unwrap();
        self.ended_refunds.insert(refund.id.clone());
        true
    }
}

/// Whether the call that moves money was decided on a day ago.
fn is_old(effect: &Effect, now: Timestamp) -> bool {
    let Effect::CallProvider { call, .. } = effect else { return false };
    let intent = match call {
        Call::Authorize { intent, .. }
        | Call::Confirm { intent, .. }
        | Call::Capture { intent }
        | Call::Void { intent }
        | Call::Refund { intent } => intent,
        Call::Find { .. } => return false,
    };
    intent.asked_at.is_none_or(|at| now.since(at) >= Duration::from_hours(24))
}
