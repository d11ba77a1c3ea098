//! Bringing an entity to life: its committed state from the journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use uuid::Uuid;

use super::{Cell, Committed};
use crate::clock::Timestamp;
use crate::directory::Domain;
use crate::entity::Entity;
use crate::ids::{CommandId, EntityId, Version};
use crate::journal::{JournalError, Loaded, Part, StoredEvent};

/// Events read at once when a history is followed.
const PAGE: usize = 500;

/// A state as it was after one of its events.
pub(crate) struct StateAt<E> {
    pub(crate) committed: Committed<E>,
    /// When its last event was decided; `None` before the first.
    pub(crate) at: Option<Timestamp>,
}

impl<E: Entity> Domain<E> {
    /// The committed state, read from the journal when it is not in memory.
    ///
    /// # Errors
    /// When the journal is away or what it holds cannot be replayed.
    pub(crate) async fn load(&self, cell: &Arc<Cell<E>>) -> Result<Arc<Committed<E>>, JournalError> {
        if let Some(committed) = cell.committed() {
            return Ok(committed);
        }
        // One load at a time, so that a slow one is not started twice and never overwrites a newer state.
        let _loading = cell.loading.lock().await;
        if let Some(committed) = cell.committed() {
            return Ok(committed);
        }
        let doubt = Doubt::taken(cell);
        if doubt.is_some() {
            self.settle_uncertainty(cell).await?;
        }
        let (committed, quarantined, event_bytes) = self.load_unshared(cell.id).await?;
        let committed = Arc::new(committed);
        cell.inbox().quarantined = quarantined;
        cell.loaded(Arc::clone(&committed), event_bytes);
        if let Some(doubt) = doubt {
            // Whoever watches has not heard of what was stored unseen.
            self.notify(cell.id, committed.version);
            doubt.settle();
        }
        Ok(committed)
    }

    /// The committed state straight from the journal, for whoever must not keep it, with the commands in quarantine and
    /// the bytes of the events that had to be replayed.
    ///
    /// # Errors
    /// When the journal is away or what it holds cannot be replayed.
    pub(crate) async fn load_unshared(
        &self,
        id: Uuid,
    ) -> Result<(Committed<E>, Vec<CommandId>, usize), JournalError> {
        let entity = self.entity(id);
        let _place = self.core.load_place().await;
        self.meter.loads.fetch_add(1, Ordering::Relaxed);
        let loaded = self.core.journal.load(&entity).await?;
        let quarantined = loaded.quarantined.clone();
        let event_bytes = loaded.events.iter().map(|stored| stored.event.payload.len()).sum();
        let mut committed = match from_snapshot::<E>(&loaded) {
            Ok(base) => follow(&entity, base, loaded.events)?,
            Err(reason) => {
                // A snapshot is only ever a shorter way: the events lead to the same state.
                tracing::warn!(%entity, reason, "a snapshot cannot be used; all events are replayed");
                self.state_at(id, Version(u64::MAX)).await?.committed
            }
        };
        if committed.position == 0 && committed.version > Version(0) {
            // From a snapshot alone: it does not say where its last event is.
            let before = Version(committed.version.0 - 1);
            let last = self.core.journal.history(&entity, before, 1).await?;
            committed.position = last.first().map_or(0, |event| event.shard_seq);
        }
        Ok((committed, quarantined, event_bytes))
    }

    /// The state after the first `seq` events (fewer when there are not so many), without snapshots.
    ///
    /// # Errors
    /// When the journal is away or what it holds cannot be replayed.
    pub(crate) async fn state_at(&self, id: Uuid, seq: Version) -> Result<StateAt<E>, JournalError> {
        let entity = self.entity(id);
        let mut state = StateAt { committed: Committed::empty(), at: None };
        while state.committed.version < seq {
            let after = state.committed.version;
            let wanted = usize::try_from(seq.0 - after.0).unwrap_or(usize::MAX).min(PAGE);
            let events = self.core.journal.history(&entity, after, wanted).await?;
            let Some(last) = events.last() else { break };
            state.at = Some(last.at);
            state.committed = follow(&entity, state.committed, events)?;
        }
        Ok(state)
    }

    /// Waits until the lane has passed whatever this cell sent it, and has others look for what was stored unseen.
    async fn settle_uncertainty(&self, cell: &Cell<E>) -> Result<(), JournalError> {
        let entity = self.entity(cell.id);
        let away = |cause: &str| JournalError::Unavailable(cause.to_owned());
        let epoch =
            self.core.shards.epoch(entity.shard()).ok_or_else(|| away("the shard lives elsewhere"))?;
        let nothing = Part::empty(entity.clone(), Version(0), epoch, self.core.clock.now());
        self.core.lanes.append(nothing).await.map_err(|error| away(&error.to_string()))?;
        self.core.dirty.mark(&entity);
        self.core.outbox.rescan();
        Ok(())
    }
}

/// That what memory said of a cell may not be what is stored. It is the cell's again unless it was settled: also when the load
/// fails, or nobody waits for it any more.
struct Doubt<'a>(Option<&'a AtomicBool>);

impl<'a> Doubt<'a> {
    fn taken<E: Entity>(cell: &'a Cell<E>) -> Option<Self> {
        cell.uncertain.swap(false, Ordering::AcqRel).then(|| Self(Some(&cell.uncertain)))
    }

    /// Others may come meanwhile; they stay.
    fn settle(mut self) {
        self.0 = None;
    }
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        if let Some(uncertain) = self.0 {
            uncertain.store(true, Ordering::Release);
        }
    }
}

impl<E: Entity> Committed<E> {
    /// The state before the first event.
    pub(crate) fn empty() -> Self {
        Self { state: E::default(), version: Version(0), position: 0 }
    }
}

fn from_snapshot<E: Entity>(loaded: &Loaded) -> Result<Committed<E>, String> {
    let Some((version, state)) = &loaded.snapshot else { return Ok(Committed::empty()) };
    let state = serde_json::from_str(state).map_err(|error| format!("snapshot {version}: {error}"))?;
    Ok(Committed { state, version: *version, position: 0 })
}

/// Applies events that come after a state.
fn follow<E: Entity>(
    entity: &EntityId,
    mut committed: Committed<E>,
    events: Vec<StoredEvent>,
) -> Result<Committed<E>, JournalError> {
    for stored in events {
        if stored.seq.0 != committed.version.0 + 1 {
            return Err(corrupt(entity, format!("event {} follows event {}", stored.seq, committed.version)));
        }
        let event = crate::directory::decode::<E>(&stored.event.payload, stored.event.schema)
            .map_err(|reason| corrupt(entity, format!("event {}: {reason}", stored.seq)))?;
        committed.state.apply(&event);
        committed.version = stored.seq;
        committed.position = stored.shard_seq;
    }
    Ok(committed)
}

fn corrupt(entity: &EntityId, reason: String) -> JournalError {
    JournalError::Corrupt { entity: entity.to_string(), reason }
}
