//! Who works at the desk: on orders, parcels and returns.

use amazoff_actors::ids::OrderId;
use amazoff_actors::order::Request;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;

use crate::conditional::{IfMatch, versioned};
use crate::idempotency::{Asker, RequestKey};
use crate::identity::Shopper;
use crate::platform::Platform;
use crate::problem::{IDEMPOTENT_REPLAYED, Problem};
use crate::views::desk::{ContactBody, DeskOrderBody, NoteBody};

/// Who asks something of an order, and which version their page showed.
pub(crate) struct Desk {
    pub(super) shopper: Shopper,
    seen: IfMatch,
}

impl FromRequestParts<Platform> for Desk {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Problem> {
        let shopper = <Shopper as FromRequestParts<Platform>>::from_request_parts(parts, platform).await?;
        let seen = IfMatch::from_request_parts(parts, platform).await?;
        Ok(Self { shopper, seen })
    }
}

impl Desk {
    /// What they ask, under its key.
    pub(super) fn request(&self, platform: &Platform, key: &RequestKey) -> Request {
        let envelope = key.envelope(&Asker::of(&self.shopper), platform.settings.ask_limit());
        Request { envelope, expected: self.seen.0 }
    }
}

/// An order with everything, and its tag.
pub(super) async fn shown(
    platform: &Platform,
    id: OrderId,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let orders = &platform.shop.orders;
    let missing = || Problem::missing("order-not-found");
    let details = orders.details(id).await?.ok_or_else(missing)?;
    let notes = orders.remarks(id).await?;
    let version = details.view.version.0;
    let body = DeskOrderBody {
        refundable: details.view.sums.refundable.into(),
        order: details.view.into(),
        contact: details.contact.map(ContactBody::from),
        notes: notes.into_iter().map(NoteBody::from).collect(),
    };
    Ok(versioned(headers, &body, version))
}

/// The order after something was done to it.
pub(super) async fn changed(platform: &Platform, id: OrderId, replayed: bool) -> Result<Response, Problem> {
    let mut response = shown(platform, id, &HeaderMap::new()).await?;
    if replayed {
        let yes = axum::http::HeaderValue::from_static("true");
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, yes);
    }
    Ok(response)
}
