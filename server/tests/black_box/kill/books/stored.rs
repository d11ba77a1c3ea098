//! What the database says, read with plain SQL and none of the shop's code. What follows from it is worked out here, so
//! that each database is asked the same simple questions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::tables::{Event, Tables};
use crate::common::Setup;
use crate::common::shopping::Lines;
use crate::kill::notes::Notes;

/// How long effects may wait after everybody has stopped.
const OUTBOX_LIMIT: Duration = Duration::from_secs(60);

/// What was read.
pub(crate) struct Stored {
    /// Balance per (account, asset).
    balances: BTreeMap<(String, String), i64>,
    /// Orders that were placed, with their carts.
    placed: BTreeMap<String, String>,
    /// The order of each payment, as texts.
    pub(crate) payments: BTreeMap<String, String>,
    /// What should not be there.
    findings: Vec<String>,
}

/// Waits until no effect is waiting any more in the running shop.
pub(crate) async fn settled(setup: &Setup) -> Option<String> {
    let limit = Instant::now() + OUTBOX_LIMIT;
    loop {
        let waiting = match Tables::open(setup).await {
            Ok(tables) => tables.effects_waiting().await,
            Err(error) => Err(error),
        };
        match waiting {
            Ok(0) => return None,
            Ok(count) if Instant::now() > limit => {
                return Some(format!("{count} effects are never delivered"));
            }
            Err(error) if Instant::now() > limit => {
                return Some(format!("the outbox cannot be read: {error}"));
            }
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

impl Stored {
    pub(crate) async fn read(setup: &Setup) -> Result<Self, sqlx::Error> {
        let tables = Tables::open(setup).await?;
        let events = tables.events().await?;
        let mut balances = BTreeMap::new();
        for (account, asset, amount) in tables.postings().await? {
            *balances.entry((account, asset)).or_default() += amount;
        }
        let mut findings = unbalanced(&balances);
        findings.extend(gaps(&events));
        findings.extend(twice(&events));
        findings.extend(tables.left_over().await?);
        findings.extend(without_address(&events, &tables.claiming_users().await?));
        let of_kind = |kind: &'static str| events.iter().filter(move |event| event.kind == kind);
        let carts: BTreeMap<_, _> = of_kind("order")
            .filter_map(|event| Some((event.id.as_str(), event.body["drafted"]["draft"]["cart"].as_str()?)))
            .collect();
        let placed: BTreeMap<_, _> = of_kind("order")
            .filter(|event| event.says("placed"))
            .map(|event| {
                (format!("ord_{}", event.id), carts.get(event.id.as_str()).unwrap_or(&"").to_string())
            })
            .collect();
        findings.extend(two_orders(&placed));
        let payments = of_kind("payment")
            .filter(|event| event.says("authorization_requested"))
            .map(|event| (format!("pay_{}", event.id), order_in(&event.body["authorization_requested"])))
            .collect();
        Ok(Self { balances, placed, payments, findings })
    }

    /// Rules that hold whatever was bought.
    pub(crate) fn is_sound(&self) -> Vec<String> {
        self.findings.clone()
    }

    /// Placed orders are exactly the acknowledged ones, one per cart.
    pub(crate) fn orders_match(&self, notes: &Notes) -> Vec<String> {
        let carts = notes.carts();
        let known: BTreeMap<_, _> =
            carts.iter().filter_map(|cart| cart.order.as_ref().map(|order| (&order.id, &cart.id))).collect();
        let mut violations = Vec::new();
        for (order, cart) in &self.placed {
            if known.get(order) != Some(&cart) {
                violations.push(format!("order {order} of {cart} was placed but never acknowledged"));
            }
        }
        for (order, cart) in known {
            if !self.placed.contains_key(order) {
                violations.push(format!("order {order} of {cart} was acknowledged but is not placed"));
            }
        }
        violations
    }

    /// Received = available + held + allocated, nothing is held, and what is allocated is what was sold.
    pub(crate) fn stock_adds_up(&self, notes: &Notes, received: &Lines) -> Vec<String> {
        let sold = notes.sold();
        let mut violations = Vec::new();
        for (variant, at_first) in received {
            let shelf = |name: &str| self.balance(&format!("stock:{name}:{variant}"), variant);
            let (available, held, allocated) = (shelf("available"), shelf("held"), shelf("allocated"));
            let supplied = -self.balance("supplier", variant);
            let wanted = sold.get(variant).copied().unwrap_or(0);
            let figures = format!(
                "{supplied} received, {available} available, {held} held, {allocated} allocated, {wanted} sold"
            );
            if supplied != i64::from(*at_first) || supplied != available + held + allocated {
                violations.push(format!("stock of {variant} does not add up: {figures}"));
            }
            if held != 0 {
                violations.push(format!("stock of {variant} is held by nobody: {figures}"));
            }
            if available < 0 || allocated != wanted {
                violations.push(format!("stock of {variant} is sold wrongly: {figures}"));
            }
        }
        violations
    }

    fn balance(&self, account: &str, asset: &str) -> i64 {
        self.balances.get(&(account.to_owned(), asset.to_owned())).copied().unwrap_or(0)
    }

    /// Orders that were placed.
    pub(crate) fn placed(&self) -> BTreeSet<&str> {
        self.placed.keys().map(String::as_str).collect()
    }
}

fn unbalanced(balances: &BTreeMap<(String, String), i64>) -> Vec<String> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for ((_, asset), amount) in balances {
        *sums.entry(asset).or_default() += amount;
    }
    let wrong = sums.into_iter().filter(|(_, sum)| *sum != 0);
    wrong.map(|(asset, sum)| format!("an asset's postings do not sum to zero: {asset} {sum}")).collect()
}

/// Each entity is numbered 1, 2, 3 …, and so is each shard.
fn gaps(events: &[Event]) -> Vec<String> {
    let mut entities: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut shards: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for event in events {
        entities.entry(format!("{} {}", event.kind, event.id)).or_default().push(event.seq);
        shards.entry(event.shard).or_default().push(event.shard_seq);
    }
    let entities = entities
        .into_iter()
        .map(|(name, numbers)| (format!("an entity's history has a gap: {name}"), numbers));
    let shards = shards
        .into_iter()
        .map(|(shard, numbers)| (format!("a shard's history has a gap: shard {shard}"), numbers));
    entities.chain(shards).filter_map(|(finding, numbers)| (!is_dense(numbers)).then_some(finding)).collect()
}

fn is_dense(mut numbers: Vec<i64>) -> bool {
    numbers.sort_unstable();
    (1..).zip(&numbers).all(|(expected, number)| expected == *number)
}

fn twice(events: &[Event]) -> Vec<String> {
    let mut seen: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == "order") {
        for what in ["placed", "paid"].into_iter().filter(|what| event.says(what)) {
            *seen.entry((&event.id, what)).or_default() += 1;
        }
    }
    let twice = seen.into_iter().filter(|(_, times)| *times > 1);
    twice.map(|((order, what), _)| format!("an order was placed or paid twice: {order} {what}")).collect()
}

fn two_orders(placed: &BTreeMap<String, String>) -> Vec<String> {
    let mut of_cart: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (order, cart) in placed {
        of_cart.entry(cart).or_default().push(order);
    }
    let two = of_cart.into_iter().filter(|(_, orders)| orders.len() > 1);
    two.map(|(cart, orders)| format!("a cart has two placed orders: {cart} {orders:?}")).collect()
}

fn without_address(events: &[Event], claiming: &BTreeSet<String>) -> Vec<String> {
    let users = events.iter().filter(|event| event.kind == "user" && event.seq == 1);
    let without = users.filter(|user| !claiming.contains(&user.id));
    without.map(|user| format!("a user has no address of their own: {}", user.id)).collect()
}

/// The order in a payment's terms.
fn order_in(terms: &Value) -> String {
    terms["order"].as_str().unwrap_or_default().to_owned()
}
