//! Putting the runtime together: ports in, directories and supervised services out.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::directory::{Directory, DomainStats, InFlight};
use crate::documents::Documents;
use crate::entity::Entity;
use crate::journal::{Journal, KeyTable, Shards};
use crate::lane::{LaneStats, Lanes};
use crate::limits::{CellLimits, LimitError, RuntimeLimits};
use crate::member::{AnyMember, Kept, Member};
use crate::memory::Memory;
use crate::outbox::{Deliver, OutboxFeed};
use crate::projection::{DirtyShards, Projection};
use crate::tree::{ChildSpec, TaskContext, TaskError};
use crate::watchdog::OnFrozen;
use crate::{housekeeping, outbox, projection, reminder, watchdog};

/// The outside that the runtime needs.
#[derive(Clone)]
pub struct Ports {
    /// The transactional truth.
    pub journal: Arc<dyn Journal>,
    /// Read models.
    pub documents: Arc<dyn Documents>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What this node may write.
    pub shards: Arc<dyn Shards>,
    /// Wrapped personal keys.
    pub keys: Arc<dyn KeyTable>,
}

/// What all domains share.
pub(crate) struct Core {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) documents: Arc<dyn Documents>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shards: Arc<dyn Shards>,
    pub(crate) lanes: Lanes,
    pub(crate) outbox: OutboxFeed,
    pub(crate) dirty: DirtyShards,
    pub(crate) memory: Arc<Memory>,
    /// Commands of all domains.
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) limits: ArcSwap<RuntimeLimits>,
    loads: Semaphore,
    started: Instant,
}

impl Core {
    fn new(ports: &Ports) -> Self {
        let limits = RuntimeLimits::default();
        Self {
            journal: Arc::clone(&ports.journal),
            documents: Arc::clone(&ports.documents),
            clock: Arc::clone(&ports.clock),
            shards: Arc::clone(&ports.shards),
            lanes: Lanes::new(&*ports.journal),
            outbox: OutboxFeed::default(),
            dirty: DirtyShards::default(),
            memory: Arc::default(),
            in_flight: Arc::default(),
            loads: Semaphore::new(limits.loads_max),
            limits: ArcSwap::from_pointee(limits),
            started: Instant::now(),
        }
    }

    /// Milliseconds since the runtime was assembled.
    pub(crate) fn now_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Whether states and queued commands take more than their budget.
    pub(crate) fn memory_full(&self) -> bool {
        let full = self.memory.used() > self.limits.load().memory_bytes_max;
        if full {
            self.memory.full.notify_one();
        }
        full
    }

    /// The right to read one entity from the journal.
    pub(crate) async fn load_place(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.loads.acquire().await.ok()
    }

    fn set_limits(&self, limits: RuntimeLimits) {
        let before = self.limits.swap(Arc::new(limits)).loads_max;
        if limits.loads_max >= before {
            self.loads.add_permits(limits.loads_max - before);
        } else {
            self.loads.forget_permits(before - limits.loads_max);
        }
    }
}

/// The domains by kind, in the order of their names.
pub(crate) type Members = BTreeMap<&'static str, Arc<dyn Kept>>;

/// The bounds in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LimitsView {
    /// Those that all domains share.
    pub runtime: RuntimeLimits,
    /// Those of each domain.
    pub domains: BTreeMap<&'static str, CellLimits>,
}

/// The figures of the whole runtime.
#[derive(Clone, Debug, Serialize)]
pub struct RuntimeStats {
    /// Commands queued or running, of all domains.
    pub in_flight: usize,
    /// Estimated bytes of states and queued commands.
    pub memory_bytes: usize,
    /// What the journal's lanes have done.
    pub lanes: LaneStats,
    /// The domains.
    pub domains: BTreeMap<&'static str, DomainStats>,
}

/// The parts of a program before it runs.
pub struct Assembly {
    core: Arc<Core>,
    members: Members,
    projections: Vec<Arc<dyn Projection>>,
}

impl Assembly {
    /// Starts with the ports.
    pub fn new(ports: &Ports) -> Self {
        let core = Core::new(ports);
        Self { core: Arc::new(core), members: Members::new(), projections: Vec::new() }
    }

    /// The directory of a domain. Call it once per domain, then [`Self::register`] it: two directories of one kind would be
    /// two cells per entity, and a domain that is not registered gets no reminders, delivers no effects and keeps its cells in
    /// memory for ever.
    pub fn directory<E: Entity>(&self, limits: CellLimits) -> Directory<E> {
        Directory::new(Arc::clone(&self.core), limits)
    }

    /// Registers a domain that has no effects of its own to deliver.
    pub fn register<E: Entity>(&mut self, directory: &Directory<E>) {
        self.members.insert(E::KIND, Arc::new(Member::new(directory.clone(), None)));
    }

    /// Registers a domain and who delivers its effects.
    pub fn register_with<E: Entity>(&mut self, directory: &Directory<E>, deliver: Arc<dyn Deliver<E>>) {
        self.members.insert(E::KIND, Arc::new(Member::new(directory.clone(), Some(deliver))));
    }

    /// Adds a projection.
    pub fn project(&mut self, projection: Arc<dyn Projection>) {
        self.core.dirty.follow(projection.kinds());
        self.projections.push(projection);
    }

    /// Nothing more is added.
    pub fn finish(self) -> Runtime {
        Runtime { core: self.core, members: Arc::new(self.members), projections: self.projections.into() }
    }
}

