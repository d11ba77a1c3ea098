//! The directory of one domain: finds, wakes, hibernates and passivates its cells.

mod absent;
mod host;
mod look;
mod meter;
mod slots;
mod sweep;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use dashmap::DashMap;
use ractor::{Actor, ActorCell, ActorId, ActorRef};
use sha2::{Digest, Sha256};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout_at;
use uuid::Uuid;

use crate::ask::{AskError, Envelope, ReadError};
use crate::call;
use crate::cell::{AskResult, Cell, CellActor, Committed, Offer, Phase, Queued, Wake};
use crate::consistency;
use crate::entity::Entity;
use crate::ids::{EntityId, ShardId, Version};
use crate::inspect::read_error;
use crate::journal::JournalError;
use crate::json::from_value;
use crate::limits::CellLimits;
use crate::memory::Memory;
use crate::runtime::Core;
use crate::task::spawn_guarded;
use absent::Absent;
pub use look::DomainStats;
pub(crate) use look::Stuck;
use meter::Meter;
pub(crate) use meter::{Admitted, InFlight};
pub use meter::{CommandStats, Quantiles};
use slots::Slots;
pub(crate) use sweep::Unused;
use sweep::Watchers;

/// How much longer than the deadline an asker waits for a command that is already running.
const GRACE: Duration = Duration::from_millis(500);
/// How long a cell waits for a supervisor that is just going away to be replaced.
const START_AGAIN_AFTER: Duration = Duration::from_millis(10);
/// What a caller is told to wait when its domain or the node has too much to do.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Whether a domain takes commands.
enum Gate {
    /// Yes; cells are spawned linked to this supervisor, the domain's n-th.
    Open { supervisor: ActorCell, generation: u64 },
    /// Not now.
    Closed { retry_after: Duration },
}

/// Everything about one domain that its cells share.
pub(crate) struct Domain<E: Entity> {
    pub(crate) core: Arc<Core>,
    cells: DashMap<Uuid, Arc<Cell<E>>>,
    /// The actors that live, and those that crashed and wait for their restart.
    live: DashMap<ActorId, Arc<Cell<E>>>,
    absent: Absent,
    slots: Slots<E>,
    watchers: Watchers,
    /// Its account of the node's memory.
    pub(crate) memory: Arc<Memory>,
    gate: RwLock<Gate>,
    generation: AtomicU64,
    pub(crate) limits: ArcSwap<CellLimits>,
    /// Itself, for callbacks that must hand out a strong reference.
    me: Weak<Self>,
    pub(crate) meter: Meter,
}

/// The way to a domain's entities. Cheap to clone; a restart behind it is invisible.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use std::time::Duration;
///
/// use amazoff_supervisor::{Directory, Envelope, Version};
/// use uuid::Uuid;
///
/// # let bank = Bank::open().await;
/// let accounts: Directory<Account> = bank.accounts.clone();
/// let id = Uuid::now_v7();
/// assert!(accounts.read(id).await.unwrap().is_none()); // it exists from its first event on
///
/// let mut commits = accounts.watch(id);
/// let envelope = Envelope::system(Duration::from_secs(5));
/// let answer = accounts.execute(id, Command::Deposit { cents: 500 }, envelope).await.unwrap();
/// assert_eq!((answer.reply, answer.version), (500, Version(1)));
///
/// commits.changed().await.unwrap();
/// assert_eq!(*commits.borrow(), Version(1));
/// let account = accounts.read(id).await.unwrap().unwrap();
/// assert_eq!((account.state.cents, account.version), (500, Version(1)));
/// # });
/// ```
pub struct Directory<E: Entity> {
    domain: Arc<Domain<E>>,
}

impl<E: Entity> Clone for Directory<E> {
    fn clone(&self) -> Self {
        Self { domain: Arc::clone(&self.domain) }
    }
}

impl<E: Entity> Directory<E> {
    pub(crate) fn new(core: Arc<Core>, limits: CellLimits) -> Self {
        core.domains.fetch_add(1, Ordering::Relaxed);
        let memory = Memory::of_domain(&core.memory);
        let domain = Arc::new_cyclic(|me| Domain {
            core,
            memory,
            cells: DashMap::new(),
            absent: Absent::default(),
            live: DashMap::new(),
            slots: Slots::default(),
            watchers: Watchers::default(),
            gate: RwLock::new(Gate::Closed { retry_after: RETRY_AFTER }),
            generation: AtomicU64::new(0),
            limits: ArcSwap::from_pointee(limits),
            me: Weak::clone(me),
            meter: Meter::default(),
        });
        Self { domain }
    }

