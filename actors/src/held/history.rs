//! Histories with what is sealed for a person opened.

use std::collections::BTreeSet;

use amazoff_supervisor::journal::StoredEvent;
use amazoff_supervisor::{Entity, Sealed, Timestamp, Vault, VaultError, Version};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::cart::Cart;
use crate::checkout::Checkout;
use crate::order::Order;
use crate::review::Review;
use crate::user::User;

/// The kinds of entities whose events hold sealed values. A test compares them with the golden samples of all that is stored.
pub const HISTORY_KINDS: [&str; 5] = [User::KIND, Cart::KIND, Checkout::KIND, Order::KIND, Review::KIND];

/// What is never shown, not even to the person: it would only help somebody who guesses.
const WITHHELD: [&str; 1] = ["password_hash"];

/// An event that holds something sealed for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Of which entity, such as `order_…`.
    pub entity: String,
    /// Its place in the entity's history.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// All that it holds, opened; what cannot be opened any more is null.
    pub event: Value,
}

/// A part of an entity's history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// The events that hold something sealed for the person.
    pub items: Vec<Told>,
    /// Behind which event the next part starts; `None` at the end.
    pub next: Option<Version>,
}

/// The event with what is sealed for one of these persons opened; `None` when there is nothing of theirs in it.
pub(super) async fn told(
    stored: &StoredEvent,
    persons: &BTreeSet<Uuid>,
    vault: &Vault,
) -> Result<Option<Told>, VaultError> {
    let event: Value = serde_json::from_str(&stored.event.payload).map_err(|_no_json| VaultError::Damaged)?;
    let mut found = false;
    let event = opened(event, persons, vault, &mut found).await?;
    Ok(found.then(|| Told { entity: stored.entity.to_string(), seq: stored.seq.0, at: stored.at, event }))
}

/// The same JSON with sealed values opened, and those of others masked. Events are nested a few levels deep at most.
pub(super) fn opened<'a>(
    value: Value,
    persons: &'a BTreeSet<Uuid>,
    vault: &'a Vault,
    found: &'a mut bool,
) -> BoxFuture<'a, Result<Value, VaultError>> {
    async move {
        Ok(match value {
            Value::Object(members) if is_box(&members) => {
                let sealed: Sealed<Value> = serde_json::from_value(Value::Object(members))
                    .map_err(|_another_shape| VaultError::Damaged)?;
                let Sealed::Box { person, .. } = &sealed else { return Ok(Value::Null) };
                if !persons.contains(person) {
                    return Ok(Value::Null);
                }
                *found = true;
                vault.open(&sealed).await?.unwrap_or_default()
            }
            Value::Object(members) => {
                let mut open = Map::new();
                for (name, member) in members {
                    let member = opened(member, persons, vault, &mut *found).await?;
                    let member = if WITHHELD.contains(&name.as_str()) { "withheld".into() } else { member };
                    open.insert(name, member);
                }
                Value::Object(open)
            }
            Value::Array(items) => {
                let mut open = Vec::with_capacity(items.len());
                for item in items {
                    open.push(opened(item, persons, vault, &mut *found).await?);
                }
                Value::Array(open)
            }
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
        })
    }
    .boxed()
}

/// Whether it is what [`Sealed`] is stored as.
fn is_box(members: &Map<String, Value>) -> bool {
    let inside = members.get("box").and_then(Value::as_object);
    members.len() == 1
        && inside.is_some_and(|inside| inside.contains_key("person") && inside.contains_key("data"))
}
