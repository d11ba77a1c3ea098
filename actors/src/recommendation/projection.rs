//! Baskets as documents: who was bought together with whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::cart::{self, Cart};
use crate::ids::{CartId, OrderId, ProductId};
use crate::order::{self, KEPT_MAX, Order};
use crate::projecting::{self, Folds, each_until, read};

/// The collection of what was bought: a document per order and product.
pub const BASKETS: &str = "baskets";
/// The collection of what was left in carts: a document per cart and product.
pub const LEFT_BASKETS: &str = "left-baskets";
/// The most products of a basket that count, the first that came: a hundred lines would be ten thousand pairs that say little.
pub const BASKET_MAX: usize = 20;

/// A product in a basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Document {
    /// Which product.
    pub(super) product: ProductId,
    /// What else was in it.
    pub(super) with: Vec<ProductId>,
    /// When it was bought or left, in milliseconds since 1970.
    pub(super) at: i64,
}

/// Keeps the collections [`BASKETS`] and [`LEFT_BASKETS`].
///
/// It folds the basket's own events up to the one at hand, so a rebuild writes the same documents. Only the few events that
/// end something are looked at: adding to a cart costs nothing here.
pub struct BasketProjection {
    orders: Folds<Order>,
    journal: Arc<dyn Journal>,
}

impl BasketProjection {
    /// Its name.
    pub const NAME: &'static str = "baskets";

    /// A projection that reads orders and carts from this journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { orders: Folds::over(Arc::clone(&journal), KEPT_MAX), journal }
    }

    async fn of_order(&self, stored: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
        self.orders.at(stored, |order, event| of_order(order, event, stored)).await?
    }

    async fn of_cart(&self, stored: &StoredEvent) -> Result<Vec<DocumentPut>, JournalError> {
        let event = read::<Cart>(stored)?;
        let is_left = matches!(event, cart::Event::Left { .. });
        let ends = matches!(event, cart::Event::Completed { .. } | cart::Event::Merged { .. });
        if !is_left && !ends {
            return Ok(Vec::new());
        }
        let (mut cart, mut now, mut before) = (Cart::default(), Vec::new(), BTreeSet::new());
        each_until::<Cart>(&*self.journal, stored, |_, event| {
            if matches!(event, cart::Event::Left { .. }) {
                before.extend(std::mem::take(&mut now));
                now = counted(cart.lines.iter().map(|line| line.product));
            }
            cart.apply(&event);
        })
        .await?;
        let id = CartId::from(stored.entity.id).to_string();
        if ends {
            before.extend(std::mem::take(&mut now));
        }
        let gone: Vec<_> = before.into_iter().filter(|product| !now.contains(product)).collect();
        let mut all = puts((LEFT_BASKETS, &id), stored, &gone, None)?;
        all.extend(puts((LEFT_BASKETS, &id), stored, &now, Some(stored.at.unix_ms()))?);
        Ok(all)
    }
}

fn of_order(
    order: &Order,
    event: &order::Event,
    stored: &StoredEvent,
) -> Result<Vec<DocumentPut>, JournalError> {
    let counts = matches!(event, order::Event::Placed { .. });
    if !counts && !matches!(event, order::Event::Canceled { .. }) {
        return Ok(Vec::new());
    }
    let (Some(draft), Some(placed_at)) = (order.draft.as_deref(), order.placed_at) else {
        return Ok(Vec::new());
    };
    let products = counted(draft.lines.iter().map(|line| line.product_id));
    let id = OrderId::from(stored.entity.id).to_string();
    let at = counts.then_some(placed_at.unix_ms());
    puts((BASKETS, &id), stored, &products, at)
}

/// The products that count, each once, in the order of coming.
fn counted(products: impl Iterator<Item = ProductId>) -> Vec<ProductId> {
    let mut counted = Vec::new();
    for product in products {
        if counted.len() < BASKET_MAX && !counted.contains(&product) {
            counted.push(product);
        }
    }
    counted
}

/// Writes the documents of a basket, or removes them.
fn puts(
    (collection, basket): (&str, &str),
    stored: &StoredEvent,
    products: &[ProductId],
    at: Option<i64>,
) -> Result<Vec<DocumentPut>, JournalError> {
    let put = |product: &ProductId| {
        let with = || products.iter().copied().filter(|other| other != product).collect();
        let document = at.map(|at| Document { product: *product, with: with(), at });
        projecting::put((collection, format!("{basket}:{product}")), stored.seq, document.as_ref())
    };
    products.iter().map(put).collect()
}

impl Projection for BasketProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Order::KIND, Cart::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[BASKETS, LEFT_BASKETS]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        if event.entity.kind.as_str() == Order::KIND {
            self.of_order(event).boxed()
        } else {
            self.of_cart(event).boxed()
        }
    }
}
