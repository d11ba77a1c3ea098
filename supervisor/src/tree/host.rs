//! What a domain must be able to do to have its cells supervised.

use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use ractor::{ActorCell, ActorId};
use uuid::Uuid;

/// A domain whose live entities are ractor actors, linked to the domain supervisor that the tree runs for it.
///
/// Every method but [`stop`](Self::stop) is called inside a supervisor's handler: it must return at once and may not
/// block. While [`opened`](Self::opened) or [`closed`](Self::closed) runs, the supervisor above starts and restarts
/// nothing, and the log warns from 50 ms on; what takes time belongs into the cells, or into a task that `opened` spawns. A panic in one counts as a
/// failure of the domain supervisor.
pub trait CellHost: Send + Sync + 'static {
    /// The domain's name, which is also its name in the tree.
    fn name(&self) -> &str;

    /// A domain supervisor runs from now on; cells may be spawned linked to it.
    ///
    /// Cells of an earlier supervisor are dead or about to be killed, and nothing more is reported about them.
    fn opened(&self, supervisor: ActorCell);

    /// The domain is degraded, restarting or stopping: refuse commands. May be called several times in a row.
    fn closed(&self, retry_after: Duration);

    /// A cell ended; `cause` is `None` when it did so of its own accord.
    ///
    /// Not called for cells that end after [`closed`](Self::closed).
    fn cell_ended(&self, actor: ActorId, cause: Option<String>);

    /// The time has come to bring back the cell that failed as `actor`. Called once for each failure: at once the
    /// first time, after the backoff when it failed before.
    fn restart_cell(&self, actor: ActorId);

    /// The cells that run, always in the same order: an operator's kill takes them along one by one, so that a simulation
    /// repeats. Without an answer they still die with their supervisor, in any order.
    fn cells(&self) -> Vec<ActorCell> {
        Vec::new()
    }

    /// Lets the cells finish what they have begun. Cut off after the child's shutdown time.
    fn stop(&self) -> BoxFuture<'_, ()>;

    /// Figures for the ops view: live cells, queue depths and the like.
    fn stats(&self) -> serde_json::Value;

    /// Which entity the actor carries, so that failures in a row of one entity lengthen its own backoff only.
    ///
    /// Asked before [`cell_ended`](Self::cell_ended). Without an answer the backoff grows with the domain's recent failures.
    fn identity(&self, actor: ActorId) -> Option<Uuid> {
        let _ = actor;
        None
    }
}

/// From when on a host is reported that holds up a supervisor.
const PROMPT: Duration = Duration::from_millis(50);

/// Calls a host inside a supervisor's handler, and says so when it did not return at once.
pub(super) fn promptly(path: &str, call: impl FnOnce()) {
    let begun = Instant::now();
    call();
    let took = begun.elapsed();
    if took >= PROMPT {
        tracing::warn!(tree.path = path, ?took, "domain \"{path}\" has held up its supervisor for {took:?}");
    }
}
