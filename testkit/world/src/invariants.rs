//! The invariant sweep: the journal's ledger, the entities and the provider's book against each other.

use std::collections::BTreeMap;

use amazoff_actors::cart;
use amazoff_actors::checkout::{Phase, Run};
use amazoff_actors::ids::{CartId, HoldId, OrderId, PaymentId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::order::{Order, PaymentStatus, SALES, Status};
use amazoff_actors::payment::{CLEARING, Operation, Payment, Stage};
use amazoff_actors::pricing::SHOP_CURRENCY;
use amazoff_actors::stock::HoldState;
use uuid::Uuid;

use crate::provider::{Entry, Provider};
use crate::stored::Stored;

/// What is not as it must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invariants {
    /// One line per violation.
    pub violations: Vec<String>,
}

impl Invariants {
    /// Checks what must hold at every moment.
    pub fn check(stored: &Stored, provider: &Provider) -> Self {
        let mut found = Self { violations: stored.damage.clone() };
        let entries = provider.entries();
        found.ledger_balances(stored);
        found.stock_adds_up(stored);
        found.holds_have_owners(stored);
        found.carts_become_one_order(stored);
        found.placed_orders_are_covered(stored);
        found.money_agrees(stored, &entries);
        found.unknown_payments_are_asked(stored);
        found.people_are_distinct(stored);
        found
    }

    /// Checks besides what must hold when nothing is under way any more.
    #[must_use]
    pub fn and_at_rest(mut self, stored: &Stored, provider: &Provider) -> Self {
        let left = stored.outbox.iter().map(|row| {
            format!(
                "an effect of {} to {} is left: {} attempts",
                row.key.entity, row.destination, row.attempts
            )
        });
        self.violations.extend(left);
        for cart in stored.running() {
            let run = stored.checkouts[&cart.uuid()].run.as_deref();
            self.note(format!("the checkout of {cart} still runs: {:?}", run.map(|run| &run.phase)));
        }
        for (id, stock) in &stored.stocks {
            if stock.held > 0 {
                self.note(format!("{} pieces of stock {id} are still held", stock.held));
            }
        }
        for (id, cart) in &stored.carts {
            if matches!(cart.status, cart::Status::Completing { .. }) {
                self.note(format!("cart {id} is still locked"));
            }
        }
        for (id, order) in &stored.orders {
            if order.status == Status::Placed && order.payment_status != PaymentStatus::Paid {
                self.note(format!("order {id} is placed and not paid: {:?}", order.payment_status));
            }
        }
        for (id, payment) in &stored.payments {
            if !payment.stage.is_terminal() {
                self.note(format!("payment {id} is not settled: {:?}", payment.stage));
            }
        }
        self.no_money_stays_reserved(&provider.entries());
        self
    }

    /// Panics with every violation.
    #[track_caller]
    pub fn assert_hold(&self) {
        assert!(self.violations.is_empty(), "invariants are broken:\n  {}", self.violations.join("\n  "));
    }

    fn note(&mut self, violation: String) {
        self.violations.push(violation);
    }

    fn ledger_balances(&mut self, stored: &Stored) {
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for ((_, asset), amount) in &stored.balances {
            *sums.entry(asset).or_default() += amount;
        }
        for (asset, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
            self.note(format!("the postings of {asset} sum to {sum}"));
        }
    }

    /// On hand + held + sold = received, in the entity and in the ledger, and nothing below zero.
    fn stock_adds_up(&mut self, stored: &Stored) {
        let mut sold: BTreeMap<VariantId, u32> = BTreeMap::new();
        for order in stored.orders.values().filter(|order| is_placed(order)) {
            for line in order.draft.iter().flat_map(|draft| &draft.lines) {
                *sold.entry(line.variant_id).or_default() += line.quantity.get();
            }
        }
        for (id, stock) in &stored.stocks {
            let variant = VariantId::from(*id);
            let asset = variant.to_string();
            let shelf = |name: &str| stored.balance(&format!("stock:{name}:{variant}"), &asset);
            let (available, held, allocated) = (shelf("available"), shelf("held"), shelf("allocated"));
            let received = -stored.balance("supplier", &asset);
            let figures = format!(
                "{variant}: ledger {received} received, {available} available, {held} held, {allocated} allocated; \
                 stock {} on hand, {} held, {} allocated",
                stock.on_hand, stock.held, stock.allocated
            );
            let by_holds = |state| -> i64 {
                let holds = stock.holds.values().filter(|hold| hold.state == state);
                holds.map(|hold| i64::from(hold.quantity.get())).sum()
            };
            if available < 0 || held < 0 || allocated < 0 || available + held + allocated != received {
                self.note(format!("stock does not add up: {figures}"));
            }
            let entity = (i64::from(stock.on_hand), i64::from(stock.held), i64::from(stock.allocated));
            if entity != (received, held, allocated) {
                self.note(format!("stock and ledger differ: {figures}"));
            }
            if (by_holds(HoldState::Live), by_holds(HoldState::Committed)) != (entity.1, entity.2) {
                self.note(format!("stock and its holds differ: {figures}"));
            }
            let sold = i64::from(sold.get(&variant).copied().unwrap_or(0));
            if sold > allocated {
                self.note(format!("{sold} sold, which is more than promised: {figures}"));
            }
        }
    }

