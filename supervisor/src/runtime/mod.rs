//! Putting the runtime together: ports in, directories and supervised services out.

mod core;
mod look;
mod places;

use std::sync::Arc;

use crate::directory::Directory;
use crate::documents::{Collections, Documents};
use crate::entity::Entity;
use crate::limits::CellLimits;
use crate::member::Member;
use crate::outbox::Deliver;
use crate::projection::Projection;
use crate::tree::{ChildSpec, TaskContext, TaskError};
use crate::watchdog::OnFrozen;
use crate::{housekeeping, outbox, projection, reminder, watchdog};

pub use self::core::Ports;
pub(crate) use self::core::{Core, Members};
pub use self::look::RuntimeStats;

/// The parts of a program before it runs.
pub struct Assembly {
    core: Arc<Core>,
    members: Members,
}

impl Assembly {
    /// Starts with the ports.
    pub fn new(ports: &Ports) -> Self {
        let core = Core::new(ports);
        Self { core: Arc::new(core), members: Members::new() }
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
        self.core.dirty.add(projection);
    }

    /// The documents, as [`Runtime::documents`].
    pub fn documents(&self) -> Arc<dyn Documents> {
        self.core.read_models()
    }

    /// The stored names of collections, for whoever reads what a projection wrote by another port.
    pub fn collections(&self) -> Collections {
        Collections::new(Arc::clone(&self.core.documents), Arc::clone(&self.core.dirty))
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
    members: Arc<Members>,
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

    /// Watches for decisions that never end; past [`decide_end_after`](crate::RuntimeLimits::decide_end_after) it ends the
    /// process.
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
}
