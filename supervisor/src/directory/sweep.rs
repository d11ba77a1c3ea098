//! Giving memory back: idle cells lose their actor, forgotten ones leave memory.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::watch;
use uuid::Uuid;

use super::Domain;
use crate::cell::{Cell, Phase};
use crate::entity::Entity;
use crate::ids::{CommandId, Version};

/// How long an idle actor may take to end.
const STOP_LIMIT: Duration = Duration::from_secs(1);
/// After which it is looked again whether an actor that ended is held by nobody.
const LET_GO_PAUSE: Duration = Duration::from_millis(1);

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Who waits for commits of which entity.
#[derive(Default)]
pub(super) struct Watchers(DashMap<Uuid, watch::Sender<Version>>);

impl Watchers {
    pub(super) fn watch(&self, id: Uuid) -> watch::Receiver<Version> {
        let entry = self.0.entry(id).or_insert_with(|| watch::Sender::new(Version::default()));
        entry.subscribe()
    }

    pub(super) fn notify(&self, id: Uuid, version: Version) {
        if self.0.is_empty() {
            return;
        }
        if let Some(watchers) = self.0.get(&id) {
            watchers.send_replace(version);
        }
    }

    /// Whether anybody watches.
    fn has(&self, id: Uuid) -> bool {
        self.0.get(&id).is_some_and(|watchers| watchers.receiver_count() > 0)
    }

    fn forget_gone(&self) {
        self.0.retain(|_, watchers| watchers.receiver_count() > 0);
    }
}

/// A cell that could leave memory.
pub(crate) struct Unused {
    pub(crate) used_at_ms: i64,
    pub(crate) id: Uuid,
    pub(crate) bytes: usize,
}

impl<E: Entity> Domain<E> {
    /// Takes the actor from cells that have been idle for long enough.
    pub(crate) fn hibernate_idle(&self) {
        let before = self.core.now_ms().saturating_sub(ms(self.limits.load().hibernate_after));
        let mut idle: Vec<Arc<Cell<E>>> = self
            .live
            .iter()
            .filter(|entry| entry.value().used_at_ms.load(Ordering::Relaxed) <= before)
            .map(|entry| Arc::clone(entry.value()))
            .collect();
        // In the order of their last use, whatever the map's order is: runs repeat exactly.
        idle.sort_by_key(|cell| (cell.used_at_ms.load(Ordering::Relaxed), cell.id));
        for cell in idle {
            let mut inbox = cell.inbox();
            if let Phase::Idle(actor) = &inbox.phase
                && inbox.is_empty()
            {
                actor.stop(None);
                inbox.phase = Phase::Dormant;
                inbox.shrink();
            }
        }
        self.watchers.forget_gone();
    }

    /// The cells that live, in the order of their ids: what happens to all of them happens in the same order again.
    pub(super) fn live_cells(&self) -> Vec<Arc<Cell<E>>> {
        let mut cells: Vec<_> = self.live.iter().map(|entry| Arc::clone(entry.value())).collect();
        cells.sort_by_key(|cell| cell.id);
        cells
    }

    /// Drops cells from memory that nobody has asked for long, and the least recently used ones beyond the limit.
    pub(crate) fn passivate_unused(&self) {
        let limits = self.limits.load();
        let before = self.core.now_ms().saturating_sub(ms(limits.passivate_after));
        let excess = self.cells.len().saturating_sub(limits.resident_max);
        let mut resident = self.unused();
        if excess > 0 && excess < resident.len() {
            resident.select_nth_unstable_by_key(excess, |cell| (cell.used_at_ms, cell.id));
        }
        for (n, cell) in resident.into_iter().enumerate() {
            if n < excess || cell.used_at_ms < before {
                self.passivate(cell.id);
            }
        }
    }

    /// Every cell in memory, whether it could leave or not.
    pub(crate) fn unused(&self) -> Vec<Unused> {
        let unused = self.cells.iter().map(|entry| Unused {
            used_at_ms: entry.value().used_at_ms.load(Ordering::Relaxed),
            id: *entry.key(),
            bytes: entry.value().bytes(),
        });
        unused.collect()
    }

    /// Drops a cell from memory, unless it is in use; true when it went.
    pub(crate) fn passivate(&self, id: Uuid) -> bool {
        let removed = self.cells.remove_if(&id, |_, cell| {
            let inbox = cell.inbox();
            // A second owner is an asker on its way to the queue. That something may be stored unseen is known to this cell
            // only, and whoever watches is to hear of it.
            let goes = Arc::strong_count(cell) == 1
                && inbox.is_empty()
                && matches!(inbox.phase, Phase::Dormant)
                && !(cell.uncertain.load(Ordering::Acquire) && self.watchers.has(id));
            if goes && cell.committed().is_some_and(|committed| committed.version == Version(0)) {
                self.absent.note(id); // while nobody can make it
            }
            goes
        });
        if removed.is_some() {
            self.meter.passivations.fetch_add(1, Ordering::Relaxed);
        }
        removed.is_some()
    }

    /// Has an idle cell give up its actor and leave memory, on an operator's word; false when it is in use.
    pub(crate) async fn send_away(&self, id: Uuid) -> bool {
        let actor = self.cells.get(&id).and_then(|entry| {
            let mut inbox = entry.value().inbox();
            let Phase::Idle(actor) = &inbox.phase else { return None };
            let actor = inbox.is_empty().then(|| actor.clone())?;
            inbox.phase = Phase::Dormant;
            Some(actor)
        });
        let Some(actor) = actor else { return self.passivate(id) };
        // The actor holds its cell until it has ended, and its supervisor until it has noticed.
        let _ = actor.stop_and_wait(None, Some(STOP_LIMIT)).await;
        let leaving = async {
            while !self.passivate(id) && self.is_asleep(id) {
                tokio::time::sleep(LET_GO_PAUSE).await;
            }
        };
        let _ = tokio::time::timeout(STOP_LIMIT, leaving).await;
        !self.cells.contains_key(&id)
    }

    /// Whether a cell is in memory without an actor and without anything to do.
    fn is_asleep(&self, id: Uuid) -> bool {
        let cell = self.cells.get(&id);
        cell.is_some_and(|cell| {
            let inbox = cell.value().inbox();
            inbox.is_empty() && matches!(inbox.phase, Phase::Dormant)
        })
    }

    /// Runs a quarantined command again when it comes.
    pub(crate) fn forgive(&self, id: Uuid, command: CommandId) {
        if let Some(cell) = self.cells.get(&id) {
            cell.value().inbox().quarantined.retain(|quarantined| *quarantined != command);
        }
    }
}
