//! How far carts come, as documents.

use std::sync::Arc;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::Day;
use crate::cart::{self, Cart};
use crate::ids::{CartId, OrderId};
use crate::order::{self, KEPT_MAX, MoneyEvent, Order, PaymentStatus};
use crate::projecting::{Folds, read};

/// The collection of stages that carts and orders came to.
pub const MILESTONES: &str = "milestones";

/// A stage on the way from a cart to its money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// A cart was opened.
    Created,
    /// It got its first line.
    Filled,
    /// Its first checkout began.
    CheckoutStarted,
    /// Its order was placed.
    Placed,
    /// All of its order's money was taken.
    Paid,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Created, Self::Filled, Self::CheckoutStarted, Self::Placed, Self::Paid];

    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Filled => "filled",
            Self::CheckoutStarted => "checkout_started",
            Self::Placed => "placed",
            Self::Paid => "paid",
        }
    }

    /// What its documents of a day are found by.
    pub(super) fn on(self, day: Day) -> String {
        format!("{} {day}", self.as_str())
    }
}

/// Keeps the collection [`MILESTONES`]: a document per cart or order and stage, of the first time.
///
/// Each is written under sequence 1, so the first one stays: events of an entity are projected in their order, and whoever
/// projects them again begins no later.
pub struct FunnelProjection {
    orders: Folds<Order>,
}

impl FunnelProjection {
    /// Its name.
    pub const NAME: &'static str = "milestones";

    /// A projection that reads orders from this journal.
    pub fn new(journal: Arc<dyn Journal>) -> Self {
        Self { orders: Folds::over(journal, KEPT_MAX) }
    }

    async fn reached(&self, stored: &StoredEvent) -> Result<Option<Stage>, JournalError> {
        if stored.entity.kind.as_str() == Cart::KIND {
            return Ok(of_cart(&read::<Cart>(stored)?));
        }
        self.orders.at(stored, of_order).await
    }
}

fn of_order(order: &Order, event: &order::Event) -> Option<Stage> {
    match event {
        order::Event::Placed { .. } => Some(Stage::Placed),
        order::Event::Paid { .. } | order::Event::Money(MoneyEvent::Captured { .. }) => {
            let is_paid = order.placed_at.is_some() && order.payment_status() == PaymentStatus::Paid;
            is_paid.then_some(Stage::Paid)
        }
        order::Event::Drafted { .. }
        | order::Event::PaymentNoted { .. }
        | order::Event::Canceled { .. }
        | order::Event::LinesCanceled { .. }
        | order::Event::Adjusted { .. }
        | order::Event::Parcel(_)
        | order::Event::Money(_)
        | order::Event::Return(_)
        | order::Event::NoteAdded { .. } => None,
    }
}

fn of_cart(event: &cart::Event) -> Option<Stage> {
    match event {
        cart::Event::Created { .. } => Some(Stage::Created),
        cart::Event::LineAdded { .. } => Some(Stage::Filled),
        cart::Event::Claimed { .. } => Some(Stage::CheckoutStarted),
        cart::Event::QuantitySet { .. }
        | cart::Event::Repriced { .. }
        | cart::Event::LineRemoved { .. }
        | cart::Event::CouponApplied { .. }
        | cart::Event::CouponRemoved { .. }
        | cart::Event::AddressSet(_)
        | cart::Event::ShippingSet { .. }
        | cart::Event::Adopted { .. }
        | cart::Event::MergeStarted { .. }
        | cart::Event::MergeRefused { .. }
        | cart::Event::Merged { .. }
        | cart::Event::Absorbed { .. }
        | cart::Event::Touched { .. }
        | cart::Event::Left { .. }
        | cart::Event::Abandoned { .. }
        | cart::Event::Released { .. }
        | cart::Event::Completed { .. } => None,
    }
}

impl Projection for FunnelProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Cart::KIND, Order::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[MILESTONES]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        async move {
            let Some(stage) = self.reached(event).await? else { return Ok(Vec::new()) };
            let id = event.entity.id;
            let whose = match stage {
                Stage::Created | Stage::Filled | Stage::CheckoutStarted => CartId::from(id).to_string(),
                Stage::Placed | Stage::Paid => OrderId::from(id).to_string(),
            };
            Ok(vec![DocumentPut {
                collection: MILESTONES.to_owned(),
                id: format!("{whose}:{}", stage.as_str()),
                source_seq: 1,
                body: Some(json!({ "stage_day": stage.on(Day::of(event.at)) })),
            }])
        }
        .boxed()
    }
}
