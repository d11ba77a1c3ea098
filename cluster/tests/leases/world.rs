//! Processes over one database, each with a data folder and a line.

use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use amazoff_cluster::{DataFolder, LeaseEnd, LeasedNode};
use amazoff_persistence::MemoryStore;
use amazoff_supervisor::journal::{Shards, Standing};
use amazoff_supervisor::{Epoch, ShardId, spawn_guarded};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::line::{Line, Weather};

pub(crate) const TTL: Duration = Duration::from_secs(8);

/// What a process shows from outside.
#[derive(Default)]
struct Shown {
    node: Option<Arc<LeasedNode>>,
    /// Whom it waits for.
    waits_for: Option<String>,
    end: Option<LeaseEnd>,
    frozen: bool,
    waker: Option<Waker>,
}

/// A data folder on a machine of its own, and the process on it, if one runs.
pub(crate) struct Machine {
    pub(crate) folder: TempDir,
    pub(crate) line: Arc<Line>,
    shown: Arc<Mutex<Shown>>,
    process: Option<JoinHandle<()>>,
}

impl Machine {
    pub(crate) fn on(store: &MemoryStore) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            line: Line::to(store.shard_table()),
            shown: Arc::default(),
            process: None,
        }
    }

    /// A machine with a copy of another's folder.
    pub(crate) fn copied(&self, store: &MemoryStore) -> Self {
        let copy = Self::on(store);
        for file in std::fs::read_dir(self.folder.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.folder.path().join(file.file_name())).unwrap();
        }
        copy
    }

    /// Starts a process that serves once and ends with its lease.
    pub(crate) fn start(&mut self) {
        assert!(self.process.is_none());
        *self.shown.lock().unwrap() = Shown::default();
        let (shown, line) = (Arc::clone(&self.shown), Arc::clone(&self.line));
        let folder = self.folder.path().to_owned();
        let run = {
            let shown = Arc::clone(&shown);
            async move { run(&folder, line, &shown).await }
        };
        let freezing = async move {
            let mut run = pin!(run);
            std::future::poll_fn(|context| {
                {
                    let mut shown = shown.lock().unwrap();
                    if shown.frozen {
                        shown.waker = Some(context.waker().clone());
                        return Poll::Pending;
                    }
                }
                run.as_mut().poll(context)
            })
            .await;
        };
        self.process = Some(spawn_guarded("process", freezing));
    }

    /// Ends the process as `kill -9` does.
    pub(crate) async fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.abort();
            let _ = process.await;
        }
        *self.shown.lock().unwrap() = Shown::default();
    }

    pub(crate) fn runs(&self) -> bool {
        self.process.is_some()
    }

    pub(crate) fn freeze(&self) {
        self.shown.lock().unwrap().frozen = true;
    }

    pub(crate) fn thaw(&self) {
        let mut shown = self.shown.lock().unwrap();
        shown.frozen = false;
        if let Some(waker) = shown.waker.take() {
            waker.wake();
        }
    }

    pub(crate) fn weather(&self, weather: Weather) {
        self.line.set(weather);
    }

    /// The node, from when it owned for the first time.
    pub(crate) fn node(&self) -> Option<Arc<LeasedNode>> {
        self.shown.lock().unwrap().node.clone()
    }

    pub(crate) fn standing(&self) -> Option<Standing> {
        self.node().map(|node| node.standing())
    }

    pub(crate) fn owns(&self) -> bool {
        self.standing() == Some(Standing::Owner)
    }

    pub(crate) fn epoch(&self) -> Option<Epoch> {
        self.node().and_then(|node| node.epoch(ShardId::all().next().unwrap()))
    }

    pub(crate) fn waits_for(&self) -> Option<String> {
        self.shown.lock().unwrap().waits_for.clone()
    }

    pub(crate) fn end(&self) -> Option<LeaseEnd> {
        self.shown.lock().unwrap().end
    }
}

async fn run(folder: &Path, line: Arc<Line>, shown: &Mutex<Shown>) {
    let folder = DataFolder::lock(folder).unwrap();
    let waiting = |waiting: amazoff_cluster::Waiting<'_>| {
        if let amazoff_cluster::Waiting::Owner(owner) = waiting {
            shown.lock().unwrap().waits_for = Some(owner.to_owned());
        }
    };
    let node = LeasedNode::take(folder, line, "127.0.0.1:1", TTL, waiting).await.unwrap();
    let node = Arc::new(node);
    shown.lock().unwrap().node = Some(Arc::clone(&node));
    let end = node.keep().await;
    shown.lock().unwrap().end = Some(end);
}

/// Lets time pass until something holds, which takes less than `limit`; how long it took.
pub(crate) async fn within(limit: Duration, holds: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < limit, "not within {limit:?}");
        sleep(Duration::from_millis(10)).await;
    }
    began.elapsed()
}

/// An owner that has renewed its lease at least once.
pub(crate) async fn owner(store: &MemoryStore) -> Machine {
    let mut machine = Machine::on(store);
    machine.start();
    within(Duration::from_secs(1), || machine.owns()).await;
    sleep(TTL).await;
    assert!(machine.owns());
    machine
}

/// A node that waits for the owner.
pub(crate) async fn standby(store: &MemoryStore) -> Machine {
    let mut machine = Machine::on(store);
    machine.start();
    within(Duration::from_secs(1), || machine.waits_for().is_some()).await;
    machine
}