    fn holds_have_owners(&mut self, stored: &Stored) {
        for (id, stock) in &stored.stocks {
            let variant = VariantId::from(*id);
            for (hold, held) in &stock.holds {
                let checkout = stored.checkouts.get(&held.cart.uuid());
                let run = checkout.and_then(|checkout| checkout.run.as_deref());
                let runs = run.is_some_and(|run| HoldId::of(held.cart, run.attempt, variant) == *hold);
                let bought = checkout.is_some_and(|checkout| {
                    let done = checkout.attempts.iter().find(|past| past.failure.is_none());
                    done.is_some_and(|past| HoldId::of(held.cart, past.attempt, variant) == *hold)
                });
                let owned = match held.state {
                    HoldState::Live => runs && !run.is_some_and(past_undoing),
                    HoldState::Committed => bought || runs,
                };
                if !owned {
                    let cart = held.cart;
                    self.note(format!("{:?} hold {hold} of {variant} has no owner: {cart}", held.state));
                }
            }
        }
    }

    fn carts_become_one_order(&mut self, stored: &Stored) {
        let mut placed: BTreeMap<CartId, u32> = BTreeMap::new();
        for (id, order) in stored.orders.iter().filter(|(_, order)| is_placed(order)) {
            let Some(draft) = &order.draft else {
                self.note(format!("order {id} is placed without a draft"));
                continue;
            };
            *placed.entry(draft.cart).or_default() += 1;
            if OrderId::of_cart(draft.cart).uuid() != *id {
                self.note(format!("order {id} is not the order of {}", draft.cart));
            }
        }
        for (cart, orders) in placed.into_iter().filter(|(_, orders)| *orders > 1) {
            self.note(format!("{cart} became {orders} orders"));
        }
        for (id, cart) in &stored.carts {
            if let cart::Status::Completed { order } = &cart.status
                && !stored.orders.get(&order.uuid()).is_some_and(is_placed)
            {
                self.note(format!("cart {id} is completed, but {order} is not placed"));
            }
        }
    }

    /// No placed order without covered payment.
    fn placed_orders_are_covered(&mut self, stored: &Stored) {
        for (id, order) in stored.orders.iter().filter(|(_, order)| is_placed(order)) {
            let payment = order.payment.and_then(|payment| stored.payments.get(&payment.uuid()));
            let (Some(payment), Some(draft)) = (payment, &order.draft) else {
                self.note(format!("order {id} is placed without a payment"));
                continue;
            };
            let covered = order.payment.is_some_and(|payment| stored.authorized.contains(&payment.uuid()));
            let amount = payment.terms.as_ref().map(|terms| terms.amount);
            if !covered || amount != Some(draft.totals.total) {
                self.note(format!(
                    "order {id} over {} is placed on a payment over {amount:?}: {:?}",
                    draft.totals.total, payment.stage
                ));
            }
            if order.payment_status == PaymentStatus::Paid && payment.stage != Stage::Captured {
                self.note(format!("order {id} is paid, but its payment is {:?}", payment.stage));
            }
        }
    }

