//! What projections share: reading an event, folding an entity's events up to one of them, its published state, and writing
//! documents down.

use std::sync::Arc;

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Committed, Directory, Entity, Version, decode};
use serde::Serialize;
use uuid::Uuid;

/// How many events are read at once.
const PAGE: usize = 200;

/// Reads an event.
///
/// # Errors
/// [`JournalError::Corrupt`] when it is no event of this kind of entity.
pub(crate) fn read<E: Entity>(stored: &StoredEvent) -> Result<E::Event, JournalError> {
    decode::<E>(&stored.event.payload, stored.event.schema)
        .map_err(|reason| JournalError::Corrupt { entity: stored.entity.to_string(), reason })
}

/// Calls `each` with every event of the entity of `last`, from its first to `last`, each with its row.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) async fn each_until<E: Entity>(
    journal: &dyn Journal,
    last: &StoredEvent,
    mut each: impl FnMut(&StoredEvent, E::Event) + Send,
) -> Result<(), JournalError> {
    let mut seen = Version(0);
    while seen < last.seq {
        let page = journal.history(&last.entity, seen, PAGE).await?;
        let Some(newest) = page.last() else { break };
        seen = newest.seq;
        for stored in page.iter().filter(|stored| stored.seq <= last.seq) {
            each(stored, read::<E>(stored)?);
        }
    }
    Ok(())
}

/// The state of the entity of `last` after `last`, so that a document of it is the same whenever it is made.
///
/// # Errors
/// When the journal cannot be read.
pub(crate) async fn state_at<E: Entity>(
    journal: &dyn Journal,
    last: &StoredEvent,
) -> Result<E, JournalError> {
    let mut state = E::default();
    each_until::<E>(journal, last, |_, event| state.apply(&event)).await?;
    Ok(state)
}

/// An entity as published; `None` when it was never changed.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn published<E: Entity>(
    directory: &Directory<E>,
    id: Uuid,
) -> Result<Option<Arc<Committed<E>>>, JournalError> {
    directory.read(id).await.map_err(|error| JournalError::Unavailable(error.to_string()))
}

/// The entity of an event as published with that event, or with something later.
///
/// # Errors
/// When it cannot be read, or is not published so far.
pub(crate) async fn latest<E: Entity>(
    directory: &Directory<E>,
    event: &StoredEvent,
) -> Result<Arc<Committed<E>>, JournalError> {
    let entity = published(directory, event.entity.id).await?;
    entity.filter(|entity| entity.version >= event.seq).ok_or_else(|| not_yet(event))
}

/// Why an event cannot be projected at this moment.
pub(crate) fn not_yet(event: &StoredEvent) -> JournalError {
    JournalError::Unavailable(format!("{} is not yet published at {}", event.entity, event.seq))
}

/// Writes a document down; `None` removes the one that is there.
///
/// # Errors
/// [`JournalError::Corrupt`] when it cannot be written as JSON.
pub(crate) fn put(
    (collection, id): (&str, String),
    source: Version,
    document: Option<&impl Serialize>,
) -> Result<DocumentPut, JournalError> {
    let body = document.map(serde_json::to_value).transpose();
    let body =
        body.map_err(|error| JournalError::Corrupt { entity: id.clone(), reason: error.to_string() })?;
    Ok(DocumentPut { collection: collection.to_owned(), id, source_seq: source.0, body })
}
