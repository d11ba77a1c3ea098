//! What an order's effects do: each is one command to one payment, one stock, one review or one inbox, or a letter. What a payment makes of it comes back as
//! a [`Fact`] later; what it refuses comes back at once.

use amazoff_supervisor::{Deliver, Delivered, Delivery, Directory, Fault, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::command::Command;
use super::effect::Effect;
use super::fact::Fact;
use super::letters::Letters;
use super::news::News;
use super::state::Order;
use crate::checkout::Reached;
use crate::endpoint::{Announcement, Endpoints};
use crate::ids::{OrderId, PaymentId, ReviewId, VariantId};
use crate::inbox::{Inboxes, Matter};
use crate::payment::{self, Payment};
use crate::review::{self, Review};
use crate::stock::{self, Stock};

/// Delivers the effects of orders.
pub struct OrderDelivery {
    /// The payments.
    pub payments: Directory<Payment>,
    /// The stock.
    pub stocks: Directory<Stock>,
    /// The reviews.
    pub reviews: Directory<Review>,
    /// What people are told.
    pub inboxes: Inboxes,
    /// Where events are sent.
    pub endpoints: Endpoints,
    /// How letters leave.
    pub letters: Letters,
}

/// Why a payment failed that could not even be written down.
const UNAVAILABLE: &str = "payment-unavailable";

/// An effect on its way.
type Sent<'a> = Delivery<'a, Effect>;

impl Deliver<Order> for OrderDelivery {
    fn deliver<'a>(&'a self, sent: Sent<'a>) -> BoxFuture<'a, Delivered<Command>> {
        async move {
            match sent.effect {
                Effect::Authorize { .. }
                | Effect::SyncPayment { .. }
                | Effect::CapturePart { .. }
                | Effect::Refund { .. }
                | Effect::VoidPayment { .. } => self.to_payment(&sent).await,
                Effect::ShipStock { .. } | Effect::Deallocate { .. } | Effect::Restock { .. } => {
                    self.to_stock(&sent).await
                }
                Effect::NotePurchase { .. } => self.to_review(&sent).await,
                Effect::Write { news, at } => self.letters.write(&sent, (*news, *at)).await,
                Effect::Announce { .. } => self.announce(&sent).await,
            }
        }
        .boxed()
    }
}

impl OrderDelivery {
    async fn to_payment(&self, sent: &Sent<'_>) -> Delivered<Command> {
        let Some((payment, command)) = asked_of_payment(sent.effect) else { return Delivered::Done };
        match Reached::from(self.payments.execute(payment.uuid(), command, sent.envelope()).await) {
            Reached::Accepted(_) => Delivered::Done,
            Reached::Refused(refusal) => refused(sent, payment, refusal.code()),
            // The provider is called only after the payment's own commit, so no money was touched.
            Reached::Poisoned(reason) if matches!(sent.effect, Effect::Authorize { .. }) => {
                tracing::error!(payment.id = %payment, %reason, "payment {payment} could not be begun: {reason}");
                refused(sent, payment, UNAVAILABLE)
            }
            Reached::Poisoned(reason) => stuck(sent, &reason),
            Reached::NotNow(reason) => Delivered::Retry { reason },
        }
    }

    async fn to_review(&self, sent: &Sent<'_>) -> Delivered<Command> {
        let Effect::NotePurchase { product, buyer, stands } = sent.effect else { return Delivered::Done };
        let (product, buyer, stands) = (*product, *buyer, *stands);
        let order = OrderId::from(sent.key.entity.id);
        let note = review::Command::NotePurchase { order, buyer, product, stands };
        let review = ReviewId::of(buyer, product);
        match Reached::from(self.reviews.execute(review.uuid(), note, sent.envelope()).await) {
            Reached::Accepted(_) => Delivered::Done,
            Reached::Refused(refusal) => stuck(sent, &refusal.to_string()),
            Reached::Poisoned(reason) => stuck(sent, &reason),
            Reached::NotNow(reason) => Delivered::Retry { reason },
        }
    }

    async fn announce(&self, sent: &Sent<'_>) -> Delivered<Command> {
        let Effect::Announce { news, buyer, at } = sent.effect else { return Delivered::Done };
        let order = OrderId::from(sent.key.entity.id);
        if let Some(buyer) = buyer {
            let matter = Matter::Order { order, news: *news };
            match Reached::from(self.inboxes.put(*buyer, (matter, *at), sent.envelope()).await) {
                Reached::Accepted(_) => {}
                Reached::Refused(refusal) => return stuck(sent, &refusal.to_string()),
                Reached::Poisoned(reason) => return stuck(sent, &reason),
                Reached::NotNow(reason) => return Delivered::Retry { reason },
            }
        }
        self.publish((order, *news), *at, sent).await
    }

    /// Tells the programs that follow the shop.
    async fn publish(
        &self,
        (id, news): (OrderId, News),
        at: Timestamp,
        sent: &Sent<'_>,
    ) -> Delivered<Command> {
        let order = match self.letters.orders.read(id.uuid()).await {
            Ok(order) => order,
            Err(error) => return Delivered::Retry { reason: error.to_string() },
        };
        let Some(total) = order.and_then(|order| Some(order.state.draft.as_ref()?.totals.total)) else {
            return Delivered::Retry { reason: format!("{id} cannot be found") };
        };
        self.endpoints.publish(Announcement::of_order((id, total), news, at), || sent.envelope()).await
    }

    async fn to_stock(&self, sent: &Sent<'_>) -> Delivered<Command> {
        let Some((variant, command)) = asked_of_stock(sent.effect) else { return Delivered::Done };
        match Reached::from(self.stocks.execute(variant.uuid(), command, sent.envelope()).await) {
            Reached::Accepted(_) => Delivered::Done,
            Reached::Refused(refusal) => stuck(sent, &refusal.to_string()),
            Reached::Poisoned(reason) => stuck(sent, &reason),
            Reached::NotNow(reason) => Delivered::Retry { reason },
        }
    }
}

fn asked_of_payment(effect: &Effect) -> Option<(PaymentId, payment::Command)> {
    match effect {
        Effect::Authorize { payment, terms } => {
            Some((*payment, payment::Command::Authorize(terms.as_ref().clone())))
        }
        Effect::SyncPayment { payment } => Some((*payment, payment::Command::Sync)),
        Effect::CapturePart { payment, capture, amount } => {
            Some((*payment, payment::Command::CapturePart { capture: *capture, amount: *amount }))
        }
        Effect::Refund { payment, refund, amount } => {
            Some((*payment, payment::Command::Refund { refund: *refund, amount: *amount }))
        }
        Effect::VoidPayment { payment } => Some((*payment, payment::Command::Void)),
        Effect::ShipStock { .. }
        | Effect::Deallocate { .. }
        | Effect::Restock { .. }
        | Effect::NotePurchase { .. }
        | Effect::Write { .. }
        | Effect::Announce { .. } => None,
    }
}

fn asked_of_stock(effect: &Effect) -> Option<(VariantId, stock::Command)> {
    match effect {
        Effect::ShipStock { variant, shipment, hold, quantity } => {
            let (shipment, hold, quantity) = (*shipment, *hold, *quantity);
            Some((*variant, stock::Command::Ship { shipment, hold, quantity }))
        }
        Effect::Deallocate { variant, cause, hold, quantity } => {
            let (cause, hold, quantity) = (*cause, *hold, *quantity);
            Some((*variant, stock::Command::Deallocate { cause, hold, quantity }))
        }
        Effect::Restock { variant, cause, quantity, resellable } => {
            let (cause, quantity, resellable) = (*cause, *quantity, *resellable);
            Some((*variant, stock::Command::Restock { cause, quantity, resellable }))
        }
        Effect::Authorize { .. }
        | Effect::SyncPayment { .. }
        | Effect::CapturePart { .. }
        | Effect::Refund { .. }
        | Effect::VoidPayment { .. }
        | Effect::NotePurchase { .. }
        | Effect::Write { .. }
        | Effect::Announce { .. } => None,
    }
}

/// A payment that refuses says what did not happen; the order goes on from there.
fn refused(sent: &Sent<'_>, payment: PaymentId, code: &str) -> Delivered<Command> {
    let order = &sent.key.entity;
    let code = code.to_owned();
    let fact = match sent.effect {
        Effect::Authorize { .. } => Fact::Paying { update: payment::Update::Failed { code } },
        Effect::CapturePart { capture, .. } => Fact::CaptureFailed { capture: *capture, code },
        Effect::Refund { refund, .. } => Fact::RefundFailed { refund: *refund, code },
        // What was taken or is being taken meanwhile comes as a fact of its own.
        Effect::VoidPayment { .. }
        | Effect::SyncPayment { .. }
        | Effect::ShipStock { .. }
        | Effect::Deallocate { .. }
        | Effect::Restock { .. }
        | Effect::NotePurchase { .. }
        | Effect::Write { .. }
        | Effect::Announce { .. } => return Delivered::Done,
    };
    tracing::error!(order.id = %order, payment.id = %payment, ?fact, "payment {payment} refused {order}: {fact:?}");
    Delivered::Answer(Command::NoteFact { payment, fact })
}

/// What may not be refused was: a person must look.
fn stuck(sent: &Sent<'_>, reason: &str) -> Delivered<Command> {
    let (order, effect) = (&sent.key.entity, sent.effect);
    tracing::error!(order.id = %order, %reason, "{order} is stuck at {effect:?}: {reason}");
    Delivered::Dead { reason: format!("{effect:?}: {reason}") }
}
