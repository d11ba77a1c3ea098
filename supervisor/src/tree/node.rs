//! The shared board: one node for each line of the tree, written by supervisors and readable without asking any.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ractor::{ActorCell, ActorStatus};
use tokio::time::Instant;

use super::host::{CellHost, promptly};
use super::log::{Decision, Log, millis};
use super::policy::{Exit, Intensity, Verdict, Window};
use super::spec::{ChildSpec, Start, StatsFn, SupervisorSpec};
use super::validate::join;
use super::view::{Budget, Kind, Status, TreeView};
use crate::clock::Timestamp;

/// Restarts of one node that are remembered with their instant.
const RESTARTS_KEPT: usize = 64;

/// Why something happens that no failure has called for.
const OPERATOR: &str = "asked by an operator";

/// A line of the tree, across all its incarnations.
pub(super) struct Node {
    pub(super) path: String,
    pub(super) children: Vec<Arc<Node>>,
    name: String,
    kind: Kind,
    host: Option<Arc<dyn CellHost>>,
    stats: Option<StatsFn>,
    /// How long a restart of this node counts.
    period: Duration,
    log: Arc<Log>,
    facts: Mutex<Facts>,
}

struct Facts {
    status: Status,
    cell: Option<ActorCell>,
    budget: Option<(Intensity, Window)>,
    starts: u64,
    restarted: VecDeque<Instant>,
    cell_restarts: u64,
    last_error: Option<String>,
    /// Why it does not run now, if that is a failure.
    fallen: Option<String>,
    last_restart_at: Option<Timestamp>,
    next_restart: Option<Instant>,
    /// Outlives the supervisor above: an operator's word stands until an operator takes it back.
    halted: bool,
}

impl Node {
    /// The board of a whole tree, nothing of it running yet.
    pub(super) fn root(spec: &SupervisorSpec, log: &Arc<Log>) -> Arc<Self> {
        Self::supervisor(spec, String::new(), spec.intensity.period, log)
    }

    fn supervisor(spec: &SupervisorSpec, path: String, period: Duration, log: &Arc<Log>) -> Arc<Self> {
        let below = spec.intensity.period;
        let children = spec.children.iter().map(|child| Self::child(child, &path, below, log)).collect();
        Arc::new(Self { children, ..Self::new(&spec.name, path, Kind::Supervisor, period, log) })
    }

    fn child(spec: &ChildSpec, above: &str, period: Duration, log: &Arc<Log>) -> Arc<Self> {
        let path = join(above, &spec.name);
        let (kind, host) = match &spec.start {
            Start::Supervisor(spec) => return Self::supervisor(spec, path, period, log),
            Start::Task(_) => (Kind::Task, None),
            Start::Cells(cells) => (Kind::Domain, Some(Arc::clone(&cells.host))),
        };
        let node = Self::new(&spec.name, path, kind, period, log);
        Arc::new(Self { host, stats: spec.stats.clone(), ..node })
    }

    fn new(name: &str, path: String, kind: Kind, period: Duration, log: &Arc<Log>) -> Self {
        let facts = Facts {
            status: Status::Starting,
            cell: None,
            budget: None,
            starts: 0,
            restarted: VecDeque::new(),
            cell_restarts: 0,
            last_error: None,
            fallen: None,
            last_restart_at: None,
            next_restart: None,
            halted: false,
        };
        Self {
            path,
            children: Vec::new(),
            name: name.to_owned(),
            kind,
            host: None,
            stats: None,
            period,
            log: Arc::clone(log),
            facts: Mutex::new(facts),
        }
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(self: &Arc<Self>, path: &str) -> Option<Arc<Self>> {
        let mut node = Arc::clone(self);
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let next = node.children.iter().find(|child| child.name == name).map(Arc::clone)?;
            node = next;
        }
        Some(node)
    }

    /// The actor of the newest incarnation, unless it is on its way out.
    pub(super) fn live_cell(&self) -> Option<ActorCell> {
        self.facts().cell.clone().filter(|cell| cell.get_status() < ActorStatus::Stopping)
    }

    /// Whether nothing of this node or below it runs any more.
    pub(super) fn quiescent(&self) -> bool {
        let gone = self.facts().cell.as_ref().is_none_or(|cell| cell.get_status() == ActorStatus::Stopped);
        gone && self.children.iter().all(|child| child.quiescent())
    }

    pub(super) fn last_error(&self) -> Option<String> {
        self.facts().last_error.clone()
    }

    /// A new incarnation begins to start.
    pub(super) fn starting(&self) {
        let mut facts = self.facts();
        facts.status = Status::Starting;
        facts.next_restart = None;
    }

    /// Opens a fresh window for what this supervisor or domain has to bear.
    pub(super) fn open_budget(&self, intensity: Intensity) {
        self.facts().budget = Some((intensity, Window::new(intensity)));
    }

    /// Counts a restart against this supervisor's or domain's window.
    pub(super) fn spend(&self, now: Instant) -> Verdict {
        self.facts().budget.as_mut().map_or(Verdict::Exceeded, |(_, window)| window.record(now))
    }

    /// How many restarts count in its window.
    pub(super) fn spent(&self, now: Instant) -> usize {
        self.facts().budget.as_mut().map_or(0, |(_, window)| window.count(now))
    }

    pub(super) fn running(&self, cell: ActorCell) {
        let again = {
            let mut facts = self.facts();
            facts.status = Status::Running;
            facts.cell = Some(cell);
            facts.next_restart = None;
            facts.fallen = None;
            facts.starts += 1;
            if facts.starts > 1 {
                facts.last_restart_at = Some(self.log.now());
                if facts.restarted.len() == RESTARTS_KEPT {
                    facts.restarted.pop_front();
                }
                facts.restarted.push_back(Instant::now());
            }
            facts.starts > 1
        };
        self.log.record(&self.path, if again { Decision::Restarted } else { Decision::Started }, None);
    }

