//! What operators see of a tree.

use serde::Serialize;
use serde_json::Value;

use crate::clock::Timestamp;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Has children that are declared.
    Supervisor,
    /// Runs one future.
    Task,
    /// Has cells that come and go.
    Domain,
}

/// How a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// On its way up.
    Starting,
    /// Up.
    Running,
    /// Failed; waiting for its restart.
    Backoff,
    /// Used up its restarts; waiting to be tried again.
    Degraded,
    /// Ended and not needed, or stopped with its supervisor.
    Stopped,
    /// Failed for good.
    Failed,
}

/// How much of what it may bear a supervisor or domain has borne.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Restarts that count now.
    pub spent: usize,
    /// Restarts that are still borne.
    pub restarts_max: u32,
    /// How long a restart counts.
    pub period_ms: u64,
}

/// A node and everything below it, at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TreeView {
    /// Unique among its siblings.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// How it is.
    pub status: Status,
    /// Whether an operator has halted it: it stays as it is until an operator restarts it.
    pub halted: bool,
    /// How often it was started again.
    pub restarts: u64,
    /// How many of these were within its supervisor's period.
    pub restarts_in_window: usize,
    /// How often cells of this domain were started again.
    pub cell_restarts: u64,
    /// What its children or cells have used up; absent for tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Why it, or one of its cells, failed last.
    pub last_error: Option<String>,
    /// When it was started again last.
    pub last_restart_at: Option<Timestamp>,
    /// When it will be started again, if it waits for that.
    pub next_restart_in_ms: Option<u64>,
    /// The child's own figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Value>,
    /// In start order.
    pub children: Vec<TreeView>,
}

impl TreeView {
    /// The node at a path of names below this one, joined by `/`; empty for this one.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('/')
            .filter(|name| !name.is_empty())
            .try_fold(self, |node, name| node.children.iter().find(|child| child.name == name))
    }
}
