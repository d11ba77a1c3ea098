//! What a cart's effects do: the cart that ends asks the other to take over, and hears what it says; the key of a guest's
//! cart that ended without an order is destroyed.

use amazoff_supervisor::{Answer, AskError, Deliver, Delivered, Delivery, Directory, Envelope, Vault};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::effect::Handover;
use super::{Absorption, Cart, Command, Effect, Rejection, View};
use crate::asking::fingerprinted;
use crate::checkout::Reached;
use crate::ids::CartId;
use crate::stock::Stocks;

/// Delivers the effects of carts to the carts that they name.
pub struct CartDelivery {
    /// The carts.
    pub carts: Directory<Cart>,
    /// How many pieces can be had.
    pub stocks: Stocks,
    /// Destroys keys.
    pub vault: Vault,
}

impl Deliver<Cart> for CartDelivery {
    fn deliver<'a>(&'a self, sent: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            let source = CartId::from(sent.key.entity.id);
            let handover = match sent.effect {
                Effect::MergeInto(handover) => handover,
                Effect::ForgetGuest { at } => {
                    // Most guests say nothing of themselves, and what never was need not be remembered as destroyed.
                    return match self.vault.erase_if_any(source.uuid(), *at).await {
                        Ok(_) => Delivered::Done,
                        Err(error) => Delivered::Retry { reason: error.to_string() },
                    };
                }
            };
            // What can be had changes between repeats; what is handed over does not.
            let envelope = fingerprinted(sent.envelope(), handover);
            self.hand_over(source, handover, envelope).await
        }
        .boxed()
    }
}

impl CartDelivery {
    async fn hand_over(&self, source: CartId, handover: &Handover, envelope: Envelope) -> Delivered<Command> {
        let target = handover.target;
        let mut lines = Vec::with_capacity(handover.lines.len());
        for line in &handover.lines {
            match self.stocks.available(line.variant).await {
                Ok(available) => lines.push((line.clone(), available)),
                Err(error) => return Delivered::Retry { reason: error.to_string() },
            }
        }
        let absorption = Absorption {
            source,
            asker: handover.asker.clone(),
            currency: handover.currency,
            strategy: handover.strategy,
            lines,
            coupons: handover.coupons.clone(),
        };
        let absorb = Command::Absorb(Box::new(absorption));
        let refusal = match taken_over(self.carts.execute(target.uuid(), absorb, envelope).await) {
            Reached::Accepted(view) => {
                return Delivered::Answer(Command::RecordAbsorbed { target, warnings: view.warnings });
            }
            Reached::Refused(refusal) => refusal,
            Reached::Poisoned(reason) => {
                tracing::error!(cart.id = %target, %reason, "cart {target} cannot take over {source}: {reason}");
                return Delivered::Dead { reason: format!("merge into {target}: {reason}") };
            }
            Reached::NotNow(reason) => return Delivered::Retry { reason },
        };
        Delivered::Answer(Command::RecordMergeRefused { target, refusal: Box::new(refusal) })
    }
}

/// How the other cart answered. One that had no room for all of it where it is stored took nothing: the first is to open again.
fn taken_over(asked: Result<Answer<View>, AskError<Rejection>>) -> Reached<View, Rejection> {
    match asked {
        Err(AskError::TooLarge) => Reached::Refused(Rejection::TooManyLines),
        asked => Reached::from(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_that_has_no_room_for_another_refuses_it() {
        let reached = taken_over(Err(AskError::TooLarge));
        assert!(matches!(reached, Reached::Refused(Rejection::TooManyLines)));
    }
}
