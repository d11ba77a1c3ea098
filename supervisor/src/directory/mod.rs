//! The directory of one domain: finds, wakes, hibernates and passivates its cells.

mod host;
mod meter;
mod sweep;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use dashmap::DashMap;
use ractor::{Actor, ActorCell, ActorId, ActorRef};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, oneshot, watch};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::ask::{AskError, Envelope, ReadError};
use crate::cell::{AskResult, Cell, CellActor, Committed, Offer, Phase, Queued, Wake};
use crate::consistency;
use crate::entity::Entity;
use crate::ids::{EntityId, ShardId, Version};
use crate::journal::{JournalError, Loaded};
use crate::runtime::Core;
use crate::task::spawn_guarded;
pub(crate) use meter::Admitted;
use meter::Meter;

/// How much longer than the deadline an asker waits for a command that is already running.
const GRACE: Duration = Duration::from_millis(500);
/// Loads of entities with the same stripe wait for each other.
const LOAD_STRIPES: usize = 64;
/// How long a cell waits for a supervisor that is just going away to be replaced.
const START_AGAIN_AFTER: Duration = Duration::from_millis(10);
/// What a caller is told to wait when a queue is full.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The bounds of a domain. All visible, all configurable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellLimits {
    /// Commands waiting for one entity.
    pub queue_depth_max: usize,
    /// Cells that hold an actor at the same time; beyond it a cell hibernates as soon as its queue is empty.
    pub active_max: usize,
    /// Cells in memory; beyond it the least recently used are passivated.
    pub resident_max: usize,
    /// An idle cell gives up its actor after this.
    pub hibernate_after: Duration,
    /// A hibernated cell leaves memory after this.
    pub passivate_after: Duration,
}

impl Default for CellLimits {
    fn default() -> Self {
        Self {
            queue_depth_max: 1_024,
            active_max: 2_000,
            resident_max: 200_000,
            hibernate_after: Duration::from_secs(5),
            passivate_after: Duration::from_mins(30),
        }
    }
}

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
    watchers: DashMap<Uuid, watch::Sender<Version>>,
    gate: RwLock<Gate>,
    generation: AtomicU64,
    load_locks: [Mutex<()>; LOAD_STRIPES],
    limits: CellLimits,
    started: Instant,
    /// Itself, for callbacks that must hand out a strong reference.
    me: Weak<Self>,
    pub(crate) meter: Meter,
}

