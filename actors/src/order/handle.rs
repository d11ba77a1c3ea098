//! How others reach orders.

use std::sync::Arc;

use amazoff_supervisor::documents::{Documents, Position};
use amazoff_supervisor::{Answer, AskError, Directory, Envelope, ReadError, Vault, Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::command::Command;
use super::contact::Contact;
use super::filter::Filter;
use super::rejection::Rejection;
use super::state::Order;
use super::view::{FulfillmentStatus, OrderDetails, PaymentStatus, ReturnStatus, Stage, Status, View};
use crate::cart::Owner;
use crate::ids::{OrderId, UserId};
use crate::money::{Currency, Money};

/// Every order.
#[derive(Clone)]
pub struct Orders {
    pub(super) directory: Directory<Order>,
    pub(super) documents: Arc<dyn Documents>,
    pub(super) vault: Vault,
}

/// A placed order in a person's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCard {
    /// The order.
    pub id: OrderId,
    /// Its number for people.
    pub number: String,
    /// Where it is on the shopper's line.
    pub stage: Stage,
    /// Whether it binds.
    pub status: Status,
    /// How its payment stands.
    pub payment_status: PaymentStatus,
    /// How far its goods are.
    pub fulfillment_status: FulfillmentStatus,
    /// What of its returns waits.
    pub return_status: Option<ReturnStatus>,
    /// What it costs.
    pub total: Money,
    /// When it became binding, in milliseconds since the Unix epoch.
    pub placed_at_ms: i64,
    /// How many lines it has.
    pub line_count: u32,
    /// The title of the first line.
    pub first_title: String,
}

/// A page of a person's orders, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderPage {
    /// The orders.
    pub items: Vec<OrderCard>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

/// The stored form of [`OrderCard`].
#[derive(Deserialize)]
struct Document {
    id: OrderId,
    number: String,
    stage: Stage,
    status: Status,
    payment_status: PaymentStatus,
    #[serde(default)]
    fulfillment_status: FulfillmentStatus,
    return_status: Option<ReturnStatus>,
    total_amount: i64,
    currency: Currency,
    placed_at: i64,
    line_count: u32,
    first_title: Option<String>,
}

impl From<Document> for OrderCard {
    fn from(document: Document) -> Self {
        Self {
            id: document.id,
            number: document.number,
            stage: document.stage,
            status: document.status,
            payment_status: document.payment_status,
            fulfillment_status: document.fulfillment_status,
            return_status: document.return_status,
            total: Money::new(document.total_amount, document.currency),
            placed_at_ms: document.placed_at,
            line_count: document.line_count,
            first_title: document.first_title.unwrap_or_default(),
        }
    }
}

impl Orders {
    /// A handle over the running orders, their documents and the vault of their contacts.
    pub fn new(directory: Directory<Order>, documents: Arc<dyn Documents>, vault: Vault) -> Self {
        Self { directory, documents, vault }
    }

    /// An order without anything personal; `None` when there is none. Drafts are answered too.
    ///
    /// # Errors
    /// When the order cannot be read now.
    pub async fn get(&self, id: OrderId) -> Result<Option<View>, ReadError> {
        let found = self.directory.read(id.uuid()).await?;
        Ok(found.and_then(|order| View::of(id, &order.state, order.version)))
    }

    /// Whose order it is; `None` when there is none. For the edge, which decides who may see it.
    ///
    /// # Errors
    /// When the order cannot be read now.
    pub async fn owner(&self, id: OrderId) -> Result<Option<Owner>, ReadError> {
        let found = self.directory.read(id.uuid()).await?;
        Ok(found.and_then(|order| order.state.draft.as_ref().map(|draft| draft.owner)))
    }

    /// An order with its contact, for its owner; `None` when there is none.
    ///
    /// # Errors
    /// When the order or the key of its contact cannot be read now.
    pub async fn details(&self, id: OrderId) -> Result<Option<OrderDetails>, ReadError> {
        let Some(view) = self.get(id).await? else { return Ok(None) };
        let contact = self.contact(id).await?;
        Ok(Some(OrderDetails { view, contact }))
    }

    /// Who receives an order, for its owner only; `None` when there is no such order or the person was erased.
    ///
    /// # Errors
    /// When the order or the key of its contact cannot be read now.
    pub async fn contact(&self, id: OrderId) -> Result<Option<Contact>, ReadError> {
        let found = self.directory.read(id.uuid()).await?;
        let Some(draft) = found.as_ref().and_then(|order| order.state.draft.as_ref()) else {
            return Ok(None);
        };
        self.vault.open(&draft.contact).await.map_err(|error| ReadError::Unavailable(error.to_string()))
    }

    /// The placed orders of a person, newest first.
    ///
    /// # Errors
    /// When the documents cannot be read now.
    pub async fn list_of_user(
        &self,
        user: UserId,
        after: Option<Position>,
        limit: usize,
    ) -> Result<OrderPage, ReadError> {
        self.list_by(Filter { user: Some(user), ..Filter::default() }, after, limit).await
    }

    /// Changes after each commit of the order.
    pub fn watch(&self, id: OrderId) -> watch::Receiver<Version> {
        self.directory.watch(id.uuid())
    }

    /// Gives an order up: promised stock becomes free, money goes back.
    ///
    /// # Errors
    /// When it is packed or sent, or its money is under way.
    pub async fn cancel(
        &self,
        id: OrderId,
        reason: super::CancelReason,
        envelope: Envelope,
    ) -> Result<Answer<Stage>, AskError<Rejection>> {
        self.execute(id, Command::Cancel { reason }, envelope).await
    }

    pub(crate) async fn execute(
        &self,
        id: OrderId,
        command: Command,
        envelope: Envelope,
    ) -> Result<Answer<Stage>, AskError<Rejection>> {
        self.directory.execute(id.uuid(), command, envelope).await
    }
}

/// A document that cannot be read is a defect of ours: it is reported and left out of the list.
pub(super) fn card(id: &str, body: Value) -> Option<OrderCard> {
    match serde_json::from_value::<Document>(body) {
        Ok(document) => Some(document.into()),
        Err(error) => {
            tracing::error!(order.id = %id, %error, "document of order {id} cannot be read: {error}");
            None
        }
    }
}
