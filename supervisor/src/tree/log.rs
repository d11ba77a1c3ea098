//! What supervisors decided lately, bounded, for operators and tests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::broadcast;

use crate::clock::{Clock, Timestamp};

/// How many decisions are kept, and how many a subscriber may be behind.
const KEPT: usize = 256;

/// A decision about one node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// It runs for the first time.
    Started,
    /// It runs again.
    Restarted,
    /// It ended of its own accord and stays away.
    Finished,
    /// It was stopped on request.
    Stopped,
    /// It was killed: out of time, or by an operator.
    Killed,
    /// An operator stopped it; it stays so until an operator restarts it.
    Halted,
    /// It failed and will be started again.
    Planned {
        /// After how long.
        in_ms: u64,
    },
    /// It used up its restarts and is retried for ever.
    Degraded {
        /// After how long it is tried next.
        in_ms: u64,
    },
    /// It failed for good.
    Failed,
    /// It is a supervisor that used up its restarts.
    GaveUp,
    /// One of its cells failed and will be started again.
    CellPlanned {
        /// After how long.
        in_ms: u64,
    },
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started => f.write_str("runs"),
            Self::Restarted => f.write_str("runs again"),
            Self::Finished => f.write_str("ended by itself"),
            Self::Stopped => f.write_str("stopped"),
            Self::Killed => f.write_str("was killed"),
            Self::Halted => f.write_str("was halted by an operator"),
            Self::Planned { in_ms: 0 } => f.write_str("is started again now"),
            Self::Planned { in_ms } => write!(f, "is started again in {in_ms} ms"),
            Self::Degraded { in_ms } => write!(f, "failed too often; it is tried again in {in_ms} ms"),
            Self::Failed => f.write_str("failed for good"),
            Self::GaveUp => f.write_str("gave up, because what it supervises fails too often"),
            Self::CellPlanned { in_ms: 0 } => f.write_str("starts an entity again now"),
            Self::CellPlanned { in_ms } => write!(f, "starts an entity again in {in_ms} ms"),
        }
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TreeEvent {
    /// Counts up from 1 in each tree, without a gap.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Names from below the root, joined by `/`; empty for the root.
    pub path: String,
    /// What was decided.
    #[serde(flatten)]
    pub decision: Decision,
    /// Why.
    pub cause: Option<String>,
}

/// The newest decisions of one tree, and the clock that dates them.
pub(super) struct Log {
    clock: Arc<dyn Clock>,
    events: Mutex<Events>,
    live: broadcast::Sender<TreeEvent>,
}

#[derive(Default)]
struct Events {
    newest: VecDeque<TreeEvent>,
    recorded: u64,
}

impl Log {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, events: Mutex::default(), live: broadcast::Sender::new(KEPT) }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn record(&self, path: &str, decision: Decision, cause: Option<&str>) {
        trace(path, decision, cause.unwrap_or_default());
        let at = self.now();
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.recorded += 1;
        let event = TreeEvent {
            number: events.recorded,
            at,
            path: path.to_owned(),
            decision,
            cause: cause.map(ToOwned::to_owned),
        };
        if events.newest.len() == KEPT {
            events.newest.pop_front();
        }
        events.newest.push_back(event.clone());
        // Sent under the lock, so that subscribers see the order of the log. That nobody listens is no error.
        let _ = self.live.send(event);
    }

    /// Oldest first.
    pub(super) fn events(&self) -> Vec<TreeEvent> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).newest.iter().cloned().collect()
    }

    /// What is recorded from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<TreeEvent> {
        self.live.subscribe()
    }
}

/// Whole milliseconds, for views.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn trace(path: &str, decision: Decision, cause: &str) {
    let name = if path.is_empty() { "the tree" } else { path };
    let because = if cause.is_empty() { String::new() } else { format!(": {cause}") };
    match decision {
        // A good start and a good stop are what everybody expects.
        Decision::Started | Decision::Stopped => {
            tracing::debug!(tree.path = path, "{name} {decision}");
        }
        Decision::Restarted | Decision::Finished | Decision::Halted => {
            tracing::info!(tree.path = path, ?decision, "{name} {decision}");
        }
        // Nothing went wrong: an operator wants it, or what stands beside it takes it along.
        Decision::Planned { in_ms: 0 } if cause.is_empty() => {
            tracing::info!(tree.path = path, ?decision, "{name} {decision}");
        }
        Decision::Planned { .. } | Decision::CellPlanned { .. } | Decision::Killed => {
            tracing::warn!(tree.path = path, ?decision, cause, "{name} {decision}{because}");
        }
        Decision::Degraded { .. } | Decision::Failed | Decision::GaveUp => {
            tracing::error!(tree.path = path, ?decision, cause, "{name} {decision}{because}");
        }
    }
}