    /// Captured at the provider = captured in payments = the ledger, each for one placed order in full.
    fn money_agrees(&mut self, stored: &Stored, entries: &[Entry]) {
        let currency = SHOP_CURRENCY.code();
        let captures: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.operation == Operation::Capture && entry.approved())
            .collect();
        for entry in &captures {
            let payment = stored.payments.get(&entry.payment.uuid());
            let Some(terms) = payment.and_then(|payment| payment.terms.as_ref()) else {
                self.note(format!("the provider captured for no payment of ours: {entry:?}"));
                continue;
            };
            let order = stored.orders.get(&terms.order.uuid());
            let total = order.and_then(|order| order.draft.as_ref()).map(|draft| draft.totals.total);
            if !order.is_some_and(is_placed) || total != Some(entry.amount) || terms.amount != entry.amount {
                self.note(format!("captured {} for {}, which costs {total:?}", entry.amount, terms.order));
            }
        }
        let mut per_order: BTreeMap<OrderId, u32> = BTreeMap::new();
        for entry in &captures {
            let payment = stored.payments.get(&entry.payment.uuid());
            if let Some(terms) = payment.and_then(|payment| payment.terms.as_ref()) {
                *per_order.entry(terms.order).or_default() += 1;
            }
        }
        for (order, times) in per_order.into_iter().filter(|(_, times)| *times > 1) {
            self.note(format!("{order} was captured {times} times"));
        }
        let at_provider = |payment: Uuid| captures.iter().any(|entry| entry.payment.uuid() == payment);
        let mut known = Money::zero(SHOP_CURRENCY);
        for (id, payment) in &stored.payments {
            if payment.stage == Stage::Captured {
                known.amount += payment.terms.as_ref().map_or(0, |terms| terms.amount.amount);
                if !at_provider(*id) {
                    self.note(format!("payment {id} says captured, the provider does not"));
                }
            } else if at_provider(*id) && !knows_of_capture(payment) {
                let id = PaymentId::from(*id);
                self.note(format!("{id} was captured, but is {:?}", payment.stage));
            }
        }
        let paid: i64 = stored
            .orders
            .values()
            .filter(|order| order.payment_status == PaymentStatus::Paid)
            .filter_map(|order| order.draft.as_ref())
            .map(|draft| draft.totals.total.amount)
            .sum();
        let provider = -stored.balance(&format!("provider:{}", crate::provider::NAME), currency);
        let (clearing, sales) = (stored.balance(CLEARING, currency), stored.balance(SALES, currency));
        if provider != known.amount || sales != paid || clearing != provider - sales || clearing < 0 {
            self.note(format!(
                "the ledger says {provider} captured, {clearing} clearing, {sales} sold; \
                 payments say {} captured, orders say {paid} paid",
                known.amount
            ));
        }
    }

    /// A payment whose fate is unknown is being asked for, or will be.
    fn unknown_payments_are_asked(&mut self, stored: &Stored) {
        for (id, payment) in &stored.payments {
            if !matches!(payment.stage, Stage::Unknown { .. }) {
                continue;
            }
            let asked = stored.outbox.iter().any(|row| row.key.entity.id == *id);
            let will_be = stored.reminders.iter().any(|(entity, _, _)| entity.id == *id);
            if !asked && !will_be {
                self.note(format!("payment {id} is unknown and nobody asks: {:?}", payment.stage));
            }
        }
    }

    /// An address belongs to one person.
    fn people_are_distinct(&mut self, stored: &Stored) {
        let mut owners: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
        for (id, user) in &stored.users {
            if let Some(registration) = &user.registration {
                owners.entry(registration.email_claim.to_string()).or_default().push(*id);
            }
        }
        for (_, people) in owners.into_iter().filter(|(_, people)| people.len() > 1) {
            self.note(format!("one address belongs to {people:?}"));
        }
        let mut slugs: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
        for (id, product) in &stored.products {
            slugs.entry(&product.slug).or_default().push(*id);
        }
        for (slug, products) in slugs.into_iter().filter(|(_, products)| products.len() > 1) {
            self.note(format!("the slug {slug} belongs to {products:?}"));
        }
    }

    /// Whatever was reserved was taken or given back.
    fn no_money_stays_reserved(&mut self, entries: &[Entry]) {
        let did = |payment: PaymentId, operation: Operation| {
            let mut of_it = entries.iter().filter(|entry| entry.payment == payment);
            of_it.any(|entry| entry.operation == operation && entry.approved())
        };
        for entry in entries.iter().filter(|entry| entry.operation == Operation::Authorize) {
            let payment = entry.payment;
            let reserved = did(payment, Operation::Authorize) || did(payment, Operation::Confirm);
            if reserved && !did(payment, Operation::Capture) && !did(payment, Operation::Void) {
                self.note(format!("money stays reserved for {payment}: {:?}", entry.amount));
            }
        }
    }
}

fn is_placed(order: &Order) -> bool {
    matches!(order.status, Status::Placed | Status::Completed)
}

/// Whether all stock of an attempt must have been given back already.
fn past_undoing(run: &Run) -> bool {
    matches!(run.phase, Phase::ReleasingCart { .. })
}

/// Whether a payment is on its way to learn that it was captured.
fn knows_of_capture(payment: &Payment) -> bool {
    match &payment.stage {
        Stage::Capturing | Stage::Unknown { operation: Operation::Capture, .. } => true,
        Stage::Created
        | Stage::Authorizing
        | Stage::RequiresAction { .. }
        | Stage::Confirming { .. }
        | Stage::Authorized
        | Stage::Captured
        | Stage::Voiding
        | Stage::Voided
        | Stage::Failed { .. }
        | Stage::Unknown { .. }
        | Stage::IntegrityFailure { .. } => false,
    }
}
