//! Ending children in good order: ask, wait, kill.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use ractor::ActorCell;
use tokio_util::sync::CancellationToken;

use super::node::Node;
use super::policy::Exit;

/// The reason that supervisors stop their children with.
pub(super) const SHUTDOWN: &str = "shutdown";
/// How long a killed child may take until it is left behind: only one that never awaits does.
const KILL_GRACE: Duration = Duration::from_secs(1);
/// What callers of a domain are told that was stopped.
const STOPPED_RETRY_AFTER: Duration = Duration::from_secs(1);

/// The end of one incarnation. However many wait for it, it is brought about and reported once, so that a late report
/// can never be taken for one about the next incarnation.
pub(super) type Ending = Shared<BoxFuture<'static, ()>>;

/// What it takes to end one child.
pub(super) struct Stopper {
    pub(super) node: Arc<Node>,
    pub(super) cell: ActorCell,
    pub(super) cancel: Option<CancellationToken>,
    pub(super) within: Duration,
}

impl Stopper {
    /// The same, to be shared by all who wait for it.
    pub(super) fn shared(self) -> Ending {
        self.run().boxed().shared()
    }

    /// Asks the child to end and returns when it has, killing it when its time is over.
    pub(super) async fn run(self) {
        let in_time = !self.within.is_zero() && self.asked().await;
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

    /// Whether it ends in its time when asked to.
    async fn asked(&self) -> bool {
        if let Some(cancel) = &self.cancel {
            cancel.cancel();
        }
        self.cell.stop(Some(SHUTDOWN.to_owned()));
        self.cell.wait(Some(self.within)).await.is_ok()
    }
}

/// Ends children one after the other.
pub(super) async fn stop_in_order(endings: impl IntoIterator<Item = Ending>) {
    for ending in endings {
        ending.await;
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