    /// Has an entity execute a command. An answer leaves only after its commit.
    ///
    /// The time that is left of the call that is being served (see [`call`]) bounds the envelope's deadline.
    ///
    /// # Errors
    /// The entity's typed refusal, or why the command was not run; see [`AskError`] for what each means for a repeat.
    pub async fn execute(&self, id: Uuid, command: E::Command, mut envelope: Envelope) -> AskResult<E> {
        let domain = &self.domain;
        if let Some(path) = call::cycle_to(&domain.entity(id)) {
            return Err(AskError::Cycle { path });
        }
        envelope.deadline = call::sooner(envelope.deadline);
        let command_json = serde_json::to_string(&command).map_err(|error| AskError::NotCommitted {
            cause: format!("command cannot be stored: {error}"),
        })?;
        let admitted = domain.admit(id, command_json.len())?;
        let fingerprint = match envelope.fingerprint {
            0 => fingerprint(command_json.as_bytes()),
            given => given,
        };
        let (command_id, deadline) = (envelope.command_id, envelope.deadline);
        let (reply, answer) = oneshot::channel();
        let cell = domain.cell(id);
        let queued = Queued { command, command_json, fingerprint, envelope, reply, admitted };
        domain.offer(&cell, queued)?;
        match timeout_at(deadline + GRACE, answer).await {
            Ok(Ok(answer)) => {
                if let Ok(accepted) = &answer {
                    consistency::note_of(E::KIND, ShardId::of(id), accepted.position);
                }
                answer
            }
            Ok(Err(_dropped)) => Err(AskError::NoAnswer),
            // What was not reached yet is taken back, and certainly did not happen.
            Err(_late) => match cell.inbox().withdraw(command_id) {
                Some(_) => Err(AskError::Expired),
                None => Err(AskError::NoAnswer),
            },
        }
    }

    /// The newest committed state; `None` when there is no such entity. Never waits behind writes.
    ///
    /// # Errors
    /// When the state is not in memory and the journal is away or corrupt, or when another node may own the entity.
    pub async fn read(&self, id: Uuid) -> Result<Option<Arc<Committed<E>>>, ReadError> {
        let failed = |error: JournalError| read_error(id, &error);
        self.domain.core.may_read().map_err(failed)?;
        let committed = self.read_here(id).await;
        self.domain.core.may_read().map_err(failed)?;
        committed
    }

    async fn read_here(&self, id: Uuid) -> Result<Option<Arc<Committed<E>>>, ReadError> {
        let domain = &self.domain;
        let failed = |error: JournalError| read_error(id, &error);
        if domain.core.memory_full(&domain.memory) && !domain.cells.contains_key(&id) {
            // Read, but not kept: readers never push out what writers need.
            let (committed, ..) = domain.load_unshared(id).await.map_err(failed)?;
            consistency::note_read(ShardId::of(id), committed.position);
            return Ok((committed.version > Version(0)).then(|| Arc::new(committed)));
        }
        let Some(cell) = domain.cell_unless_absent(id) else { return Ok(None) };
        let committed = domain.load(&cell).await.map_err(failed)?;
        if committed.version == Version(0) {
            drop(cell);
            domain.passivate(id);
            return Ok(None);
        }
        consistency::note_read(ShardId::of(id), committed.position);
        Ok(Some(committed))
    }

    /// Tells of each commit of an entity from now on.
    ///
    /// The receiver starts at version 0, whatever the entity's version is: subscribe first, then [`read`](Self::read), then
    /// wait for changes. Versions in between may be skipped, the newest never is.
    pub fn watch(&self, id: Uuid) -> watch::Receiver<Version> {
        self.domain.watchers.watch(id)
    }

    /// The full name of an entity of this domain.
    pub fn entity(&self, id: Uuid) -> EntityId {
        self.domain.entity(id)
    }

    /// This domain as a child of the supervision tree.
    pub fn host(&self) -> Arc<dyn crate::tree::CellHost> {
        self.domain.clone()
    }

    pub(crate) fn domain(&self) -> &Arc<Domain<E>> {
        &self.domain
    }
}

impl<E: Entity> Domain<E> {
    pub(crate) fn entity(&self, id: Uuid) -> EntityId {
        EntityId::new(E::KIND, id)
    }

    fn cell(&self, id: Uuid) -> Arc<Cell<E>> {
        self.resident(id).unwrap_or_else(|| self.make_resident(id))
    }

    /// For readers: nothing when there is nothing to read.
    fn cell_unless_absent(&self, id: Uuid) -> Option<Arc<Cell<E>>> {
        self.resident(id).or_else(|| (!self.absent.has(id)).then(|| self.make_resident(id)))
    }

    fn resident(&self, id: Uuid) -> Option<Arc<Cell<E>>> {
        let cell = Arc::clone(&*self.cells.get(&id)?);
        cell.touch(self.core.now_ms());
        Some(cell)
    }

