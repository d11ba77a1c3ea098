//! A runtime with one domain, over a journal in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::journal::{Shards, Standing};
use amazoff_supervisor::tree::{ChildSpec, SupervisorSpec, TreeHandle};
use amazoff_supervisor::{
    Answer, AskError, Assembly, CellLimits, Clock, CommandId, Deliver, Delivered, Delivery, Directory,
    Envelope, Epoch, Ports, Principal, Runtime, ShardId,
};
use amazoff_testkit::faults::{FaultPlan, FaultyJournal};
use futures::future::BoxFuture;
use uuid::Uuid;

use crate::tally::{Command, Effect, Rejection, Tally, TokioClock};

/// What is wrong with deliveries to a tally.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Refuses,
    Panics,
    Hangs,
    /// Takes five seconds.
    Slow,
}

pub(crate) type Troubles = Arc<Mutex<HashMap<Uuid, Trouble>>>;

/// Adds to the other tally; fails the first `failures` times.
pub(crate) struct Forwarding {
    tallies: Directory<Tally>,
    troubles: Troubles,
    pub(crate) failures: Arc<AtomicU32>,
    pub(crate) deliveries: Arc<AtomicU32>,
}

impl Deliver<Tally> for Forwarding {
    fn deliver<'a>(&'a self, delivery: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        Box::pin(async move {
            self.deliveries.fetch_add(1, Ordering::SeqCst);
            let Effect::Add { to, amount } = delivery.effect;
            let trouble = self.troubles.lock().unwrap_or_else(PoisonError::into_inner).get(to).copied();
            match trouble {
                Some(Trouble::Refuses) => return Delivered::Dead { reason: "refused for ever".to_owned() },
                Some(Trouble::Panics) => panic!("a delivery that panics"),
                Some(Trouble::Hangs) => std::future::pending().await,
                Some(Trouble::Slow) => tokio::time::sleep(Duration::from_secs(5)).await,
                None => {}
            }
            let outcome = self.tallies.execute(*to, Command::Add(*amount), delivery.envelope()).await;
            let fails = |left: u32| left.checked_sub(1);
            if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, fails).is_ok() {
                return Delivered::Retry { reason: "the answer was lost".to_owned() };
            }
            match outcome {
                Ok(answer) => Delivered::Answer(Command::Note(format!("added, now {}", answer.reply))),
                Err(error) => Delivered::Retry { reason: error.to_string() },
            }
        })
    }
}

/// How sure a node is of its shards, as a test says.
#[derive(Default)]
pub(crate) struct Sureness {
    owned: OnceLock<Arc<dyn Shards>>,
    standing: Mutex<Standing>,
    pub(crate) refused: AtomicU32,
}

impl Sureness {
    pub(crate) fn set(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }
}

