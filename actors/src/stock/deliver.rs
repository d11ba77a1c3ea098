//! What a stock item's effects do: an overdue hold wakes the checkout that owns it; programs outside hear what is sold out.

use amazoff_supervisor::{Deliver, Delivered, Delivery, Directory};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::command::Command;
use super::event::Effect;
use super::state::Stock;
use crate::checkout::{self, Checkout, Reached};
use crate::endpoint::{Announcement, Endpoints};
use crate::ids::{CartId, VariantId};

/// Delivers the effects of stock items.
pub struct StockDelivery {
    /// The checkouts.
    pub checkouts: Directory<Checkout>,
    /// Where events are sent.
    pub endpoints: Endpoints,
}

/// An effect on its way.
type Sent<'a> = Delivery<'a, Effect>;

impl Deliver<Stock> for StockDelivery {
    fn deliver<'a>(&'a self, sent: Sent<'a>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            match sent.effect {
                Effect::WakeCheckout { cart } => self.wake(*cart, &sent).await,
                Effect::Announce { product, sku, left, at } => {
                    let variant = VariantId::from(sent.key.entity.id);
                    let announcement = Announcement::of_stock((variant, *product), (sku, *left), *at);
                    self.endpoints.publish(announcement, || sent.envelope()).await
                }
            }
        }
        .boxed()
    }
}

impl StockDelivery {
    async fn wake(&self, cart: CartId, sent: &Sent<'_>) -> Delivered<Command> {
        let woken = self.checkouts.execute(cart.uuid(), checkout::Command::Wake, sent.envelope()).await;
        match Reached::from(woken) {
            // A checkout that has nothing to do any more says so; that settles it too.
            Reached::Accepted(_) | Reached::Refused(_) => Delivered::Done,
            Reached::Poisoned(reason) => Delivered::Dead { reason },
            Reached::NotNow(reason) => Delivered::Retry { reason },
        }
    }
}