    fn make_resident(&self, id: Uuid) -> Arc<Cell<E>> {
        let new = || {
            self.absent.forget(id); // before anybody can make it
            Arc::new(Cell::new(id, Arc::clone(&self.memory)))
        };
        let cell = Arc::clone(&self.cells.entry(id).or_insert_with(new));
        cell.touch(self.core.now_ms());
        cell
    }

    /// A place for one more command, unless too much waits already.
    fn admit(&self, id: Uuid, bytes: usize) -> Result<Admitted, AskError<E::Rejection>> {
        // Cells in memory go on when it is full: they give more room back than they take.
        let full = self.core.memory_full(&self.memory) && !self.cells.contains_key(&id);
        let core = &self.core;
        let node = (&core.in_flight, core.limits.load().in_flight_max);
        let max = self.limits.load().in_flight_max;
        let admitted = if full { None } else { self.meter.admit(max, node, (&self.memory, bytes)) };
        admitted.ok_or_else(|| {
            self.meter.shed();
            AskError::Overloaded { retry_after: RETRY_AFTER }
        })
    }

    fn supervisor(&self) -> Result<(ActorCell, u64), Duration> {
        match &*self.gate.read().unwrap_or_else(PoisonError::into_inner) {
            Gate::Open { supervisor, generation } => Ok((supervisor.clone(), *generation)),
            Gate::Closed { retry_after } => Err(*retry_after),
        }
    }

    fn offer(self: &Arc<Self>, cell: &Arc<Cell<E>>, queued: Queued<E>) -> Result<(), AskError<E::Rejection>> {
        let supervisor = self.supervisor().map_err(|retry_after| AskError::Degraded { retry_after })?;
        let offered = cell.inbox().offer(queued, self.limits.load().queue_depth_max);
        match offered {
            Offer::Queued => Ok(()),
            Offer::Activate => {
                self.activate(cell, supervisor);
                Ok(())
            }
            Offer::Full(retry_after) => {
                self.meter.shed();
                Err(AskError::Overloaded { retry_after })
            }
            Offer::InFlight => Err(AskError::InFlight),
        }
    }

    /// Gives the cell an actor, or a place in the line for one.
    fn activate(self: &Arc<Self>, cell: &Arc<Cell<E>>, (supervisor, generation): (ActorCell, u64)) {
        {
            let mut inbox = cell.inbox();
            if inbox.generation > generation {
                // A newer supervisor has found the cell meanwhile.
                return;
            }
            inbox.generation = generation;
        }
        if self.slots.enter(generation, cell, self.limits.load().active_max) {
            self.start(cell, supervisor, generation);
        }
    }

    /// Spawns the cell's actor. It is linked to the domain's supervisor before it takes its first command.
    fn start(self: &Arc<Self>, cell: &Arc<Cell<E>>, supervisor: ActorCell, generation: u64) {
        let (domain, cell) = (Arc::clone(self), Arc::clone(cell));
        spawn_guarded("cell start", async move {
            let actor = CellActor { domain: Arc::clone(&domain), cell: Arc::clone(&cell) };
            if let Err(error) = CellActor::spawn_linked(None, actor, (), supervisor).await {
                tracing::debug!(entity = %domain.entity(cell.id), %error, "the domain's supervisor went away");
                tokio::time::sleep(START_AGAIN_AFTER).await;
                domain.start_failed(&cell, generation);
            }
        });
    }

    /// Starts cells that wait in line while there are places.
    pub(crate) fn start_waiting(self: &Arc<Self>) {
        let Ok((supervisor, generation)) = self.supervisor() else { return };
        let max = self.limits.load().active_max;
        while let Some(cell) = self.slots.next(generation, max) {
            self.start(&cell, supervisor.clone(), generation);
        }
    }

    pub(crate) fn cell_started(&self, cell: &Arc<Cell<E>>, actor: &ActorRef<Wake>) {
        self.live.insert(actor.get_id(), Arc::clone(cell));
        cell.inbox().phase = Phase::Busy(actor.clone());
    }

    /// Whether a cell without work should give up its actor at once.
    pub(crate) fn crowded(&self) -> bool {
        self.slots.crowded(self.limits.load().active_max)
    }

    /// Tells whoever watches the entity.
    pub(crate) fn notify(&self, id: Uuid, version: Version) {
        self.watchers.notify(id, version);
    }
}

/// Reads an event of any schema.
///
/// # Errors
/// Text that says why it cannot be read.
pub fn decode<E: Entity>(payload: &str, schema: u16) -> Result<E::Event, String> {
    if schema == E::SCHEMA {
        return serde_json::from_str(payload).map_err(|error| error.to_string());
    }
    let value = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    from_value(&E::upcast(schema, value)?).map_err(|error| error.to_string())
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let digest = Sha256::digest(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}
