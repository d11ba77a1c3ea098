//! Ending children in good order: ask, wait, kill.

use std::sync::Arc;
use std::time::Duration;

use ractor::ActorCell;
use tokio_util::sync::CancellationToken;

use super::node::Node;
use super::policy::Exit;

/// The reason that supervisors stop their children with.
const SHUTDOWN: &str = "shutdown";
/// How long a killed child may take until it is left behind: only one that never awaits does.
const KILL_GRACE: Duration = Duration::from_secs(1);
/// What callers of a domain are told that was stopped.
const STOPPED_RETRY_AFTER: Duration = Duration::from_secs(1);

/// What it takes to end one child.
pub(super) struct Stopper {
    pub(super) node: Arc<Node>,
    pub(super) cell: ActorCell,
    pub(super) cancel: Option<CancellationToken>,
    pub(super) within: Duration,
}

impl Stopper {
    /// Asks the child to end and returns when it has, killing it when its time is over.
    pub(super) async fn run(self) {
        if let Some(cancel) = &self.cancel {
            cancel.cancel();
        }
        self.cell.stop(Some(SHUTDOWN.to_owned()));
        let in_time = self.cell.wait(Some(self.within)).await.is_ok();
        if !in_time {
            self.cell.kill();
            self.node.kill_below();
            if self.cell.wait(Some(KILL_GRACE)).await.is_err() {
                let path = &self.node.path;
                tracing::error!(tree.path = %path, "\"{path}\" does not die: it runs without ever awaiting");
            }
        }
        self.node.fell(&Exit::Shutdown, STOPPED_RETRY_AFTER);
        self.node.stopped(!in_time);
    }
}

/// Ends children one after the other.
pub(super) async fn stop_in_order(stoppers: impl IntoIterator<Item = Stopper>) {
    for stopper in stoppers {
        stopper.run().await;
    }
}

/// What a clean stop of an actor with that reason means.
pub(super) fn exit_of(reason: Option<String>) -> Exit {
    match reason.as_deref() {
        None | Some("Drained") => Exit::Normal,
        Some("killed" | "actor_task_cancelled") => Exit::Abnormal("killed".to_owned()),
        Some(_) => Exit::Shutdown,
    }
}
