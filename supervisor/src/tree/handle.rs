//! Running a tree and looking at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use ractor::Actor;
use tokio::sync::{broadcast, watch};

use super::log::{Log, TreeEvent};
use super::node::Node;
use super::policy::Exit;
use super::spec::{ChildSpec, SupervisorSpec};
use super::stopping::Stopper;
use super::supervisor::{Message, Supervisor, SupervisorPlan};
use super::validate::SpecError;
use super::view::TreeView;
use crate::clock::{Clock, SystemClock};
use crate::fault::{Fault, FaultKind};
use crate::task::spawn_guarded;

/// Why an operation on a tree failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The tree contradicts itself; nothing was started.
    #[error("the supervision tree is not valid: {0}")]
    Spec(#[from] SpecError),
    /// The root could not be started.
    #[error("the supervision tree did not start: {0}")]
    Start(String),
    /// No node has that path.
    #[error("the supervision tree has no \"{0}\"")]
    UnknownPath(String),
    /// The node, or for a restart its supervisor, is not running.
    #[error("\"{0}\" is not running")]
    NotRunning(String),
    /// The root has no supervisor that could restart or halt it.
    #[error("the root of the supervision tree cannot be restarted or halted")]
    Root,
}

impl Fault for TreeError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::UnknownPath(_) => FaultKind::NotFound,
            Self::NotRunning(_) | Self::Root => FaultKind::Conflict,
            Self::Spec(_) | Self::Start(_) => FaultKind::Bug,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownPath(_) => "tree-node-not-found",
            Self::NotRunning(_) => "tree-node-not-running",
            Self::Root => "tree-node-is-root",
            Self::Spec(_) | Self::Start(_) => "internal-error",
        }
    }
}

/// How a running tree came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Running,
    Stopped,
    Failed(String),
}

/// A running tree. Clones are the same tree; dropping the last one does not stop it.
///
/// Looking never asks an actor, so it answers while any of them is stuck.
#[derive(Clone)]
pub struct TreeHandle {
    tree: Arc<Tree>,
}

struct Tree {
    root: Arc<Node>,
    log: Arc<Log>,
    shutdown: Duration,
    stopping: AtomicBool,
    outcome: watch::Sender<Outcome>,
}

impl TreeHandle {
    /// Starts a tree: every child in declared order, depth first. A child that fails to start is treated like one that
    /// failed later, so this succeeds also while a database is away.
    ///
    /// # Errors
    /// [`TreeError::Spec`] when the tree contradicts itself, [`TreeError::Start`] when the root cannot run at all.
    pub async fn start(spec: SupervisorSpec) -> Result<Self, TreeError> {
        Self::start_with(spec, Arc::new(SystemClock)).await
    }

