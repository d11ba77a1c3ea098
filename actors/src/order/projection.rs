//! Placed orders as documents, so that people can list theirs.

use std::sync::Arc;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection, Version};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::number::number;
use super::state::Order;
use crate::cart::Owner;
use crate::ids::OrderId;
use crate::projecting::Folds;

/// The collection of placed orders.
pub const ORDERS: &str = "orders";

/// Writes a document per placed order; drafts are nobody's business yet.
///
/// It folds the order's own events up to the one at hand, so a rebuild writes the same documents.
pub struct OrderProjection {
    orders: Folds<Order>,
}

/// Orders that are kept as they were at their newest event: those that are being placed, and sent.
pub(crate) const KEPT_MAX: u64 = 500;

impl OrderProjection {
    /// Its name.
    pub const NAME: &'static str = "orders";

    /// A projection that reads orders from this journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { orders: Folds::over(journal, KEPT_MAX) }
    }

    /// The documents of an order at a version; none while it is not placed.
    pub fn documents(id: OrderId, order: &Order, version: Version) -> Vec<DocumentPut> {
        let put = |body| DocumentPut {
            collection: ORDERS.to_owned(),
            id: id.to_string(),
            source_seq: version.0,
            body: Some(body),
        };
        document(id, order).map(put).into_iter().collect()
    }
}

/// The document of an order; `None` before it is placed. One that was given up after that stays in its owner's list.
fn document(id: OrderId, order: &Order) -> Option<serde_json::Value> {
    let draft = order.draft.as_deref()?;
    let placed_at = order.placed_at?;
    let user = match draft.owner {
        Owner::Guest => None,
        Owner::User(user) => Some(user),
    };
    Some(json!({
            "id": id,
            "user": user,
            "number": number(id),
            "stage": order.stage(),
            "status": order.status(),
            "payment_status": order.payment_status(),
            "fulfillment_status": order.fulfillment_status(),
            "return_status": order.return_status(),
            "total_amount": draft.totals.total.amount,
            "currency": draft.totals.total.currency,
            "placed_at": placed_at.unix_ms(),
            "line_count": draft.lines.len(),
            "first_title": draft.lines.first().map(|line| line.title.as_str()),
    }))
}

impl Projection for OrderProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Order::KIND]
    }

    fn version(&self) -> u32 {
        4 // an order that costs nothing is paid
    }

    fn collections(&self) -> &'static [&'static str] {
        &[ORDERS]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        async move {
            let id = OrderId::from(event.entity.id);
            self.orders.at(event, |order, _| Self::documents(id, order, event.seq)).await
        }
        .boxed()
    }
}
