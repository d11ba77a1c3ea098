//! Whose carts and reviews are, and who voted and complained.

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::cart::{self, Cart, Owner};
use crate::ids::{CartId, ReviewId, UserId};
use crate::projecting::{put, read};
use crate::review::{self, Reason, Review};

/// The collection of what people have and did.
pub const HELD: &str = "held";

/// Writes a document for each cart and review of a person, and for each vote and complaint. Only votes that are taken back
/// are removed.
pub struct HeldProjection;

/// A document of [`HELD`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Document {
    /// Whose it is.
    pub(super) user: UserId,
    /// `cart`, `review`, `vote` or `complaint`.
    pub(super) what: String,
    /// The text of the cart's or review's id.
    pub(super) of: String,
    /// Why, for a complaint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Reason>,
    /// When, in milliseconds since 1970.
    pub(super) at: i64,
}

/// A document's id, and what it says; `None` when it is removed.
type Change = (String, Option<Document>);

impl HeldProjection {
    /// Its name.
    pub const NAME: &'static str = "held";
}

fn of_cart(id: CartId, event: &cart::Event, at: Timestamp) -> Option<Change> {
    match event {
        cart::Event::Created { owner: Owner::User(user), .. } | cart::Event::Adopted { user } => {
            let of = id.to_string();
            let document =
                Document { user: *user, what: "cart".to_owned(), of, reason: None, at: at.unix_ms() };
            Some((id.to_string(), Some(document)))
        }
        cart::Event::Created { owner: Owner::Guest, .. }
        | cart::Event::LineAdded { .. }
        | cart::Event::QuantitySet { .. }
        | cart::Event::Repriced { .. }
        | cart::Event::LineRemoved { .. }
        | cart::Event::CouponApplied { .. }
        | cart::Event::CouponRemoved { .. }
        | cart::Event::AddressSet(_)
        | cart::Event::ShippingSet { .. }
        | cart::Event::MergeStarted { .. }
        | cart::Event::MergeRefused { .. }
        | cart::Event::Merged { .. }
        | cart::Event::Absorbed { .. }
        | cart::Event::Touched { .. }
        | cart::Event::Left { .. }
        | cart::Event::Abandoned { .. }
        | cart::Event::Claimed { .. }
        | cart::Event::Released { .. }
        | cart::Event::Completed { .. } => None,
    }
}

fn of_review(id: ReviewId, event: &review::Event, stored: &StoredEvent) -> Option<Change> {
    let (of, at) = (id.to_string(), stored.at.unix_ms());
    let vote = |by: &UserId| format!("{id}/vote/{by}");
    match event {
        review::Event::Submitted { author, .. } => {
            let document = Document { user: *author, what: "review".to_owned(), of, reason: None, at };
            Some((id.to_string(), Some(document)))
        }
        review::Event::Voted { by } => {
            let document = Document { user: *by, what: "vote".to_owned(), of, reason: None, at };
            Some((vote(by), Some(document)))
        }
        review::Event::VoteTakenBack { by } => Some((vote(by), None)),
        review::Event::Flagged { reason, by, .. } => {
            let document =
                Document { user: *by, what: "complaint".to_owned(), of, reason: Some(*reason), at };
            Some((format!("{id}/complaint/{}", stored.seq.0), Some(document)))
        }
        review::Event::Edited { .. }
        | review::Event::Withdrawn { .. }
        | review::Event::Published { .. }
        | review::Event::Rejected { .. }
        | review::Event::Removed { .. }
        | review::Event::Restored { .. }
        | review::Event::PurchaseNoted { .. }
        | review::Event::Counted { .. } => None,
    }
}

fn change(stored: &StoredEvent) -> Result<Option<Change>, JournalError> {
    match stored.entity.kind.as_str() {
        Cart::KIND => Ok(of_cart(stored.entity.id.into(), &read::<Cart>(stored)?, stored.at)),
        Review::KIND => Ok(of_review(stored.entity.id.into(), &read::<Review>(stored)?, stored)),
        _ => Ok(None),
    }
}

impl Projection for HeldProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Cart::KIND, Review::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[HELD]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        async move {
            let Some((id, document)) = change(event)? else { return Ok(Vec::new()) };
            Ok(vec![put((HELD, id), event.seq, document.as_ref())?])
        }
        .boxed()
    }
}
