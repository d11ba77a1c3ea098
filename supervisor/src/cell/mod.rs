//! A cell: one live entity with its bounded queue, its published state and its counters.
//!
//! Three tiers: *active* (a ractor actor works the queue), *hibernated* (state in memory, no actor) and *passivated*
//! (nothing in memory; the cell itself is gone from the directory). The queue belongs to the cell and not to the actor,
//! so a crash keeps it.

mod activity;
mod actor;
mod batch;
mod commit;
mod inbox;
mod load;
mod round;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicUsize, Ordering};

use arc_swap::ArcSwapOption;
use tokio::sync::oneshot;
use uuid::Uuid;

pub(crate) use activity::Rate;
use activity::Step;
pub use activity::{ActivityView, CellStatus, CellView, Stage, StepView};
pub(crate) use actor::{CellActor, Wake};
pub(crate) use batch::{decide_alone, panic_text};
pub(crate) use inbox::{Inbox, Offer, Phase};

use crate::ask::{Answer, AskError, Envelope};
use crate::directory::Admitted;
use crate::entity::Entity;
use crate::ids::{CommandId, Version};
use crate::memory::{CELL_BYTES, Memory, Weight};

/// An entity's state as of its newest commit; by default that of one that never had any.
#[derive(Clone, Debug, Default)]
pub struct Committed<E> {
    /// The state.
    pub state: E,
    /// How many events led to it.
    pub version: Version,
    /// Where the newest of them is in the entity's shard: its `shard_seq`, 0 without events.
    pub position: u64,
}

pub(crate) type AskResult<E> = Result<Answer<<E as Entity>::Reply>, AskError<<E as Entity>::Rejection>>;

/// A command in a cell's queue.
pub(crate) struct Queued<E: Entity> {
    pub(crate) command: E::Command,
    /// The command as stored: computed by the asker, so that the cell need not.
    pub(crate) command_json: String,
    pub(crate) fingerprint: u64,
    pub(crate) envelope: Envelope,
    pub(crate) reply: oneshot::Sender<AskResult<E>>,
    /// Its place among the domain's commands in flight.
    pub(crate) admitted: Admitted,
}

/// One live entity.
pub(crate) struct Cell<E: Entity> {
    pub(crate) id: Uuid,
    pub(crate) inbox: std::sync::Mutex<Inbox<E>>,
    /// `None`: not known; the next command or read loads it.
    pub(crate) published: ArcSwapOption<Committed<E>>,
    /// A commit may still be on its way: the lane must have passed it before the state is read again.
    pub(crate) uncertain: AtomicBool,
    /// Held by whoever reads the state from the journal.
    loading: tokio::sync::Mutex<()>,
    /// When it was last asked, in ms since the runtime was assembled.
    pub(crate) used_at_ms: AtomicI64,
    pub(crate) restarts: AtomicU32,
    memory: Arc<Memory>,
    /// Estimated bytes that are counted against the budget, and the part of them that was weighed.
    bytes: AtomicUsize,
    weighed: AtomicUsize,
    /// Bytes of the state's JSON text when it was weighed, and of the events since.
    text: AtomicUsize,
    /// Bytes of events since the newest snapshot.
    events_bytes: AtomicUsize,
}

/// A snapshot is written when the events since the last one are at least this part of what it would hold. So a large state
/// that changes fast is not written again with every commit, and a replay is never much longer than the state.
const SNAPSHOT_PART: usize = 4;

impl<E: Entity> Cell<E> {
    pub(crate) fn new(id: Uuid, memory: Arc<Memory>) -> Self {
        memory.take(CELL_BYTES);
        Self {
            id,
            inbox: std::sync::Mutex::default(),
            published: ArcSwapOption::empty(),
            uncertain: AtomicBool::new(false),
            loading: tokio::sync::Mutex::const_new(()),
            used_at_ms: AtomicI64::new(0),
            restarts: AtomicU32::new(0),
            memory,
            bytes: AtomicUsize::new(CELL_BYTES),
            weighed: AtomicUsize::new(CELL_BYTES),
            text: AtomicUsize::new(0),
            events_bytes: AtomicUsize::new(0),
        }
    }

    pub(crate) fn inbox(&self) -> std::sync::MutexGuard<'_, Inbox<E>> {
        // A panic while the lock is held leaves a queue that is still whole.
        self.inbox.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn touch(&self, now_ms: i64) {
        self.used_at_ms.store(now_ms, Ordering::Relaxed);
    }

    /// Notes what the actor is at, for operators and the watchdog.
    pub(crate) fn begin(&self, stage: Stage, command: Option<CommandId>) {
        self.inbox().step = Some(Step::begun(stage, command));
    }

    /// Memory may differ from what is stored: whoever needs the state next reads it, after what is on its way.
    pub(crate) fn distrust(&self) {
        self.uncertain.store(true, Ordering::Release);
        self.published.store(None);
    }

    pub(crate) fn committed(&self) -> Option<Arc<Committed<E>>> {
        self.published.load_full()
    }

    /// Makes a state visible that was read from the journal, from a snapshot and events of so many bytes.
    pub(crate) fn loaded(&self, committed: Arc<Committed<E>>, event_bytes: usize) {
        self.events_bytes.store(event_bytes, Ordering::Relaxed);
        self.weigh_anew(&committed.state);
        self.published.store(Some(committed));
    }

    /// Makes a committed state visible that grew by events of so many bytes.
    pub(crate) fn advanced(&self, committed: Arc<Committed<E>>, event_bytes: usize) {
        self.events_bytes.fetch_add(event_bytes, Ordering::Relaxed);
        // Weighing costs a walk over the state, so it is done when the estimate has doubled.
        let estimate = self.bytes.load(Ordering::Relaxed).saturating_add(event_bytes);
        if estimate > 2 * self.weighed.load(Ordering::Relaxed) {
            self.weigh_anew(&committed.state);
        } else {
            self.text.fetch_add(event_bytes, Ordering::Relaxed);
            self.count_bytes(estimate);
        }
        self.published.store(Some(committed));
    }

    /// Whether a snapshot is worth its bytes; it is then taken as written.
    pub(crate) fn snapshot_pays(&self) -> bool {
        let since = self.events_bytes.load(Ordering::Relaxed);
        let pays = since.saturating_mul(SNAPSHOT_PART) >= self.text.load(Ordering::Relaxed);
        if pays {
            self.events_bytes.store(0, Ordering::Relaxed);
        }
        pays
    }

    /// Its share of the memory budget.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    fn weigh_anew(&self, state: &E) {
        let Weight { text, bytes } = Weight::of(state);
        self.text.store(text, Ordering::Relaxed);
        self.weighed.store(bytes, Ordering::Relaxed);
        self.count_bytes(bytes);
    }

    fn count_bytes(&self, bytes: usize) {
        self.memory.take(bytes);
        self.memory.give_back(self.bytes.swap(bytes, Ordering::Relaxed));
    }
}

impl<E: Entity> Drop for Cell<E> {
    fn drop(&mut self) {
        self.memory.give_back(self.bytes());
    }
}
