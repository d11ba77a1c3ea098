//! What operators and the watchdog see of a domain's cells. Looking asks no actor.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ractor::ActorRef;
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::Domain;
use super::meter::CommandStats;
use crate::cell::{Cell, CellView, Stage, StepView};
use crate::entity::Entity;
use crate::ids::{CommandId, EntityId};

/// The figures of one domain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DomainStats {
    /// Cells in memory.
    pub resident: usize,
    /// Cells with an actor.
    pub active: usize,
    /// Cells with work that wait for an actor.
    pub waiting_cells: usize,
    /// Commands that wait in the queues of active cells.
    pub waiting: usize,
    /// How long the oldest of them has waited, in milliseconds.
    pub oldest_ms: u64,
    /// The fullest queue.
    pub deepest: Deepest,
    /// Estimated bytes of states and queued commands.
    pub memory_bytes: usize,
    /// What became of commands.
    pub commands: CommandStats,
}

/// A domain's fullest queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deepest {
    /// How many commands wait in it.
    pub depth: usize,
    /// Whose queue it is.
    pub entity: Option<String>,
}

/// A cell that does not get on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stuck {
    pub(crate) entity: EntityId,
    pub(crate) command: Option<CommandId>,
    pub(crate) stage: Stage,
    pub(crate) since: std::time::Instant,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl<E: Entity> Domain<E> {
    pub(crate) fn look(&self) -> DomainStats {
        let (mut waiting, mut oldest, mut deepest) = (0, Duration::ZERO, Deepest::default());
        for entry in &self.live {
            let cell = entry.value();
            let (depth, age) = {
                let inbox = cell.inbox();
                (inbox.depth(), inbox.oldest())
            };
            waiting += depth;
            oldest = oldest.max(age.unwrap_or_default());
            if depth > deepest.depth {
                deepest = Deepest { depth, entity: Some(self.entity(cell.id).to_string()) };
            }
        }
        DomainStats {
            resident: self.cells.len(),
            active: self.slots.active(),
            waiting_cells: self.slots.waiting(),
            waiting,
            oldest_ms: millis(oldest),
            deepest,
            memory_bytes: self.memory.used(),
            commands: self.meter.stats(),
        }
    }

    /// One cell, when it is in memory.
    pub(crate) fn cell_view(&self, id: Uuid) -> Option<CellView> {
        let cell = Arc::clone(self.cells.get(&id)?.value());
        Some(self.view(&cell))
    }

    /// The cells that are active or have crashed, the longest queue first, then the most restarts; at most `limit`.
    pub(crate) fn cell_views(&self, limit: usize) -> Vec<CellView> {
        let cells: Vec<_> = self.live.iter().map(|entry| Arc::clone(entry.value())).collect();
        let mut views: Vec<_> = cells.iter().map(|cell| self.view(cell)).collect();
        views.sort_by(|a, b| (b.depth, b.restarts, &a.entity).cmp(&(a.depth, a.restarts, &b.entity)));
        views.dedup_by(|a, b| a.entity == b.entity);
        views.truncate(limit);
        views
    }

    fn view(&self, cell: &Cell<E>) -> CellView {
        let now = Instant::now();
        let unused = self.core.now_ms().saturating_sub(cell.used_at_ms.load(Ordering::Relaxed));
        let version = cell.committed().map(|committed| committed.version.0);
        let mut inbox = cell.inbox();
        CellView {
            entity: self.entity(cell.id).to_string(),
            status: inbox.status(),
            depth: inbox.depth(),
            oldest_ms: inbox.oldest().map(millis),
            step: inbox.step.map(|step| StepView {
                stage: step.stage,
                command_id: step.command.map(|command| command.to_string()),
                for_ms: millis(now.duration_since(step.since)),
            }),
            activity: inbox.activity.as_mut().map(|activity| activity.view(now)),
            restarts: cell.restarts.load(Ordering::Relaxed),
            last_error: inbox.last_error.as_ref().map(|error| error.cause.clone()),
            last_error_at: inbox.last_error.as_ref().map(|error| error.at),
            version,
            bytes: cell.bytes(),
            quarantined: inbox.quarantined.iter().map(ToString::to_string).collect(),
            unused_ms: u64::try_from(unused).unwrap_or(0),
        }
    }

    /// Cells whose present decision computes for longer than `limit` by the machine's own clock.
    pub(crate) fn computing_longer_than(&self, limit: Duration) -> Vec<Stuck> {
        let stuck = self.live.iter().filter_map(|entry| {
            let step = entry.value().inbox().step?;
            let too_long = step.stage == Stage::Deciding && step.since_real.elapsed() > limit;
            too_long.then(|| Stuck {
                entity: self.entity(entry.value().id),
                command: step.command,
                stage: step.stage,
                since: step.since_real,
            })
        });
        stuck.collect()
    }

    /// Kills the actors of cells that have waited for the store for too long; their supervisor starts them again.
    pub(crate) fn kill_frozen(&self) {
        let limit = self.limits.load().frozen_after;
        let frozen = |cell: &Cell<E>| {
            let inbox = cell.inbox();
            let step = inbox.step.filter(|step| step.since.elapsed() > limit)?;
            Some((step, inbox.actor().cloned()?))
        };
        let cells: Vec<_> = self.live.iter().map(|entry| Arc::clone(entry.value())).collect();
        for cell in cells {
            let Some((step, actor)) = frozen(&cell) else { continue };
            self.meter.frozen.fetch_add(1, Ordering::Relaxed);
            tracing::error!(
                entity = %self.entity(cell.id), stage = ?step.stage, command.id = ?step.command,
                "a cell has been {:?} for more than {limit:?} and is started again", step.stage
            );
            actor.kill();
        }
    }

    /// Ends the actor of a cell as a crash would, on an operator's word; false when it has none.
    pub(crate) fn kill_cell(&self, id: Uuid) -> bool {
        let actor: Option<ActorRef<_>> =
            self.cells.get(&id).and_then(|entry| entry.value().inbox().actor().cloned());
        actor.inspect(|actor| actor.kill()).is_some()
    }
}
