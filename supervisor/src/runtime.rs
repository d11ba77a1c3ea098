//! Putting the runtime together: ports in, directories and supervised services out.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::clock::Clock;
use crate::directory::{CellLimits, Directory};
use crate::documents::{Documents, Generations};
use crate::entity::Entity;
use crate::journal::{Journal, JournalError, KeyTable, Shards};
use crate::lane::{LaneStats, Lanes};
use crate::member::{AnyMember, Member};
use crate::outbox::{Deliver, OutboxFeed};
use crate::projection::{Feeds, Projection, ProjectionStats, RebuildError};
use crate::tree::{ChildSpec, TaskContext, TaskError};
use crate::{housekeeping, outbox, projection, reminder};

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
    /// By stored names; everybody but the projections' runner goes through [`Generations`].
    pub(crate) documents: Arc<dyn Documents>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shards: Arc<dyn Shards>,
    pub(crate) lanes: Lanes,
    pub(crate) outbox: OutboxFeed,
    pub(crate) dirty: Arc<Feeds>,
}

/// The parts of a program before it runs.
pub struct Assembly {
    core: Arc<Core>,
    members: HashMap<&'static str, Arc<dyn AnyMember>>,
}

impl Assembly {
    /// Starts with the ports.
    pub fn new(ports: &Ports) -> Self {
        let core = Core {
            journal: Arc::clone(&ports.journal),
            documents: Arc::clone(&ports.documents),
            clock: Arc::clone(&ports.clock),
            shards: Arc::clone(&ports.shards),
            lanes: Lanes::new(&*ports.journal),
            outbox: OutboxFeed::default(),
            dirty: Arc::new(Feeds::new(Arc::clone(&ports.clock))),
        };
        Self { core: Arc::new(core), members: HashMap::new() }
    }

    /// The directory of a domain. Call it once per domain, then [`Self::register`] it.
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
        self.core.dirty.add(projection);
    }

    /// The documents, as [`Runtime::documents`].
    pub fn documents(&self) -> Arc<dyn Documents> {
        documents(&self.core)
    }

    /// Nothing more is added.
    pub fn finish(self) -> Runtime {
        Runtime { core: self.core, members: Arc::new(self.members) }
    }
}

/// The assembled runtime: gives the supervision tree its children and operators their view. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    core: Arc<Core>,
    members: Arc<HashMap<&'static str, Arc<dyn AnyMember>>>,
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
            async move { projection::run(&runtime.core, &context.cancel).await.map_err(TaskError::from) }
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

    /// The domain of a kind, for introspection.
    pub fn member(&self, kind: &str) -> Option<Arc<dyn AnyMember>> {
        self.members.get(kind).cloned()
    }

    /// What the journal's lanes have done.
    pub fn lane_stats(&self) -> LaneStats {
        self.core.lanes.stats()
    }

    /// The read models under their logical names: always of a complete generation, and within a
    /// [`consistency::scope`](crate::consistency::scope) not before what the scope has seen. Use this instead of the port.
    pub fn documents(&self) -> Arc<dyn Documents> {
        documents(&self.core)
    }

    /// Has a projection rebuilt from the journal, beside what serves until the rebuild has caught up. Returns the
    /// generation that is being built, once that is noted durably; [`Self::projection_stats`] tells how far it is.
    ///
    /// # Errors
    /// When there is no such projection, when it is being rebuilt already, or when the store is away.
    pub async fn rebuild(&self, projection: &str) -> Result<u64, RebuildError> {
        let feed = self.core.dirty.named(projection);
        let feed = feed.ok_or_else(|| RebuildError::Unknown(projection.to_owned()))?;
        feed.begin(&*self.core.documents).await
    }

    /// How far each projection is; those that have not started yet are left out.
    ///
    /// # Errors
    /// When the journal cannot say how far it is itself.
    pub async fn projection_stats(&self) -> Result<Vec<ProjectionStats>, JournalError> {
        let heads: BTreeMap<_, _> = self.core.journal.heads().await?.into_iter().collect();
        let now = self.core.clock.now();
        Ok(self.core.dirty.all().iter().filter_map(|feed| projection::stats_of(feed, &heads, now)).collect())
    }

    /// Waits until every projection has caught up with what is committed now.
    pub async fn projected(&self) {
        self.core.dirty.settled().await;
    }

    /// Waits until no effect waits for delivery (effects in a retry pause included).
    pub async fn delivered(&self) {
        self.core.outbox.settled().await;
    }
}

fn documents(core: &Core) -> Arc<dyn Documents> {
    Arc::new(Generations::new(Arc::clone(&core.documents), Arc::clone(&core.dirty)))
}