    /// The same with a clock that dates what is shown. Waits always follow tokio's clock.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_with(spec: SupervisorSpec, clock: Arc<dyn Clock>) -> Result<Self, TreeError> {
        spec.validate()?;
        let log = Arc::new(Log::new(clock));
        let root = Node::root(&spec, &log);
        let shutdown = ChildSpec::supervisor(spec.clone()).shutdown;
        let plan = SupervisorPlan { spec, node: Arc::clone(&root) };
        let (actor, ended) = Supervisor::spawn(None, Supervisor, plan)
            .await
            .map_err(|error| TreeError::Start(error.to_string()))?;
        root.running(actor.get_cell());
        let outcome = watch::Sender::new(Outcome::Running);
        let tree = Arc::new(Tree { root, log, shutdown, stopping: AtomicBool::new(false), outcome });
        let watched = Arc::clone(&tree);
        spawn_guarded("end of the supervision tree", async move {
            // ractor's handle never reports a panic: whatever ended the root, it is gone now.
            let _ = ended.await;
            watched.root_ended();
        });
        Ok(Self { tree })
    }

    /// The whole tree as it is now.
    pub fn snapshot(&self) -> TreeView {
        self.tree.root.view()
    }

    /// What supervisors decided lately, oldest first, at most 256 entries.
    pub fn events(&self) -> Vec<TreeEvent> {
        self.tree.log.events()
    }

    /// What supervisors decide from now on, as it happens.
    ///
    /// The receiver holds at most 256 entries. One that falls behind is told how many it has missed
    /// ([`RecvError::Lagged`](broadcast::error::RecvError::Lagged)) and goes on with the oldest that is left. To miss
    /// nothing, subscribe first, then take [`events`](Self::events), and skip numbers that are known already.
    pub fn subscribe(&self) -> broadcast::Receiver<TreeEvent> {
        self.tree.log.subscribe()
    }

    /// Stops the tree in reverse start order, each child within its shutdown time, and returns when all of it has ended.
    pub fn stop(&self) -> BoxFuture<'static, ()> {
        let tree = Arc::clone(&self.tree);
        async move {
            if let Some(cell) = tree.root.live_cell()
                && !tree.stopping.swap(true, Ordering::SeqCst)
            {
                Stopper { node: Arc::clone(&tree.root), cell, cancel: None, within: tree.shutdown }
                    .run()
                    .await;
            }
            let mut outcome = tree.outcome.subscribe();
            // The sender lives in `tree`, so this only ends with the tree's end.
            let _ = outcome.wait_for(|outcome| *outcome != Outcome::Running).await;
        }
        .boxed()
    }

    /// Resolves with the cause when the root has given up or was killed; never after a clean stop. The process should
    /// then exit with an error: nothing is left that could repair it.
    pub fn failed(&self) -> impl Future<Output = String> + Send + 'static {
        let tree = Arc::clone(&self.tree);
        async move {
            let mut outcome = tree.outcome.subscribe();
            let ended = outcome.wait_for(|outcome| *outcome != Outcome::Running).await.map(|it| it.clone());
            match ended {
                Ok(Outcome::Failed(cause)) => cause,
                Ok(Outcome::Stopped | Outcome::Running) | Err(_) => std::future::pending().await,
            }
        }
    }

    /// Kills a node as a crash would: at once, with everything below it. Its supervisor does what its line says.
    ///
    /// # Errors
    /// When there is no such node, or nothing of it runs.
    pub fn kill(&self, path: &str) -> Result<(), TreeError> {
        let node = self.find(path)?;
        if node.kill() { Ok(()) } else { Err(TreeError::NotRunning(path.to_owned())) }
    }

    /// Stops a node in good order, alone, and keeps it stopped until [`restart`](Self::restart) is called for it: neither
    /// a sibling's failure nor a restart of the supervisor above brings it back. Callers of a halted domain are refused.
    /// Nothing is counted. Returns at once; halting twice changes nothing.
    ///
    /// # Errors
    /// When there is no such node, its supervisor does not run, or it is the root.
    pub fn halt(&self, path: &str) -> Result<(), TreeError> {
        self.tell_supervisor(path, Message::Halt)
    }

    /// Stops a node in good order and starts it afresh, with the siblings that its supervisor's strategy takes along;
    /// also one that waits, is degraded, has ended or is halted. Halted siblings stay halted. Nothing is counted. Returns at once.
    ///
    /// # Errors
    /// When there is no such node, its supervisor does not run, or it is the root.
    pub fn restart(&self, path: &str) -> Result<(), TreeError> {
        self.tell_supervisor(path, Message::Renew)
    }

    fn tell_supervisor(&self, path: &str, order: fn(usize) -> Message) -> Result<(), TreeError> {
        let node = self.find(path)?;
        if node.path.is_empty() {
            return Err(TreeError::Root);
        }
        let above = node.path.rsplit_once('/').map_or("", |(above, _)| above);
        let parent = self.find(above)?;
        let index = parent.children.iter().position(|child| Arc::ptr_eq(child, &node));
        let told = parent.live_cell().zip(index).map(|(cell, index)| cell.send_message(order(index)));
        match told {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) | None => Err(TreeError::NotRunning(above.to_owned())),
        }
    }

    fn find(&self, path: &str) -> Result<Arc<Node>, TreeError> {
        self.tree.root.find(path).ok_or_else(|| TreeError::UnknownPath(path.to_owned()))
    }
}

impl Tree {
    fn root_ended(&self) {
        let outcome = if self.stopping.load(Ordering::SeqCst) {
            Outcome::Stopped
        } else {
            let cause = self.root.last_error().unwrap_or_else(|| "killed".to_owned());
            self.root.fell(&Exit::Abnormal(cause.clone()), Duration::ZERO);
            self.root.settled(&Exit::Abnormal(cause.clone()));
            tracing::error!(%cause, "the supervision tree has failed: {cause}");
            Outcome::Failed(cause)
        };
        self.outcome.send_replace(outcome);
    }
}
