//! What projections share: reading an event, folding an entity's events up to one of them, its published state, and writing
//! documents down.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::{Journal, JournalError, StoredEvent};
use amazoff_supervisor::{Committed, Directory, Entity, Version, decode};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde::Serialize;
use uuid::Uuid;

/// How many events are read at once.
const PAGE: usize = 200;
/// Folds that are kept for each entity: a rebuild follows behind.
const TRACKS: usize = 2;

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

/// What becomes of an entity's events, one after the other.
pub(crate) trait Fold<E: Entity>: Default + Send + 'static {
    /// Takes in the next event.
    fn take(&mut self, stored: &StoredEvent, event: &E::Event);
}

impl<E: Entity> Fold<E> for E {
    fn take(&mut self, _stored: &StoredEvent, event: &E::Event) {
        self.apply(event);
    }
}

type Slot<F> = Arc<Mutex<Vec<(Version, F)>>>;

/// Folds of entities, each up to the event at hand, so that a document of it is the same whenever it is made. Those of the
/// entities that have lately changed are kept; this only spares reading all of their events again for each.
pub(crate) struct Folds<E, F = E> {
    journal: Arc<dyn Journal>,
    kept: Cache<Uuid, Slot<F>>,
    of: PhantomData<fn() -> E>,
}

impl<E: Entity, F: Fold<E>> Folds<E, F> {
    /// Folds of what this journal holds; those of up to `kept_max` entities are kept.
    pub(crate) fn over(journal: Arc<dyn Journal>, kept_max: u64) -> Self {
        // What came last is what goes on. By itself the cache would keep out the new for the sake of what was often asked for.
        let kept = Cache::builder().max_capacity(kept_max).eviction_policy(EvictionPolicy::lru()).build();
        Self { journal, kept, of: PhantomData }
    }

    /// What follows from the events of an entity up to the one at hand, and from that itself.
    ///
    /// # Errors
    /// When the journal cannot be read, or an event.
    pub(crate) async fn at<T>(
        &self,
        stored: &StoredEvent,
        make: impl FnOnce(&F, &E::Event) -> T + Send,
    ) -> Result<T, JournalError> {
        let event = read::<E>(stored)?;
        let (slot, (mut version, mut fold)) = self.before(stored);
        while version.0.saturating_add(1) < stored.seq.0 {
            let page = self.journal.history(&stored.entity, version, PAGE).await?;
            let earlier: Vec<_> = page.iter().filter(|earlier| earlier.seq < stored.seq).collect();
            let Some(newest) = earlier.last() else { break };
            version = newest.seq;
            for earlier in earlier {
                fold.take(earlier, &read::<E>(earlier)?);
            }
        }
        fold.take(stored, &event);
        let made = make(&fold, &event);
        let mut kept = slot.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push((stored.seq, fold));
        kept.sort_unstable_by_key(|(version, _)| *version);
        let surplus = kept.len().saturating_sub(TRACKS);
        kept.drain(..surplus);
        Ok(made)
    }

    /// The newest that is kept of an entity before an event.
    fn before(&self, event: &StoredEvent) -> (Slot<F>, (Version, F)) {
        let slot = self.kept.get_with(event.entity.id, Slot::default);
        let mut kept = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = kept.iter().enumerate().filter(|(_, (version, _))| *version < event.seq);
        let newest = earlier.max_by_key(|(_, (version, _))| *version).map(|(at, _)| at);
        let folded = newest.map(|at| kept.swap_remove(at)).unwrap_or_default();
        drop(kept);
        (slot, folded)
    }
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
