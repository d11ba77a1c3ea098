//! Giving memory back: idle cells lose their actor, forgotten ones leave memory.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use uuid::Uuid;

use super::Domain;
use crate::cell::{Cell, Phase};
use crate::entity::Entity;

fn ms(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl<E: Entity> Domain<E> {
    /// Takes the actor from cells that have been idle for long enough.
    pub(crate) fn hibernate_idle(&self) {
        let before = self.now_ms().saturating_sub(ms(self.limits.hibernate_after));
        for cell in self.live_cells() {
            if cell.used_at_ms.load(Ordering::Relaxed) > before {
                continue;
            }
            let mut inbox = cell.inbox();
            if let Phase::Idle(actor) = &inbox.phase
                && inbox.is_empty()
            {
                actor.stop(None);
                inbox.phase = Phase::Dormant;
                inbox.shrink();
            }
        }
        self.watchers.retain(|_, watchers| watchers.receiver_count() > 0);
    }

    /// The cells that live, in the order of their ids: what happens to all of them happens in the same order again.
    pub(super) fn live_cells(&self) -> Vec<Arc<Cell<E>>> {
        let mut cells: Vec<_> = self.live.iter().map(|entry| Arc::clone(entry.value())).collect();
        cells.sort_by_key(|cell| cell.id);
        cells
    }

    /// Drops cells from memory that nobody has asked for long, and the least recently used ones beyond the limit.
    pub(crate) fn passivate_unused(&self) {
        let before = self.now_ms().saturating_sub(ms(self.limits.passivate_after));
        let used_at = |cell: &Cell<E>| cell.used_at_ms.load(Ordering::Relaxed);
        let excess = self.cells.len().saturating_sub(self.limits.resident_max);
        let mut resident: Vec<(i64, Uuid)> =
            self.cells.iter().map(|entry| (used_at(entry.value()), *entry.key())).collect();
        if excess > 0 && excess < resident.len() {
            resident.select_nth_unstable(excess);
        }
        for (n, (used_at, id)) in resident.into_iter().enumerate() {
            if n < excess || used_at < before {
                self.passivate(id);
            }
        }
    }

    /// Drops a cell from memory, unless it is in use.
    pub(crate) fn passivate(&self, id: Uuid) {
        self.cells.remove_if(&id, |_, cell| {
            let inbox = cell.inbox();
            // A second owner is an asker on its way to the queue.
            Arc::strong_count(cell) == 1 && inbox.is_empty() && matches!(inbox.phase, Phase::Dormant)
        });
    }
}
