//! The carts of people as documents, so that who logs in elsewhere finds theirs.

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Projection, Timestamp};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Cart, Event, Owner};
use crate::ids::{CartId, UserId};
use crate::projecting::{self, read};

/// The collection of carts that people have and that are not over.
pub const CARTS: &str = "carts";

/// Writes a document per cart of a person, until the cart is over. Most events of carts write nothing.
pub struct CartProjection;

/// A document of [`CARTS`].
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    /// Whose it is.
    user: UserId,
    /// Since when, in milliseconds since 1970.
    since: i64,
}

impl CartProjection {
    /// Its name.
    pub const NAME: &'static str = "carts";

    /// What an event of that moment makes of its cart's document: another body, or none any more; `None` when nothing.
    ///
    /// # Errors
    /// When the document cannot be written down.
    pub fn change(event: &Event, at: Timestamp) -> Result<Option<Option<Value>>, serde_json::Error> {
        let Some(document) = change(event, at.unix_ms()) else { return Ok(None) };
        document.map(serde_json::to_value).transpose().map(Some)
    }
}

/// What becomes of a cart's document; `None` when nothing does.
fn change(event: &Event, since: i64) -> Option<Option<Document>> {
    match event {
        Event::Created { owner: Owner::User(user), .. } | Event::Adopted { user } => {
            Some(Some(Document { user: *user, since }))
        }
        Event::Completed { .. } | Event::Merged { .. } | Event::Abandoned { .. } => Some(None),
        Event::Created { owner: Owner::Guest, .. }
        | Event::LineAdded { .. }
        | Event::QuantitySet { .. }
        | Event::Repriced { .. }
        | Event::LineRemoved { .. }
        | Event::CouponApplied { .. }
        | Event::CouponRemoved { .. }
        | Event::AddressSet(_)
        | Event::ShippingSet { .. }
        | Event::MergeStarted { .. }
        | Event::MergeRefused { .. }
        | Event::Absorbed { .. }
        | Event::Touched { .. }
        | Event::Left { .. }
        | Event::Claimed { .. }
        | Event::Released { .. } => None,
    }
}

fn put(stored: &StoredEvent) -> Result<Option<DocumentPut>, JournalError> {
    let Some(document) = change(&read::<Cart>(stored)?, stored.at.unix_ms()) else { return Ok(None) };
    let id = CartId::from(stored.entity.id).to_string();
    projecting::put((CARTS, id), stored.seq, document.as_ref()).map(Some)
}

impl Projection for CartProjection {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        &[Cart::KIND]
    }

    fn collections(&self) -> &'static [&'static str] {
        &[CARTS]
    }

    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        async move { Ok(put(event)?.into_iter().collect()) }.boxed()
    }
}