    /// It will be started again at `due`.
    pub(super) fn planned(&self, due: Instant, degraded: bool) {
        let in_ms = millis(due.saturating_duration_since(Instant::now()));
        let error = {
            let mut facts = self.facts();
            facts.status = if degraded { Status::Degraded } else { Status::Backoff };
            facts.next_restart = Some(due);
            facts.fallen.clone()
        };
        let decision = if degraded { Decision::Degraded { in_ms } } else { Decision::Planned { in_ms } };
        self.log.record(&self.path, decision, error.as_deref());
    }

    /// It ended and stays away.
    pub(super) fn settled(&self, exit: &Exit) {
        let (status, decision) = match exit {
            Exit::Normal => (Status::Stopped, Decision::Finished),
            Exit::Shutdown => (Status::Stopped, Decision::Stopped),
            Exit::Abnormal(_) | Exit::GaveUp(_) => (Status::Failed, Decision::Failed),
        };
        self.facts().status = status;
        self.log.record(&self.path, decision, exit.cause());
    }

    /// It was stopped on request; `killed` when it did not heed that in time.
    pub(super) fn stopped(&self, killed: bool) {
        {
            let mut facts = self.facts();
            facts.status = Status::Stopped;
            facts.next_restart = None;
        }
        let cause = killed.then_some("did not end in its shutdown time");
        self.log.record(&self.path, if killed { Decision::Killed } else { Decision::Stopped }, cause);
    }

    /// It used up its restarts.
    pub(super) fn gave_up(&self, cause: &str) {
        {
            let mut facts = self.facts();
            facts.status = Status::Failed;
            facts.last_error = Some(cause.to_owned());
        }
        self.log.record(&self.path, Decision::GaveUp, Some(cause));
    }

    /// Kills it on an operator's word; false when nothing runs.
    pub(super) fn kill(&self) -> bool {
        let Some(cell) = self.live_cell() else { return false };
        self.log.record(&self.path, Decision::Killed, Some(OPERATOR));
        cell.kill();
        self.kill_below();
        true
    }

    /// ractor takes along what is below, but in the order of a hash map, which a simulation could not repeat.
    pub(super) fn kill_below(&self) {
        self.host.iter().flat_map(|host| host.cells()).for_each(|cell| cell.kill());
        for child in &self.children {
            if let Some(cell) = child.live_cell() {
                cell.kill();
            }
            child.kill_below();
        }
    }

    pub(super) fn is_halted(&self) -> bool {
        self.facts().halted
    }

    /// An operator wants it to be stopped until further notice; what still runs of it is being stopped.
    pub(super) fn halted(&self) {
        {
            let mut facts = self.facts();
            facts.halted = true;
            facts.next_restart = None;
            if facts.status != Status::Running {
                facts.status = Status::Stopped;
            }
        }
        self.log.record(&self.path, Decision::Halted, Some(OPERATOR));
    }

    /// An operator wants it back.
    pub(super) fn release(&self) {
        self.facts().halted = false;
    }

    pub(super) fn cell_planned(&self, after: Duration, cause: &str) {
        {
            let mut facts = self.facts();
            facts.cell_restarts += 1;
            facts.last_error = Some(cause.to_owned());
        }
        self.log.record(&self.path, Decision::CellPlanned { in_ms: millis(after) }, Some(cause));
    }

    /// Its actor is gone, and with it everything below: remembers why and has the domains refuse.
    pub(super) fn fell(&self, exit: &Exit, retry_after: Duration) {
        {
            let mut facts = self.facts();
            facts.status = Status::Stopped;
            let cause = exit.cause().map(ToOwned::to_owned);
            facts.fallen.clone_from(&cause);
            facts.last_error = cause.or_else(|| facts.last_error.take());
        }
        self.silence(retry_after);
    }

    fn silence(&self, retry_after: Duration) {
        if let Some(host) = &self.host
            && catch_unwind(AssertUnwindSafe(|| promptly(&self.path, || host.closed(retry_after)))).is_err()
        {
            tracing::error!(tree.path = %self.path, "domain \"{}\" panicked while it was closed", self.path);
        }
        for child in &self.children {
            let mut facts = child.facts();
            if facts.status != Status::Failed {
                facts.status = Status::Stopped;
            }
            facts.next_restart = None;
            drop(facts);
            child.silence(retry_after);
        }
    }

    pub(super) fn view(&self) -> TreeView {
        let now = Instant::now();
        let stats = self.stats.as_ref().map(|stats| stats());
        let children = self.children.iter().map(|child| child.view()).collect();
        let mut facts = self.facts();
        let recent = facts.restarted.iter().filter(|at| now.duration_since(**at) <= self.period).count();
        TreeView {
            name: self.name.clone(),
            kind: self.kind,
            status: facts.status,
            halted: facts.halted,
            restarts: facts.starts.saturating_sub(1),
            restarts_in_window: recent,
            cell_restarts: facts.cell_restarts,
            budget: facts.budget.as_mut().map(|(intensity, window)| Budget {
                spent: window.count(now),
                restarts_max: intensity.restarts_max,
                period_ms: millis(intensity.period),
            }),
            last_error: facts.last_error.clone(),
            last_restart_at: facts.last_restart_at,
            next_restart_in_ms: facts.next_restart.map(|due| millis(due.saturating_duration_since(now))),
            stats,
            children,
        }
    }
}