/// The way to a domain's entities. Cheap to clone; a restart behind it is invisible.
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
        let domain = Arc::new_cyclic(|me| Domain {
            core,
            cells: DashMap::new(),
            live: DashMap::new(),
            watchers: DashMap::new(),
            gate: RwLock::new(Gate::Closed { retry_after: RETRY_AFTER }),
            generation: AtomicU64::new(0),
            load_locks: [const { Mutex::const_new(()) }; LOAD_STRIPES],
            limits,
            started: Instant::now(),
            me: Weak::clone(me),
            meter: Meter::default(),
        });
        Self { domain }
    }

    /// Has an entity execute a command. An answer leaves only after its commit.
    ///
    /// # Errors
    /// The entity's typed refusal, or why the command was not run; see [`AskError`] for what each means for a repeat.
    pub async fn execute(&self, id: Uuid, command: E::Command, envelope: Envelope) -> AskResult<E> {
        let domain = &self.domain;
        let Some(admitted) = domain.meter.admit() else {
            return Err(AskError::Overloaded { retry_after: RETRY_AFTER });
        };
        let command_json = serde_json::to_string(&command).map_err(|error| AskError::NotCommitted {
            cause: format!("command cannot be stored: {error}"),
        })?;
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
    /// When the state is not in memory and the journal is away or corrupt.
    pub async fn read(&self, id: Uuid) -> Result<Option<Arc<Committed<E>>>, ReadError> {
        let domain = &self.domain;
        let cell = domain.cell(id);
        let committed = domain.load(&cell).await.map_err(|error| match error {
            JournalError::Corrupt { .. } => ReadError::Corrupt(id),
            JournalError::Unavailable(_) | JournalError::OutcomeUnknown(_) | JournalError::NotYet => {
                ReadError::from(error)
            }
        })?;
        if committed.version == Version(0) {
            drop(cell);
            domain.passivate(id);
            return Ok(None);
        }
        consistency::note_of(E::KIND, ShardId::of(id), committed.position);
        Ok(Some(committed))
    }

    /// Tells of each commit of an entity from now on.
    pub fn watch(&self, id: Uuid) -> watch::Receiver<Version> {
        let entry = self.domain.watchers.entry(id).or_insert_with(|| watch::Sender::new(Version::default()));
        entry.subscribe()
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
        let cell = match self.cells.get(&id) {
            Some(cell) => Arc::clone(&cell),
            None => Arc::clone(&self.cells.entry(id).or_insert_with(|| Arc::new(Cell::new(id)))),
        };
        cell.touch(self.now_ms());
        cell
    }

    fn now_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    pub(crate) fn load_lock(&self, id: Uuid) -> &Mutex<()> {
        &self.load_locks[usize::from(id.as_bytes()[15]) % LOAD_STRIPES]
    }

    fn supervisor(&self) -> Result<(ActorCell, u64), Duration> {
        match &*self.gate.read().unwrap_or_else(PoisonError::into_inner) {
            Gate::Open { supervisor, generation } => Ok((supervisor.clone(), *generation)),
            Gate::Closed { retry_after } => Err(*retry_after),
        }
    }

    fn offer(self: &Arc<Self>, cell: &Arc<Cell<E>>, queued: Queued<E>) -> Result<(), AskError<E::Rejection>> {
        let supervisor = self.supervisor().map_err(|retry_after| AskError::Degraded { retry_after })?;
        let offered = cell.inbox().offer(queued, self.limits.queue_depth_max);
        match offered {
            Offer::Queued => Ok(()),
            Offer::Activate => {
                self.activate(cell, supervisor);
                Ok(())
            }
            Offer::Full(_) => {
                self.meter.refused();
                Err(AskError::Overloaded { retry_after: RETRY_AFTER })
            }
            Offer::InFlight(_) => Err(AskError::InFlight),
        }
    }

    /// Gives the cell an actor. It is linked to the domain's supervisor before it takes its first command.
    fn activate(self: &Arc<Self>, cell: &Arc<Cell<E>>, (supervisor, generation): (ActorCell, u64)) {
        cell.inbox().generation = generation;
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

    pub(crate) fn cell_started(&self, cell: &Arc<Cell<E>>, actor: &ActorRef<Wake>) {
        self.live.insert(actor.get_id(), Arc::clone(cell));
        cell.inbox().phase = Phase::Busy(actor.clone());
    }

    /// Whether more cells are active than there should be.
    pub(crate) fn crowded(&self) -> bool {
        self.live.len() > self.limits.active_max
    }

    /// Tells whoever watches the entity.
    pub(crate) fn notify(&self, id: Uuid, version: Version) {
        if self.watchers.is_empty() {
            return;
        }
        if let Some(watchers) = self.watchers.get(&id) {
            watchers.send_replace(version);
        }
    }

    pub(crate) fn count(&self, queued: &Queued<E>, answer: &AskResult<E>) {
        self.meter.answered::<E>(queued.admitted.since(), answer);
    }
}

/// Rebuilds a state from its snapshot and events.
///
/// # Errors
/// When an event cannot be read: such an entity is not loaded.
pub(crate) fn replay<E: Entity>(entity: &EntityId, loaded: Loaded) -> Result<Committed<E>, JournalError> {
    let corrupt = |reason: String| JournalError::Corrupt { entity: entity.to_string(), reason };
    let mut committed = match loaded.snapshot {
        Some((version, state)) => {
            let state = serde_json::from_str(&state)
                .map_err(|error| corrupt(format!("snapshot {version}: {error}")))?;
            Committed { state, version, position: 0 }
        }
        None => Committed { state: E::default(), version: Version(0), position: 0 },
    };
    for stored in loaded.events {
        if stored.seq.0 != committed.version.0 + 1 {
            return Err(corrupt(format!("event {} follows event {}", stored.seq, committed.version)));
        }
        let event = decode::<E>(&stored.event.payload, stored.event.schema)
            .map_err(|reason| corrupt(format!("event {}: {reason}", stored.seq)))?;
        committed.state.apply(&event);
        committed.version = stored.seq;
        committed.position = stored.shard_seq;
    }
    Ok(committed)
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
    serde_json::from_value(E::upcast(schema, value)?).map_err(|error| error.to_string())
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let digest = Sha256::digest(bytes);
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}
