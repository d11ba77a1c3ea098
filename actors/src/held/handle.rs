//! The way to what is held about a person.

use std::collections::BTreeSet;
use std::sync::Arc;

use amazoff_supervisor::documents::{Documents, Position, Query};
use amazoff_supervisor::journal::Journal;
use amazoff_supervisor::{Entity, EntityId, ReadError, Timestamp, Vault, Version};

use super::HistoryPage;
use super::history::told;
use super::projection::{Document, HELD};
use crate::asking::not_opened;
use crate::cart::Cart;
use crate::checkout::Checkout;
use crate::ids::{CartId, OrderId, ReviewId, UserId};
use crate::order::Order;
use crate::review::{Reason, Review};
use crate::user::User;

/// Events that are read at once.
const EVENTS: usize = 100;

/// What is held about people. Cheap to clone.
#[derive(Clone)]
pub struct Held {
    documents: Arc<dyn Documents>,
    journal: Arc<dyn Journal>,
    vault: Vault,
}

/// What a person did with another's review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// Found it helpful.
    Vote,
    /// Complained about it.
    Complaint(Reason),
}

/// A vote or a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// About which review.
    pub review: ReviewId,
    /// What it is.
    pub kind: ActKind,
    /// When.
    pub at: Timestamp,
}

/// A page of what a person did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActPage {
    /// In the order of their ids.
    pub items: Vec<Act>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

/// An entity whose history may hold something about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldEntity {
    /// Which.
    pub entity: EntityId,
    /// Whose keys seal what is in it: the person's, and the cart's own where a guest opened it.
    pub persons: BTreeSet<uuid::Uuid>,
}

impl Held {
    /// Over the documents of [`super::HeldProjection`] and the journal.
    pub fn new(documents: Arc<dyn Documents>, journal: Arc<dyn Journal>, vault: Vault) -> Self {
        Self { documents, journal, vault }
    }

    /// All carts that a person ever had, by id.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn carts(
        &self,
        user: UserId,
        after: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<CartId>, Option<Position>), ReadError> {
        let (documents, next) = self.page((user, "cart"), after, limit).await?;
        Ok((documents.iter().filter_map(|document| document.of.parse().ok()).collect(), next))
    }

    /// All reviews that a person ever wrote, by id.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn reviews(
        &self,
        user: UserId,
        after: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<ReviewId>, Option<Position>), ReadError> {
        let (documents, next) = self.page((user, "review"), after, limit).await?;
        Ok((documents.iter().filter_map(|document| document.of.parse().ok()).collect(), next))
    }

    /// The votes of a person, or the complaints.
    ///
    /// # Errors
    /// When documents cannot be read.
    pub async fn acts(
        &self,
        (user, votes): (UserId, bool),
        after: Option<Position>,
        limit: usize,
    ) -> Result<ActPage, ReadError> {
        let what = if votes { "vote" } else { "complaint" };
        let (documents, next) = self.page((user, what), after, limit).await?;
        let items = documents.iter().filter_map(|document| {
            let review = document.of.parse().ok()?;
            let kind = document.reason.map_or(ActKind::Vote, ActKind::Complaint);
            Some(Act { review, kind, at: Timestamp::from_unix_ms(document.at) })
        });
        Ok(ActPage { items: items.collect(), next })
    }

    /// A person's own entity.
    pub fn of_user(&self, user: UserId) -> HeldEntity {
        HeldEntity { entity: EntityId::new(User::KIND, user.uuid()), persons: [user.uuid()].into() }
    }

    /// A cart, its checkout and its order, if it came to that.
    pub fn of_cart(&self, user: UserId, cart: CartId) -> [HeldEntity; 3] {
        let persons: BTreeSet<_> = [user.uuid(), cart.uuid()].into();
        let order = OrderId::of_cart(cart).uuid();
        [(Cart::KIND, cart.uuid()), (Checkout::KIND, cart.uuid()), (Order::KIND, order)]
            .map(|(kind, id)| HeldEntity { entity: EntityId::new(kind, id), persons: persons.clone() })
    }

    /// A review.
    pub fn of_review(&self, user: UserId, review: ReviewId) -> HeldEntity {
        HeldEntity { entity: EntityId::new(Review::KIND, review.uuid()), persons: [user.uuid()].into() }
    }

    /// The events of an entity that hold something sealed for the person, opened, behind one of them.
    ///
    /// # Errors
    /// When journal or keys cannot be read.
    pub async fn history(&self, of: &HeldEntity, after: Version) -> Result<HistoryPage, ReadError> {
        let stored = self.journal.history(&of.entity, after, EVENTS).await?;
        let next = stored.last().filter(|_| stored.len() >= EVENTS).map(|last| last.seq);
        let mut items = Vec::new();
        for event in &stored {
            let found = told(event, &of.persons, &self.vault).await;
            items.extend(found.map_err(|error| not_opened(of.entity.id, error))?);
        }
        Ok(HistoryPage { items, next })
    }

    async fn page(
        &self,
        (user, what): (UserId, &str),
        after: Option<Position>,
        limit: usize,
    ) -> Result<(Vec<Document>, Option<Position>), ReadError> {
        let equals =
            vec![("user".to_owned(), user.to_string().into()), ("what".to_owned(), what.to_owned().into())];
        let query = Query { collection: HELD.to_owned(), equals, after, limit, ..Query::default() };
        let page = self.documents.query(&query).await?;
        let read = page.items.into_iter().filter_map(|(id, body)| match serde_json::from_value(body) {
            Ok(document) => Some(document),
            Err(error) => {
                tracing::error!(document.id = %id, %error, "document {id} of what is held cannot be read: {error}");
                None
            }
        });
        Ok((read.collect(), page.next))
    }
}
