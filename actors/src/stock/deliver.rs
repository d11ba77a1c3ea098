//! What a stock item's effects do: an overdue hold wakes the checkout that owns it.

use amazoff_supervisor::{Deliver, Delivered, Delivery, Directory};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::command::Command;
use super::event::Effect;
use super::state::Stock;
use crate::checkout::{self, Checkout, Reached};

/// Delivers the effects of stock items.
pub struct StockDelivery {
    /// The checkouts.
    pub checkouts: Directory<Checkout>,
}

impl Deliver<Stock> for StockDelivery {
    fn deliver<'a>(&'a self, delivery: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            let Effect::WakeCheckout { cart } = delivery.effect;
            let woken =
                self.checkouts.execute(cart.uuid(), checkout::Command::Wake, delivery.envelope()).await;
            match Reached::from(woken) {
                // A checkout that has nothing to do any more says so; that settles it too.
                Reached::Accepted(_) | Reached::Refused(_) => Delivered::Done,
                Reached::Poisoned(reason) => Delivered::Dead { reason },
                Reached::NotNow(reason) => Delivered::Retry { reason },
            }
        }
        .boxed()
    }
}
