//! What is stored: every entity replayed from its events, without any of the runtime.

use std::collections::BTreeMap;

use amazoff_actors::cart::Cart;
use amazoff_actors::checkout::Checkout;
use amazoff_actors::ids::CartId;
use amazoff_actors::order::Order;
use amazoff_actors::payment::{self, Payment};
use amazoff_actors::product::Product;
use amazoff_actors::stock::Stock;
use amazoff_actors::tree::DOMAINS;
use amazoff_actors::user::User;
use amazoff_supervisor::journal::{Journal, OutboxRow, StoredEvent};
use amazoff_supervisor::{Entity, EntityId, ShardId, Timestamp, Version, decode};
use uuid::Uuid;

/// Everything that a journal holds, as the shop's own rules read it.
pub struct Stored {
    /// Carts.
    pub carts: BTreeMap<Uuid, Cart>,
    /// Checkouts, under their carts' ids.
    pub checkouts: BTreeMap<Uuid, Checkout>,
    /// Orders.
    pub orders: BTreeMap<Uuid, Order>,
    /// Payments.
    pub payments: BTreeMap<Uuid, Payment>,
    /// Payments whose money was ever reserved.
    pub authorized: Vec<Uuid>,
    /// Products.
    pub products: BTreeMap<Uuid, Product>,
    /// Stocks.
    pub stocks: BTreeMap<Uuid, Stock>,
    /// Users.
    pub users: BTreeMap<Uuid, User>,
    /// The ledger: balance by (account, asset).
    pub balances: BTreeMap<(String, String), i64>,
    /// Effects that wait.
    pub outbox: Vec<OutboxRow>,
    /// Reminders, whenever they are due.
    pub reminders: Vec<(EntityId, String, Timestamp)>,
    /// Histories that are not whole, and crashes.
    pub damage: Vec<String>,
    /// How many events there are.
    pub events: u64,
}

impl Stored {
    /// Reads it all.
    ///
    /// # Panics
    /// When the journal cannot be read.
    pub async fn read(journal: &dyn Journal) -> Self {
        let (mut damage, mut authorized) = (Vec::new(), Vec::new());
        let mut all: BTreeMap<(EntityId, Version), StoredEvent> = BTreeMap::new();
        for (shard, head) in journal.heads().await.expect("heads") {
            read_shard(journal, shard, head, (&mut all, &mut damage)).await;
        }
        let events = u64::try_from(all.len()).unwrap_or(u64::MAX);
        for ((entity, _), event) in all.iter().filter(|((entity, _), _)| entity.kind.as_str() == "payment") {
            let payload = serde_json::from_str::<payment::Event>(&event.event.payload);
            if matches!(payload, Ok(payment::Event::Authorized { .. })) {
                authorized.push(entity.id);
            }
        }
        let balances = journal.balances().await.expect("balances");
        let mut due = Vec::new();
        for kind in DOMAINS {
            let end = Timestamp::from_unix_ms(i64::MAX);
            due.extend(journal.reminders_due(kind, end, usize::MAX).await.expect("reminders"));
        }
        Self {
            carts: replayed::<Cart>(&all, &mut damage),
            checkouts: replayed::<Checkout>(&all, &mut damage),
            orders: replayed::<Order>(&all, &mut damage),
            payments: replayed::<Payment>(&all, &mut damage),
            authorized,
            products: replayed::<Product>(&all, &mut damage),
            stocks: replayed::<Stock>(&all, &mut damage),
            users: replayed::<User>(&all, &mut damage),
            balances: balances.into_iter().map(|sum| ((sum.account, sum.asset), sum.amount)).collect(),
            outbox: journal.outbox(None, usize::MAX).await.expect("outbox"),
            reminders: due.into_iter().map(|due| (due.entity, due.name, due.due_at)).collect(),
            damage,
            events,
        }
    }

    /// Carts whose checkout is under way.
    pub fn running(&self) -> Vec<CartId> {
        let running = self.checkouts.iter().filter(|(_, checkout)| checkout.run.is_some());
        running.map(|(id, _)| CartId::from(*id)).collect()
    }

    /// The balance of an account.
    pub fn balance(&self, account: &str, asset: &str) -> i64 {
        self.balances.get(&(account.to_owned(), asset.to_owned())).copied().unwrap_or(0)
    }
}

async fn read_shard(
    journal: &dyn Journal,
    shard: ShardId,
    head: u64,
    (all, damage): (&mut BTreeMap<(EntityId, Version), StoredEvent>, &mut Vec<String>),
) {
    let events = journal.tail(shard, 0, usize::MAX).await.expect("tail");
    for (expected, event) in (1..).zip(&events) {
        if event.shard_seq != expected {
            damage.push(format!("shard {} has a gap at {expected}", shard.number()));
        }
    }
    if u64::try_from(events.len()) != Ok(head) {
        damage.push(format!("shard {} has {} events, its head says {head}", shard.number(), events.len()));
    }
    for event in events {
        if all.insert((event.entity.clone(), event.seq), event.clone()).is_some() {
            damage.push(format!("{} has two events {}", event.entity, event.seq));
        }
    }
}

/// Every entity of a kind; what is missing or unreadable in its history is damage.
fn replayed<E: Entity>(
    all: &BTreeMap<(EntityId, Version), StoredEvent>,
    damage: &mut Vec<String>,
) -> BTreeMap<Uuid, E> {
    let mut states: BTreeMap<Uuid, (E, u64)> = BTreeMap::new();
    for ((entity, seq), stored) in all.iter().filter(|((entity, _), _)| entity.kind.as_str() == E::KIND) {
        let (state, version) = states.entry(entity.id).or_default();
        *version += 1;
        if seq.0 != *version {
            damage.push(format!("{entity} has a gap before event {seq}"));
            *version = seq.0;
        }
        match decode::<E>(&stored.event.payload, stored.event.schema) {
            Ok(event) => state.apply(&event),
            Err(error) => damage.push(format!("event {seq} of {entity} cannot be read: {error}")),
        }
    }
    states.into_iter().map(|(id, (state, _))| (id, state)).collect()
}
