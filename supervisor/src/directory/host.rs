//! The domain's side of supervision: what happens when its cells end, and when its supervisor does.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use ractor::{ActorCell, ActorId};
use uuid::Uuid;

use super::{Domain, Gate};
use crate::cell::{Cell, Phase};
use crate::entity::Entity;
use crate::tree::CellHost;

/// How often a domain that stops looks whether anything is still worked on.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl<E: Entity> Domain<E> {
    fn set_gate(&self, gate: Gate) {
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = gate;
    }

    /// Lays a cell whose actor is gone to rest, or wakes it when commands wait.
    fn revive(&self, cell: &Arc<Cell<E>>) {
        // While the gate is closed the cell keeps its phase; whoever opens the gate looks for such cells.
        let (Some(me), Ok(supervisor)) = (self.me.upgrade(), self.supervisor()) else { return };
        let wake = {
            let mut inbox = cell.inbox();
            inbox.phase = if inbox.is_empty() { Phase::Dormant } else { Phase::Waking };
            matches!(inbox.phase, Phase::Waking)
        };
        if wake {
            me.activate(cell, supervisor);
        }
    }

    /// Commands that wait in cells without an actor.
    fn stranded(&self) -> usize {
        let depth = |cell: &Cell<E>| {
            let inbox = cell.inbox();
            matches!(inbox.phase, Phase::Crashed | Phase::Waking).then(|| inbox.depth()).unwrap_or(0)
        };
        self.cells.iter().map(|entry| depth(entry.value())).sum()
    }

    /// An actor has given its place back: the next in line may start.
    fn place_free(&self) {
        if let Some(me) = self.me.upgrade() {
            me.slots.leave(me.generation.load(Ordering::Acquire));
            me.start_waiting();
        }
    }

    /// An actor could not be linked: its supervisor is gone. The next one finds the cell, unless it is there already.
    pub(super) fn start_failed(&self, cell: &Arc<Cell<E>>, generation: u64) {
        self.live.retain(|_, live| !Arc::ptr_eq(live, cell));
        self.slots.leave(generation);
        let mut inbox = cell.inbox();
        if inbox.generation == generation {
            inbox.phase = Phase::Crashed;
            drop(inbox);
            self.revive(cell);
        }
    }

    /// An actor died with a batch in hand: its callers are told "no answer", and what memory says is not to be trusted.
    fn abandon_batch(cell: &Cell<E>) {
        cell.distrust();
        let mut inbox = cell.inbox();
        inbox.forget_running();
        inbox.phase = Phase::Crashed;
    }
}

impl<E: Entity> CellHost for Domain<E> {
    fn name(&self) -> &str {
        E::KIND
    }

    fn opened(&self, supervisor: ActorCell) {
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        self.slots.reset(generation);
        self.set_gate(Gate::Open { supervisor, generation });
        self.live.retain(|_, cell| cell.inbox().generation >= generation);
        // Whatever lived under the supervisor before died with it. Cells that the new one has are left alone.
        let orphaned = |cell: &Cell<E>| {
            let inbox = cell.inbox();
            inbox.generation < generation && !matches!(inbox.phase, Phase::Dormant)
        };
        let mut orphans: Vec<_> =
            self.cells.iter().map(|entry| Arc::clone(entry.value())).filter(|cell| orphaned(cell)).collect();
        orphans.sort_by_key(|cell| cell.id);
        for cell in orphans {
            Self::abandon_batch(&cell);
            self.revive(&cell);
        }
    }

    fn closed(&self, retry_after: Duration) {
        self.set_gate(Gate::Closed { retry_after });
    }

    fn cell_ended(&self, actor: ActorId, cause: Option<String>) {
        let Some(cell) = self.live.get(&actor).map(|entry| Arc::clone(entry.value())) else { return };
        if let Some(cause) = cause {
            cell.restarts.fetch_add(1, Ordering::Relaxed);
            self.meter.crashes.fetch_add(1, Ordering::Relaxed);
            cell.inbox().failed(&cause, self.core.clock.now());
            if matches!(cell.inbox().phase, Phase::Busy(_) | Phase::Waking) {
                tracing::error!(entity = %self.entity(cell.id), %cause, "a cell died in the middle of a batch");
                Self::abandon_batch(&cell);
            }
            // It stays listed until its restart, so that `restart_cell` finds it.
            self.place_free();
            return;
        }
        self.live.remove(&actor);
        let died_busy = matches!(&cell.inbox().phase, Phase::Busy(worker) if worker.get_id() == actor);
        if died_busy {
            Self::abandon_batch(&cell);
            self.revive(&cell);
        }
        self.place_free();
    }

    fn restart_cell(&self, actor: ActorId) {
        if let Some((_, cell)) = self.live.remove(&actor) {
            self.revive(&cell);
        }
    }

    fn cells(&self) -> Vec<ActorCell> {
        let actor = |cell: &Arc<Cell<E>>| match &cell.inbox().phase {
            Phase::Idle(actor) | Phase::Busy(actor) => Some(actor.get_cell()),
            Phase::Dormant | Phase::Waking | Phase::Crashed => None,
        };
        self.live_cells().iter().filter_map(actor).collect()
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // Commands of a cell without an actor will not be worked off any more; they are not waited for.
            while self.meter.in_flight.count() > self.stranded() {
                let _ = tokio::time::timeout(LOOK_AGAIN, self.meter.in_flight.drained()).await;
            }
        })
    }

    fn stats(&self) -> serde_json::Value {
        serde_json::to_value(self.look()).unwrap_or_default()
    }

    fn identity(&self, actor: ActorId) -> Option<Uuid> {
        self.live.get(&actor).map(|entry| entry.value().id)
    }
}