impl Shards for Sureness {
    fn epoch(&self, shard: ShardId) -> Option<Epoch> {
        self.owned.get()?.epoch(shard).filter(|_| self.standing() == Standing::Owner)
    }
    fn node(&self) -> &'static str {
        "test"
    }
    fn standing(&self) -> Standing {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn refused(&self, _shard: ShardId) {
        self.refused.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) struct World {
    pub(crate) store: MemoryStore,
    pub(crate) tallies: Directory<Tally>,
    pub(crate) runtime: Runtime,
    pub(crate) tree: TreeHandle,
    pub(crate) clock: TokioClock,
    pub(crate) failures: Arc<AtomicU32>,
    pub(crate) deliveries: Arc<AtomicU32>,
    troubles: Troubles,
}

impl World {
    /// Makes deliveries to a tally fail, or work again.
    pub(crate) fn trouble(&self, to: Uuid, trouble: Option<Trouble>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(trouble) => troubles.insert(to, trouble),
            None => troubles.remove(&to),
        };
    }

    pub(crate) async fn start() -> Self {
        Self::over(MemoryStore::new(), CellLimits::default()).await
    }

    /// Every service of a runtime that has nothing to serve.
    pub(crate) async fn bare() -> TreeHandle {
        let store = MemoryStore::new();
        let runtime = Assembly::new(&ports(&store, &TokioClock(tokio::time::Instant::now()))).finish();
        let services = [runtime.outbox(), runtime.reminders(), runtime.projections(), runtime.housekeeping()];
        let spec = services
            .into_iter()
            .chain(runtime.lanes())
            .fold(SupervisorSpec::one_for_one("test"), SupervisorSpec::child);
        TreeHandle::start(spec).await.expect("the tree starts")
    }

    /// A new process over what an earlier one left.
    pub(crate) async fn over(store: MemoryStore, limits: CellLimits) -> Self {
        let clock = TokioClock(tokio::time::Instant::now());
        let ports = ports(&store, &clock);
        Self::with(store, ports, limits).await
    }

    /// The same over ports that may fail.
    pub(crate) async fn failing(plan: &FaultPlan, limits: CellLimits) -> Self {
        let (store, clock) = (MemoryStore::new(), TokioClock(tokio::time::Instant::now()));
        let mut ports = ports(&store, &clock);
        ports.journal = Arc::new(FaultyJournal::new(ports.journal, plan.clone()));
        Self::with(store, ports, limits).await
    }

    /// The same where the test says how sure the node is of its shards.
    pub(crate) async fn unsure(sureness: &Arc<Sureness>) -> Self {
        let (store, clock) = (MemoryStore::new(), TokioClock(tokio::time::Instant::now()));
        let mut ports = ports(&store, &clock);
        sureness.owned.set(ports.shards).ok();
        ports.shards = Arc::<Sureness>::clone(sureness);
        Self::with(store, ports, CellLimits::default()).await
    }

    async fn with(store: MemoryStore, ports: Ports, limits: CellLimits) -> Self {
        let clock = TokioClock(tokio::time::Instant::now());
        let mut assembly = Assembly::new(&ports);
        let tallies = assembly.directory::<Tally>(limits);
        let (failures, deliveries, troubles) = (Arc::default(), Arc::default(), Troubles::default());
        let forwarding = Forwarding {
            tallies: tallies.clone(),
            troubles: Arc::clone(&troubles),
            failures: Arc::clone(&failures),
            deliveries: Arc::clone(&deliveries),
        };
        assembly.register_with(&tallies, Arc::new(forwarding));
        let runtime = assembly.finish();
        let mut spec = SupervisorSpec::one_for_one("test");
        for lane in runtime.lanes() {
            spec = spec.child(lane);
        }
        spec = spec
            .child(runtime.outbox())
            .child(runtime.reminders())
            .child(runtime.housekeeping())
            .child(ChildSpec::domain(tallies.host()));
        let tree = TreeHandle::start(spec).await.expect("the tree starts");
        Self { store, tallies, runtime, tree, clock, failures, deliveries, troubles }
    }

    pub(crate) async fn ask(&self, id: Uuid, command: Command) -> Result<Answer<i64>, AskError<Rejection>> {
        self.tallies.execute(id, command, envelope()).await
    }

    pub(crate) async fn sum(&self, id: Uuid) -> i64 {
        self.tallies.read(id).await.expect("readable").map_or(0, |committed| committed.state.sum)
    }

    pub(crate) async fn notes(&self, id: Uuid) -> Vec<String> {
        self.tallies
            .read(id)
            .await
            .expect("readable")
            .map_or_else(Vec::new, |committed| committed.state.notes.clone())
    }

    pub(crate) fn now(&self) -> amazoff_supervisor::Timestamp {
        self.clock.now()
    }
}

pub(crate) fn envelope() -> Envelope {
    Envelope::system(Duration::from_secs(5))
}

pub(crate) fn repeatable(key: &str) -> Envelope {
    Envelope::new(CommandId::derived(&[key.as_bytes()]), Principal::Guest, Duration::from_secs(5))
}

/// Waits (paused time runs on by itself) until a condition holds; fails after a minute.
pub(crate) async fn until<F: AsyncFn() -> bool>(condition: F) {
    let limit = tokio::time::Instant::now() + Duration::from_mins(1);
    while !condition().await {
        assert!(tokio::time::Instant::now() < limit, "the condition never held");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn ports(store: &MemoryStore, clock: &TokioClock) -> Ports {
    Ports {
        journal: store.journal(),
        documents: store.documents(),
        clock: Arc::new(clock.clone()),
        shards: store.take_all("test"),
        keys: store.key_table(),
        audit: store.audit(),
    }
}
