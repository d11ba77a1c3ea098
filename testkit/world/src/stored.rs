//! What is stored: every entity replayed from its events, without any of the runtime.

use std::collections::BTreeMap;

use amazoff_actors::cart::Cart;
use amazoff_actors::checkout::Checkout;
use amazoff_actors::ids::CartId;
use amazoff_actors::order::Order;
use amazoff_actors::payment::Payment;
use amazoff_actors::product::Product;
use amazoff_actors::stock::Stock;
use amazoff_supervisor::journal::{Journal, OutboxRow, StoredEvent};
use amazoff_supervisor::{Entity, EntityId, Version, decode};
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
    /// Products.
    pub products: BTreeMap<Uuid, Product>,
    /// Stocks.
    pub stocks: BTreeMap<Uuid, Stock>,
    /// Effects that wait.
    pub outbox: Vec<OutboxRow>,
}

impl Stored {
    /// Reads it all. What is damaged is left out: telling is for [`World::check`](crate::World::check).
    ///
    /// # Panics
    /// When the journal cannot be read.
    pub async fn read(journal: &dyn Journal) -> Self {
        let mut all: BTreeMap<(EntityId, Version), StoredEvent> = BTreeMap::new();
        for (shard, _) in journal.heads().await.expect("heads") {
            let events = journal.tail(shard, 0, usize::MAX).await.expect("tail");
            all.extend(events.into_iter().map(|event| ((event.entity.clone(), event.seq), event)));
        }
        Self {
            carts: replayed::<Cart>(&all),
            checkouts: replayed::<Checkout>(&all),
            orders: replayed::<Order>(&all),
            payments: replayed::<Payment>(&all),
            products: replayed::<Product>(&all),
            stocks: replayed::<Stock>(&all),
            outbox: journal.outbox(None, usize::MAX).await.expect("outbox"),
        }
    }

    /// Carts whose checkout is under way.
    pub fn running(&self) -> Vec<CartId> {
        let running = self.checkouts.iter().filter(|(_, checkout)| checkout.run.is_some());
        running.map(|(id, _)| CartId::from(*id)).collect()
    }
}

/// Every entity of a kind.
fn replayed<E: Entity>(all: &BTreeMap<(EntityId, Version), StoredEvent>) -> BTreeMap<Uuid, E> {
    let mut states: BTreeMap<Uuid, E> = BTreeMap::new();
    for ((entity, _), stored) in all.iter().filter(|((entity, _), _)| entity.kind.as_str() == E::KIND) {
        let state = states.entry(entity.id).or_default();
        if let Ok(event) = decode::<E>(&stored.event.payload, stored.event.schema) {
            state.apply(&event);
        }
    }
    states
}
