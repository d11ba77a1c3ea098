//! The watchdog: notices decisions that compute and compute, which no actor runtime can interrupt.
//!
//! It has a thread of its own, because such a decision occupies a worker thread, and a few of them occupy all. It reports
//! each once, with its entity and command. When one goes on past the second limit the process ends: every acknowledged
//! command is in the journal, so that costs a restart and nothing else, while going on costs the whole node.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::directory::Stuck;
use crate::runtime::{Core, Members};
use crate::tree::TaskError;

/// How often the thread looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Exit code of a process that the watchdog ended.
const EXIT_FROZEN: i32 = 70;

/// Ends the process.
pub(crate) fn end_process() {
    std::process::exit(EXIT_FROZEN);
}

/// What happens when a decision computes for too long.
pub type OnFrozen = Arc<dyn Fn() + Send + Sync>;

/// Runs the thread until cancelled.
///
/// # Errors
/// When the thread cannot be started or ends by itself; the supervisor starts it again.
pub(crate) async fn run(
    core: Arc<Core>,
    members: Arc<Members>,
    on_frozen: OnFrozen,
    cancel: CancellationToken,
) -> Result<(), TaskError> {
    // Dropped when this future ends or is dropped: the thread hears of it and ends.
    let (_stop, stopped) = channel::<()>();
    let ended = CancellationToken::new();
    let ending = ended.clone().drop_guard();
    std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
        let _ending = ending;
        let mut watch = Watch::default();
        while stopped.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
            watch.look(&core, &members, &on_frozen);
        }
    })?;
    tokio::select! {
        biased;
        () = cancel.cancelled() => Ok(()),
        () = ended.cancelled() => Err("the watchdog's thread has died".into()),
    }
}

/// What was reported already.
#[derive(Default)]
struct Watch {
    reported: HashSet<(Uuid, Instant)>,
}

impl Watch {
    fn look(&mut self, core: &Core, members: &Members, on_frozen: &OnFrozen) {
        let limits = **core.limits.load();
        let stuck: Vec<Stuck> = members
            .values()
            .flat_map(|member| member.computing_longer_than(limits.decide_report_after))
            .collect();
        self.reported.retain(|seen| stuck.iter().any(|stuck| (stuck.entity.id, stuck.since) == *seen));
        for Stuck { entity, command, stage, since } in stuck {
            let long = since.elapsed();
            if self.reported.insert((entity.id, since)) {
                tracing::error!(%entity, command.id = ?command, "a decision has been {stage:?} for {long:?}");
            }
            if long > limits.decide_end_after {
                tracing::error!(%entity, command.id = ?command, "a decision does not end; the process does");
                on_frozen();
            }
        }
    }
}
