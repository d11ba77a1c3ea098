//! The events of one entity up to one of them, for projections whose documents follow from all of them.

use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Entity, Version, decode};

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