/// The assembled runtime: gives the supervision tree its children and operators their view. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    core: Arc<Core>,
    members: Arc<Members>,
    projections: Arc<[Arc<dyn Projection>]>,
}

impl Runtime {
    /// The journal's lanes, one task each.
    pub fn lanes(&self) -> Vec<ChildSpec> {
        let lanes = u16::try_from(self.core.lanes.count()).unwrap_or(u16::MAX);
        (0..lanes)
            .map(|number| {
                let core = Arc::clone(&self.core);
                ChildSpec::task(format!("lane-{number}"), move |context: TaskContext| {
                    let core = Arc::clone(&core);
                    async move { Ok(core.lanes.run(number, &*core.journal, &context.cancel).await?) }
                })
            })
            .collect()
    }

    /// Delivers effects.
    pub fn outbox(&self) -> ChildSpec {
        let runtime = self.clone();
        ChildSpec::task("outbox", move |context: TaskContext| {
            let runtime = runtime.clone();
            async move {
                outbox::dispatch(&runtime.core, &runtime.members, &context.cancel)
                    .await
                    .map_err(TaskError::from)
            }
        })
    }

    /// Wakes entities whose reminders are due.
    pub fn reminders(&self) -> ChildSpec {
        let runtime = self.clone();
        ChildSpec::task("reminders", move |context: TaskContext| {
            let runtime = runtime.clone();
            async move {
                reminder::run(&runtime.core, &runtime.members, &context.cancel).await.map_err(TaskError::from)
            }
        })
    }

    /// Keeps documents up with the journal.
    pub fn projections(&self) -> ChildSpec {
        let runtime = self.clone();
        ChildSpec::task("projections", move |context: TaskContext| {
            let runtime = runtime.clone();
            async move {
                projection::run(&runtime.core, &runtime.projections, &context.cancel)
                    .await
                    .map_err(TaskError::from)
            }
        })
    }

    /// Hibernates and passivates cells, and forgets expired command records.
    pub fn housekeeping(&self) -> ChildSpec {
        let runtime = self.clone();
        ChildSpec::task("housekeeping", move |context: TaskContext| {
            let runtime = runtime.clone();
            async move {
                housekeeping::run(&runtime.core, &runtime.members, &context.cancel).await;
                Ok(())
            }
        })
    }

    /// Watches for decisions that never end; past [`RuntimeLimits::decide_end_after`] it ends the process.
    pub fn watchdog(&self) -> ChildSpec {
        self.watchdog_with(Arc::new(watchdog::end_process))
    }

    /// The same with another end than that of the process.
    pub fn watchdog_with(&self, on_frozen: OnFrozen) -> ChildSpec {
        let runtime = self.clone();
        ChildSpec::task("watchdog", move |context: TaskContext| {
            let (core, members) = (Arc::clone(&runtime.core), Arc::clone(&runtime.members));
            watchdog::run(core, members, Arc::clone(&on_frozen), context.cancel)
        })
    }

    /// The domain of a kind, for introspection.
    pub fn member(&self, kind: &str) -> Option<Arc<dyn AnyMember>> {
        let member = Arc::clone(self.members.get(kind)?);
        Some(member)
    }

    /// The kinds of all domains, in the order of their names.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.members.keys().copied().collect()
    }

    /// The figures of everything.
    pub fn stats(&self) -> RuntimeStats {
        RuntimeStats {
            in_flight: self.core.in_flight.count(),
            memory_bytes: self.core.memory.used(),
            lanes: self.core.lanes.stats(),
            domains: self.members.iter().map(|(kind, member)| (*kind, member.look())).collect(),
        }
    }

    /// The bounds in force.
    pub fn limits(&self) -> LimitsView {
        let domains = self.members.iter().map(|(kind, member)| (*kind, member.limits())).collect();
        LimitsView { runtime: **self.core.limits.load(), domains }
    }

    /// Changes the bounds that all domains share; `change` names the members to replace.
    ///
    /// # Errors
    /// When they make no sense; nothing has changed then.
    pub fn change_limits(&self, change: &Value) -> Result<RuntimeLimits, LimitError> {
        let limits = self.core.limits.load().changed(change)?;
        self.core.set_limits(limits);
        Ok(limits)
    }

    /// Changes the bounds of one domain; `change` names the members to replace.
    ///
    /// # Errors
    /// When there is no such domain, or they make no sense; nothing has changed then.
    pub fn change_domain_limits(&self, kind: &str, change: &Value) -> Result<CellLimits, LimitError> {
        let member = self.members.get(kind).ok_or_else(|| LimitError::UnknownDomain(kind.to_owned()))?;
        let limits = member.limits().changed(change)?;
        member.set_limits(limits);
        Ok(limits)
    }

    /// Waits until no command is queued or running in any domain.
    pub async fn drained(&self) {
        self.core.in_flight.drained().await;
    }

    /// What the journal's lanes have done.
    pub fn lane_stats(&self) -> LaneStats {
        self.core.lanes.stats()
    }

    /// Waits until every projection has caught up with what is committed now. Without [`projections`](Self::projections) in
    /// the tree, or while one keeps failing, that is never.
    pub async fn projected(&self) {
        self.core.dirty.settled().await;
    }

    /// Waits until no effect waits for delivery. One in a retry pause waits, and so does one that needs a person
    /// ([`Delivered::Dead`](crate::Delivered::Dead)): with such a one, and without [`outbox`](Self::outbox) in the tree, that is
    /// never.
    pub async fn delivered(&self) {
        self.core.outbox.settled().await;
    }
}
