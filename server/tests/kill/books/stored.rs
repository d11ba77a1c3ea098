//! What the database says, read with plain SQL and none of the shop's code.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::common::Setup;
use crate::common::shopping::Lines;
use crate::notes::Notes;

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
    /// What the queries that must find nothing found.
    findings: Vec<String>,
}

async fn open(setup: &Setup) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(setup.data().join("journal.db")).read_only(true);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await
}

/// Waits until no effect is waiting any more in the running shop.
pub(crate) async fn settled(setup: &Setup) -> Option<String> {
    let limit = Instant::now() + OUTBOX_LIMIT;
    loop {
        let waiting = match open(setup).await {
            Ok(pool) => sqlx::query_scalar::<_, i64>("SELECT count(*) FROM outbox").fetch_one(&pool).await,
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

/// Queries that must find nothing, and what it means when they do.
const MUST_BE_EMPTY: &[(&str, &str)] = &[
    (
        "an asset's postings do not sum to zero",
        "SELECT asset || ' ' || sum(amount) FROM posting GROUP BY asset HAVING sum(amount) <> 0",
    ),
    (
        "an entity's history has a gap",
        "SELECT kind || ' ' || hex(id) FROM journal GROUP BY kind, id HAVING count(*) <> max(seq) OR min(seq) <> 1",
    ),
    (
        "a shard's history has a gap",
        "SELECT 'shard ' || shard_id FROM journal GROUP BY shard_id HAVING count(*) <> max(shard_seq)",
    ),
    ("an effect was given up", "SELECT kind || ' ' || hex(id) || ' ' || reason FROM dead_letter"),
    ("an effect is left", "SELECT kind || ' ' || hex(id) || ' ' || destination FROM outbox"),
    ("a command crashed", "SELECT kind || ' ' || hex(id) || ' ' || cause FROM quarantine"),
    (
        "a cart has two placed orders",
        "SELECT json_extract(d.payload, '$.drafted.draft.cart') FROM journal d
         WHERE d.kind = 'order' AND json_extract(d.payload, '$.drafted.draft.cart') IS NOT NULL
           AND EXISTS (SELECT 1 FROM journal p WHERE p.kind = 'order' AND p.id = d.id
                       AND json_extract(p.payload, '$.placed') IS NOT NULL)
         GROUP BY 1 HAVING count(DISTINCT d.id) > 1",
    ),
    (
        "an order was placed or paid twice",
        "SELECT hex(id) FROM journal WHERE kind = 'order' GROUP BY id
         HAVING sum(json_extract(payload, '$.placed') IS NOT NULL) > 1
             OR sum(json_extract(payload, '$.paid') IS NOT NULL) > 1",
    ),
    (
        "a user has no address of their own",
        "SELECT hex(j.id) FROM journal j WHERE j.kind = 'user' AND j.seq = 1
           AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.owner_kind = 'user' AND c.owner_id = j.id)",
    ),
];

impl Stored {
    pub(crate) async fn read(setup: &Setup) -> Result<Self, sqlx::Error> {
        let pool = open(setup).await?;
        let mut findings = Vec::new();
        for (meaning, query) in MUST_BE_EMPTY {
            let found: Vec<String> = sqlx::query_scalar(*query).fetch_all(&pool).await?;
            findings.extend(found.into_iter().map(|what| format!("{meaning}: {what}")));
        }
        let balances: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT account, asset, sum(amount) FROM posting GROUP BY account, asset")
                .fetch_all(&pool)
                .await?;
        let placed: Vec<(String, String)> = sqlx::query_as(
            "SELECT DISTINCT 'ord_' || lower(hex(p.id)), json_extract(d.payload, '$.drafted.draft.cart')
             FROM journal p JOIN journal d ON d.kind = 'order' AND d.id = p.id AND d.seq = 1
             WHERE p.kind = 'order' AND json_extract(p.payload, '$.placed') IS NOT NULL",
        )
        .fetch_all(&pool)
        .await?;
        let payments: Vec<(String, String)> = sqlx::query_as(
            "SELECT 'pay_' || lower(hex(id)), json_extract(payload, '$.authorization_requested') FROM journal
             WHERE kind = 'payment' AND json_extract(payload, '$.authorization_requested') IS NOT NULL",
        )
        .fetch_all(&pool)
        .await?;
        Ok(Self {
            balances: balances.into_iter().map(|(account, asset, sum)| ((account, asset), sum)).collect(),
            placed: placed.into_iter().collect(),
            payments: payments.into_iter().map(|(payment, terms)| (payment, order_in(&terms))).collect(),
            findings,
        })
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

/// The order in a payment's terms.
fn order_in(terms: &str) -> String {
    let terms: Value = serde_json::from_str(terms).unwrap_or_default();
    terms["order"].as_str().unwrap_or_default().to_owned()
}
