//! A runtime with the smallest entity there can be, over memory or over SQLite.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use amazoff_persistence::{MemoryStore, SqliteStore};
use amazoff_supervisor::journal::{ShardTable, Shards};
use amazoff_supervisor::tree::{Backoff, ChildSpec, Intensity, SupervisorSpec, TreeHandle};
use amazoff_supervisor::{
    Assembly, CellLimits, Claim, Context, Decision, Directory, Entity, Envelope, Epoch, Fault, FaultKind,
    Ports, Runtime, ShardId, SystemClock,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A counter; `BESIDE` makes a second domain of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counter<const BESIDE: bool> {
    pub(crate) sum: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Command {
    /// Changes nothing.
    Look,
    Add(i64),
    Panic,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Added(i64);

#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
pub(crate) enum Never {}

impl Fault for Never {
    fn kind(&self) -> FaultKind {
        match *self {}
    }
    fn code(&self) -> &'static str {
        match *self {}
    }
}

impl<const BESIDE: bool> Entity for Counter<BESIDE> {
    const KIND: &'static str = if BESIDE { "beside" } else { "counter" };
    type Command = Command;
    type Event = Added;
    type Reply = i64;
    type Rejection = Never;
    type Effect = ();

    fn decide(&self, command: &Command, _context: &Context) -> Result<Decision<Self>, Never> {
        match command {
            Command::Look => Ok(Decision::reply(self.sum)),
            Command::Add(n) => Ok(Decision::event(Added(*n), self.sum + n)),
            Command::Panic => std::panic::resume_unwind(Box::new("asked to panic")),
        }
    }

    fn apply(&mut self, Added(n): &Added) {
        self.sum += n;
    }

    fn claim_taken(_claim: &Claim) -> Never {
        unreachable!("a counter claims nothing")
    }

    fn destination((): &()) -> String {
        String::new()
    }
}

/// What a node owns since it took every shard.
struct Owned(BTreeMap<ShardId, Epoch>);

impl Shards for Owned {
    fn epoch(&self, shard: ShardId) -> Option<Epoch> {
        self.0.get(&shard).copied()
    }
    fn node(&self) -> &str {
        "bench"
    }
}

pub(crate) async fn take_all(table: &dyn ShardTable) -> Arc<dyn Shards> {
    Arc::new(Owned(table.claim_all("bench", "").await.unwrap().into_iter().collect()))
}

pub(crate) async fn in_memory() -> Ports {
    let store = MemoryStore::new();
    Ports {
        journal: store.journal(),
        documents: store.documents(),
        clock: Arc::new(SystemClock),
        shards: store.take_all("bench"),
        keys: store.key_table(),
        audit: store.audit(),
    }
}

pub(crate) async fn on_disk(folder: &Path) -> Ports {
    let store = SqliteStore::open(folder).await.unwrap();
    Ports {
        journal: store.journal(),
        documents: store.documents(),
        clock: Arc::new(SystemClock),
        shards: take_all(&*store.shard_table()).await,
        keys: store.key_table(),
        audit: store.audit(),
    }
}

/// A folder on the disk that the build is on: a temporary folder may lie in memory.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub(crate) struct World {
    pub(crate) counters: Directory<Counter<false>>,
    pub(crate) beside: Directory<Counter<true>>,
    pub(crate) runtime: Runtime,
    pub(crate) tree: TreeHandle,
}

impl World {
    pub(crate) async fn start(ports: &Ports, limits: CellLimits) -> Self {
        Self::start_with(ports, limits, Backoff::default()).await
    }

    pub(crate) async fn start_with(ports: &Ports, limits: CellLimits, backoff: Backoff) -> Self {
        let mut assembly = Assembly::new(ports);
        let (counters, beside) = (assembly.directory(limits), assembly.directory(limits));
        assembly.register(&counters);
        assembly.register(&beside);
        let runtime = assembly.finish();
        let mut spec = SupervisorSpec::one_for_one("bench");
        for lane in runtime.lanes() {
            spec = spec.child(lane);
        }
        // Restarts are what is measured, so none is too many.
        let borne = Intensity::new(1_000_000, Duration::from_secs(10));
        spec = spec
            .child(runtime.outbox())
            .child(runtime.reminders())
            .child(runtime.housekeeping())
            .child(ChildSpec::domain(counters.host()).backoff(backoff).cells(borne, backoff))
            .child(ChildSpec::domain(beside.host()).cells(borne, backoff));
        let tree = TreeHandle::start(spec).await.unwrap();
        Self { counters, beside, runtime, tree }
    }

    pub(crate) async fn add(&self, id: Uuid) -> i64 {
        self.counters.execute(id, Command::Add(1), envelope()).await.unwrap().reply
    }

    pub(crate) async fn look(&self, id: Uuid) -> i64 {
        self.counters.execute(id, Command::Look, envelope()).await.unwrap().reply
    }

    pub(crate) async fn read(&self, id: Uuid) -> i64 {
        self.counters.read(id).await.unwrap().unwrap().state.sum
    }
}

/// Limits under which nothing is refused, given up or taken back while it is measured.
pub(crate) fn roomy() -> CellLimits {
    CellLimits {
        queue_depth_max: 1_000_000,
        in_flight_max: 10_000_000,
        active_max: 10_000_000,
        resident_max: 10_000_000,
        hibernate_after: Duration::from_hours(1),
        passivate_after: Duration::from_hours(2),
        ..CellLimits::default()
    }
}

pub(crate) fn envelope() -> Envelope {
    Envelope::system(Duration::from_secs(30))
}

/// The ids of so many entities, the same ones each time.
pub(crate) fn ids(count: usize) -> Arc<[Uuid]> {
    // Spread over shards and stripes as drawn ones are.
    (0..count as u128)
        .map(|n| Uuid::from_u128((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
        .collect()
}

/// Random places, quick and the same in each run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: usize) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ (seed as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}
