//! The supervisor of a domain's cells, which come and go.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ractor::{Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, SupervisionEvent};
use tokio::time::Instant;
use uuid::Uuid;

use super::host::promptly;
use super::node::Node;
use super::policy::{DRAW_MAX, Exit, Verdict};
use super::spec::CellsSpec;
use super::stopping::exit_of;
use super::supervisor::GaveUp;

/// Supervises the cells of one domain.
pub(super) struct Domain;

/// What to supervise.
pub(super) struct DomainPlan {
    pub(super) cells: CellsSpec,
    pub(super) node: Arc<Node>,
    /// Time for the cells to finish in.
    pub(super) drain: Duration,
    /// What refused callers are told when the domain closes.
    pub(super) retry_after: Duration,
}

/// The backoff of a failed cell is over.
pub(super) struct RestartCell(ActorId);

pub(super) struct Cells {
    plan: DomainPlan,
    streaks: HashMap<Uuid, CellStreak>,
    gave_up: Option<String>,
}

impl Actor for Domain {
    type Msg = RestartCell;
    type State = Cells;
    type Arguments = DomainPlan;

    async fn pre_start(
        &self,
        myself: ActorRef<RestartCell>,
        plan: DomainPlan,
    ) -> Result<Cells, ActorProcessingErr> {
        plan.node.open_budget(plan.cells.intensity);
        promptly(&plan.node.path, || plan.cells.host.opened(myself.get_cell()));
        Ok(Cells { plan, streaks: HashMap::new(), gave_up: None })
    }

    async fn handle(
        &self,
        _myself: ActorRef<RestartCell>,
        RestartCell(actor): RestartCell,
        cells: &mut Cells,
    ) -> Result<(), ActorProcessingErr> {
        cells.plan.cells.host.restart_cell(actor);
        Ok(())
    }

    async fn handle_supervisor_evt(
        &self,
        myself: ActorRef<RestartCell>,
        event: SupervisionEvent,
        cells: &mut Cells,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorTerminated(cell, _, reason) => {
                cells.ended(&myself, &cell, exit_of(reason))
            }
            SupervisionEvent::ActorFailed(cell, error) => {
                cells.ended(&myself, &cell, Exit::Abnormal(error.to_string()));
            }
            SupervisionEvent::ActorStarted(_) | SupervisionEvent::ProcessGroupChanged(_) => {}
        }
        Ok(())
    }

    async fn post_stop(
        &self,
        _myself: ActorRef<RestartCell>,
        cells: &mut Cells,
    ) -> Result<(), ActorProcessingErr> {
        let plan = &cells.plan;
        plan.cells.host.closed(plan.retry_after);
        if tokio::time::timeout(plan.drain, plan.cells.host.stop()).await.is_err() {
            let path = &plan.node.path;
            tracing::warn!(tree.path = %path, "cells of \"{path}\" did not drain in time and are killed");
            // In a fixed order: ractor's own is that of a hash map, and a simulation must repeat.
            plan.cells.host.cells().iter().for_each(ActorCell::kill);
        }
        match cells.gave_up.take() {
            Some(cause) => Err(GaveUp(cause).into()),
            None => Ok(()),
        }
    }
}

impl Cells {
    fn ended(&mut self, myself: &ActorRef<RestartCell>, cell: &ActorCell, exit: Exit) {
        let (host, actor) = (Arc::clone(&self.plan.cells.host), cell.get_id());
        let Exit::Abnormal(cause) = exit else {
            host.cell_ended(actor, None);
            return;
        };
        let now = Instant::now();
        let verdict = self.plan.node.spend(now);
        let after = self.backoff(host.identity(actor), now);
        host.cell_ended(actor, Some(cause.clone()));
        match verdict {
            Verdict::Restart => {
                self.plan.node.cell_planned(after, &cause);
                if after.is_zero() {
                    // Not by a timer: it would take a millisecond. Nobody hears it only when the supervisor itself ends.
                    drop(myself.cast(RestartCell(actor)));
                } else {
                    myself.send_after(after, move || RestartCell(actor));
                }
            }
            Verdict::Exceeded => self.give_up(myself, &cause),
        }
    }

    fn give_up(&mut self, myself: &ActorRef<RestartCell>, cause: &str) {
        let intensity = self.plan.cells.intensity;
        let cause = format!(
            "more than {} failures of cells within {:?}, the last one: {cause}",
            intensity.restarts_max, intensity.period
        );
        self.plan.cells.host.closed(self.plan.retry_after);
        self.plan.node.gave_up(&cause);
        self.gave_up = Some(cause);
        // ractor takes the stop before any further report of a cell.
        myself.stop(None);
    }

    /// How long to wait. Not at all the first time: what failed alone has been told of it, and what is stored is sound. Whoever
    /// fails again is brought back later and later.
    fn backoff(&mut self, identity: Option<Uuid>, now: Instant) -> Duration {
        let CellsSpec { backoff, intensity, .. } = &self.plan.cells;
        self.streaks.retain(|_, streak| streak.forgiven_at.is_none_or(|at| now < at));
        let streak = identity.map(|identity| self.streaks.entry(identity).or_insert(CellStreak::new(now)));
        let failures = match &streak {
            None => u32::try_from(self.plan.node.spent(now)).unwrap_or(u32::MAX),
            Some(streak) => streak.failures + 1,
        };
        let after = match failures {
            0 | 1 => Duration::ZERO,
            more => backoff.delay(more - 1, crate::chance::up_to(DRAW_MAX)),
        };
        if let Some(streak) = streak {
            *streak =
                CellStreak { failures, forgiven_at: now.checked_add(after.saturating_add(intensity.period)) };
        }
        after
    }
}

/// Failures in a row of one entity.
struct CellStreak {
    failures: u32,
    /// None when its past is never forgotten.
    forgiven_at: Option<Instant>,
}

impl CellStreak {
    fn new(now: Instant) -> Self {
        Self { failures: 0, forgiven_at: Some(now) }
    }
}
