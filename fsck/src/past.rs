//! One entity as it was.

use amazoff_actors::cart::Cart;
use amazoff_actors::category::Tree;
use amazoff_actors::checkout::Checkout;
use amazoff_actors::coupon::Coupon;
use amazoff_actors::desk::Desk;
use amazoff_actors::endpoint::Endpoint;
use amazoff_actors::inbox::Inbox;
use amazoff_actors::order::Order;
use amazoff_actors::payment::Payment;
use amazoff_actors::pricebook::Pricebook;
use amazoff_actors::product::Product;
use amazoff_actors::rating::Rating;
use amazoff_actors::review::Review;
use amazoff_actors::stock::Stock;
use amazoff_actors::user::User;
use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{Entity, EntityId, Timestamp, Version, decode};
use serde::Serialize;
use serde_json::Value;

/// Events read at once.
const PAGE: usize = 500;

/// An entity's state after some of its events. Sealed values stay sealed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Past {
    /// How many events are behind it.
    pub version: u64,
    /// When the last of them was decided; absent before the first.
    pub at: Option<Timestamp>,
    /// The state, as today's code makes it.
    pub state: Value,
}

/// The state of an entity after its first `at` events, by default after all; fewer are taken when there are not so many.
/// `None` when no domain has that kind.
///
/// # Errors
/// When the journal is away, or an event is damaged or cannot be read.
pub async fn past(
    journal: &dyn Journal,
    entity: &EntityId,
    at: Option<Version>,
) -> Result<Option<Past>, JournalError> {
    let at = at.unwrap_or(Version(u64::MAX));
    let past = match entity.kind.as_str() {
        Product::KIND => replayed::<Product>(journal, entity, at).await,
        Stock::KIND => replayed::<Stock>(journal, entity, at).await,
        Pricebook::KIND => replayed::<Pricebook>(journal, entity, at).await,
        Desk::KIND => replayed::<Desk>(journal, entity, at).await,
        Tree::KIND => replayed::<Tree>(journal, entity, at).await,
        Coupon::KIND => replayed::<Coupon>(journal, entity, at).await,
        Cart::KIND => replayed::<Cart>(journal, entity, at).await,
        User::KIND => replayed::<User>(journal, entity, at).await,
        Rating::KIND => replayed::<Rating>(journal, entity, at).await,
        Review::KIND => replayed::<Review>(journal, entity, at).await,
        Inbox::KIND => replayed::<Inbox>(journal, entity, at).await,
        Endpoint::KIND => replayed::<Endpoint>(journal, entity, at).await,
        Order::KIND => replayed::<Order>(journal, entity, at).await,
        Payment::KIND => replayed::<Payment>(journal, entity, at).await,
        Checkout::KIND => replayed::<Checkout>(journal, entity, at).await,
        _ => return Ok(None),
    };
    past.map(Some)
}

async fn replayed<E: Entity>(
    journal: &dyn Journal,
    entity: &EntityId,
    until: Version,
) -> Result<Past, JournalError> {
    let corrupt = |reason: String| JournalError::Corrupt { entity: entity.to_string(), reason };
    let (mut state, mut version, mut at) = (E::default(), Version(0), None);
    while version < until {
        let page = journal.history(entity, version, PAGE).await?;
        let is_last = page.len() < PAGE;
        for stored in page.iter().take_while(|stored| stored.seq <= until) {
            let event = decode::<E>(&stored.event.payload, stored.event.schema)
                .map_err(|reason| corrupt(format!("event {}: {reason}", stored.seq)))?;
            state.apply(&event);
            (version, at) = (stored.seq, Some(stored.at));
        }
        if is_last {
            break;
        }
    }
    let state = serde_json::to_value(&state).map_err(|error| corrupt(error.to_string()))?;
    Ok(Past { version: version.0, at, state })
}
