//! One declared child as its supervisor knows it.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use ractor::{Actor, ActorCell, ActorId, ActorRef, SpawnErr};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::domain::{Domain, DomainPlan};
use super::node::Node;
use super::policy::{Intensity, OnExhausted, Restart, Streak, Window};
use super::spec::{ChildSpec, Start};
use super::stopping::{Ending, Stopper};
use super::supervisor::{Message, Supervisor, SupervisorPlan};
use super::task::{TaskActor, TaskPlan};

/// A child: its line of the tree and its present incarnation.
pub(super) struct Slot {
    pub(super) spec: ChildSpec,
    pub(super) node: Arc<Node>,
    /// The window of a child that degrades.
    pub(super) own: Option<Window>,
    pub(super) degraded: bool,
    pub(super) streak: Streak,
    /// The round that it waits in.
    pub(super) round: Option<u64>,
    /// Whether that round is stopping it.
    pub(super) stopping: bool,
    started_once: bool,
    up: Option<Up>,
}

struct Up {
    cell: ActorCell,
    cancel: Option<CancellationToken>,
    since: Instant,
    /// Set once it has been asked to end.
    ending: Option<Ending>,
}

impl Slot {
    pub(super) fn new(spec: ChildSpec, node: Arc<Node>, intensity: Intensity) -> Self {
        let own = (spec.on_exhausted == OnExhausted::Degrade).then(|| Window::new(intensity));
        Self {
            spec,
            node,
            own,
            degraded: false,
            streak: Streak::default(),
            round: None,
            stopping: false,
            started_once: false,
            up: None,
        }
    }

    /// Whether a start of its round concerns it: a temporary child is started only once, a halted one not at all.
    pub(super) fn wanted(&self) -> bool {
        !self.node.is_halted() && (!self.started_once || self.spec.restart != Restart::Temporary)
    }

    /// Forgets its failures, that it was started, and that it was halted.
    pub(super) fn forgive(&mut self) {
        self.node.release();
        self.streak = Streak::default();
        self.degraded = false;
        self.started_once = false;
    }

    /// The end of its present incarnation, if there is one. Nothing happens before somebody waits for it.
    pub(super) fn ending(&mut self) -> Option<Ending> {
        let up = self.up.as_mut()?;
        let stopper = || Stopper {
            node: Arc::clone(&self.node),
            cell: up.cell.clone(),
            cancel: up.cancel.clone(),
            within: self.spec.shutdown,
        };
        Some(up.ending.get_or_insert_with(|| stopper().shared()).clone())
    }

    /// If that actor was its present incarnation: how long it was up.
    pub(super) fn ended(&mut self, actor: ActorId) -> Option<Duration> {
        self.up.take_if(|up| up.cell.get_id() == actor).map(|up| up.since.elapsed())
    }

    /// Starts it and returns its actor. Nothing of a start waits: a task's future runs in its own actor.
    pub(super) async fn start(&mut self, supervisor: &ActorRef<Message>) -> Result<ActorId, String> {
        self.node.starting();
        self.started_once = true;
        let cancel = matches!(self.spec.start, Start::Task(_)).then(CancellationToken::new);
        match self.spawn(supervisor.get_cell(), cancel.clone()).await {
            Ok(cell) => {
                let actor = cell.get_id();
                self.node.running(cell.clone());
                self.up = Some(Up { cell, cancel, since: Instant::now(), ending: None });
                Ok(actor)
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// Boxed because supervisors start supervisors.
    fn spawn(
        &self,
        supervisor: ActorCell,
        cancel: Option<CancellationToken>,
    ) -> BoxFuture<'static, Result<ActorCell, SpawnErr>> {
        let node = Arc::clone(&self.node);
        match &self.spec.start {
            Start::Supervisor(spec) => {
                let plan = SupervisorPlan { spec: spec.clone(), node };
                async move { Ok(Supervisor::spawn_linked(None, Supervisor, plan, supervisor).await?.0.get_cell()) }
                    .boxed()
            }
            Start::Task(run) => {
                let (path, run) = (node.path.clone(), Arc::clone(run));
                let plan = TaskPlan { path, run, cancel: cancel.unwrap_or_default() };
                async move { Ok(TaskActor::spawn_linked(None, TaskActor, plan, supervisor).await?.0.get_cell()) }
                    .boxed()
            }
            Start::Cells(cells) => {
                let plan = DomainPlan {
                    cells: cells.clone(),
                    node,
                    drain: self.spec.shutdown,
                    retry_after: self.spec.backoff.first,
                };
                async move { Ok(Domain::spawn_linked(None, Domain, plan, supervisor).await?.0.get_cell()) }
                    .boxed()
            }
        }
    }
}
