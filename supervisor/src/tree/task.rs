//! The actor around one future. ractor catches its panics and can kill it at any await.

use ractor::{Actor, ActorProcessingErr, ActorRef};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument;

use super::spec::{TaskContext, TaskFn};
use super::stopping::SHUTDOWN;

/// Runs one task and ends with it.
pub(super) struct TaskActor;

/// What to run.
pub(super) struct TaskPlan {
    pub(super) path: String,
    pub(super) run: TaskFn,
    pub(super) cancel: CancellationToken,
}

/// A task's state: what the task spawned sees the token cancelled however the task ends.
pub(super) struct Running {
    plan: TaskPlan,
    _guard: DropGuard,
}

/// Sent once, by the actor to itself.
pub(super) struct Run;

impl Actor for TaskActor {
    type Msg = Run;
    type State = Running;
    type Arguments = TaskPlan;

    async fn pre_start(&self, myself: ActorRef<Run>, plan: TaskPlan) -> Result<Running, ActorProcessingErr> {
        myself.cast(Run)?;
        Ok(Running { _guard: plan.cancel.clone().drop_guard(), plan })
    }

    async fn handle(
        &self,
        myself: ActorRef<Run>,
        Run: Run,
        running: &mut Running,
    ) -> Result<(), ActorProcessingErr> {
        let plan = &running.plan;
        let span = tracing::info_span!(parent: None, "task", path = %plan.path);
        let context = TaskContext { cancel: plan.cancel.clone() };
        async { (plan.run)(context).await }.instrument(span).await?;
        let asked = plan.cancel.is_cancelled();
        myself.stop(asked.then(|| SHUTDOWN.to_owned()));
        Ok(())
    }
}
