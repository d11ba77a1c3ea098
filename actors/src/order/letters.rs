//! How letters about orders leave: their words are made here, from what is sealed and what the order is, and go no further
//! than the mailer.

use std::sync::Arc;

use amazoff_supervisor::{Delivered, Delivery, Directory, Timestamp, Vault};

use super::command::Command;
use super::contact::Contact;
use super::draft::Draft;
use super::effect::Effect;
use super::goods::Portion;
use super::news::News;
use super::number::number;
use super::state::Order;
use crate::cart::Owner;
use crate::ids::{OrderId, ShipmentId};
use crate::inbox::{Inboxes, Unsubscribe};
use crate::mail::{Content, LetterLine, MailError, Mailer, Message, OrderLetter};
use crate::money::Money;

/// Writes to those who receive orders.
pub struct Letters {
    /// The orders, as they are when a letter leaves.
    pub orders: Directory<Order>,
    /// Which letters people want.
    pub inboxes: Inboxes,
    /// Opens contacts.
    pub vault: Vault,
    /// Hands letters over.
    pub mailer: Arc<dyn Mailer>,
    /// Where links lead, without a slash at the end.
    pub public_url: String,
}

impl Letters {
    /// Writes about something that happened to an order. One letter leaves per effect: its id follows from the effect's key.
    pub(super) async fn write(
        &self,
        sent: &Delivery<'_, Effect>,
        (news, at): (News, Timestamp),
    ) -> Delivered<Command> {
        let id = OrderId::from(sent.key.entity.id);
        let order = match self.orders.read(id.uuid()).await {
            Ok(Some(order)) => order,
            Ok(None) => return Delivered::Retry { reason: format!("{id} cannot be found") },
            Err(error) => return Delivered::Retry { reason: error.to_string() },
        };
        let Some(draft) = order.state.draft.as_deref() else { return Delivered::Done };
        let unsubscribe = match self.wanted(draft, news).await {
            Ok(Wanted::Yes(unsubscribe)) => unsubscribe,
            Ok(Wanted::No) => return Delivered::Done,
            Err(reason) => return Delivered::Retry { reason },
        };
        let Contact { email, name, .. } = match self.vault.open(&draft.contact).await {
            Ok(Some(contact)) => contact,
            Ok(None) => return Delivered::Done, // erased: there is nobody to write to
            Err(error) => return Delivered::Retry { reason: error.to_string() },
        };
        let message = Message {
            id: sent.key.delivered_as().0,
            person: draft.owner.person(draft.cart),
            to: email,
            name,
            content: Content::Order(Box::new(letter(id, (&order.state, draft), news))),
            link: Some(format!("{}/orders/{id}", self.public_url)),
            unsubscribe,
            at,
        };
        match self.mailer.send(&message).await {
            Ok(()) => Delivered::Done,
            Err(MailError::Later(reason)) => Delivered::Retry { reason },
            Err(MailError::Refused(reason)) => {
                let kind = news.kind().name();
                tracing::warn!(order.id = %id, kind, %reason, "a letter about {id} is refused for good: {reason}");
                Delivered::Done
            }
        }
    }

    /// Whether the buyer wants such letters; guests cannot say that they do not.
    async fn wanted(&self, draft: &Draft, news: News) -> Result<Wanted, String> {
        let Owner::User(user) = draft.owner else { return Ok(Wanted::Yes(None)) };
        let inbox = self.inboxes.get(user).await.map_err(|error| error.to_string())?;
        if inbox.preferences.is_muted(news.kind()) {
            return Ok(Wanted::No);
        }
        let token = Unsubscribe { user, kind: news.kind() }.token(&self.vault);
        Ok(Wanted::Yes(Some(format!("{}/v1/unsubscribe/{token}", self.public_url))))
    }
}

/// Whether a letter is wanted, and where to say that no more like it are.
enum Wanted {
    Yes(Option<String>),
    No,
}

/// What a letter says.
fn letter(id: OrderId, (order, draft): (&Order, &Draft), news: News) -> OrderLetter {
    let parcel = news.shipment().and_then(|shipment| order.shipments.get(&shipment));
    let lines = match news {
        News::Placed => {
            draft.lines.iter().map(|line| bought(line.title.clone(), line.quantity.get())).collect()
        }
        News::Shipped { shipment } | News::Delivered { shipment } => in_parcel(order, draft, shipment),
        News::Paid { .. } | News::PaymentFailed | News::Refunded { .. } | News::Canceled => Vec::new(),
    };
    let amount: Option<Money> = match news {
        News::Placed => Some(draft.totals.total),
        News::PaymentFailed => Some(draft.money(order.owed())).filter(|owed| owed.amount > 0),
        News::Paid { .. }
        | News::Refunded { .. }
        | News::Shipped { .. }
        | News::Delivered { .. }
        | News::Canceled => news.amount(),
    };
    let tracking = parcel.and_then(|parcel| parcel.tracking.clone());
    OrderLetter { kind: news.kind(), number: number(id), lines, amount, tracking }
}

fn bought(title: String, quantity: u32) -> LetterLine {
    LetterLine { title, quantity }
}

fn in_parcel(order: &Order, draft: &Draft, shipment: ShipmentId) -> Vec<LetterLine> {
    let line = |portion: &Portion| {
        let title = draft.line(portion.line)?.title.clone();
        Some(bought(title, portion.quantity.get()))
    };
    order.lines_of(shipment).iter().filter_map(line).collect()
}
