//! The bounded queue of a cell and the phase that says who works it.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use ractor::ActorRef;
use tokio::time::Instant;

use super::activity::{Activity, CellStatus, Step};
use super::{Queued, Wake};
use crate::clock::Timestamp;
use crate::entity::Entity;
use crate::ids::CommandId;

/// Bounds of what a caller of a full queue is told to wait.
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(10);

/// Who works the queue.
pub(crate) enum Phase {
    /// Nobody: hibernated, or never active.
    Dormant,
    /// An actor is being spawned, or has to wait for its turn.
    Waking,
    /// An actor waits for work.
    Idle(ActorRef<Wake>),
    /// An actor works, or has been told to.
    Busy(ActorRef<Wake>),
    /// The actor crashed; its supervisor will wake the cell again.
    Crashed,
}

/// What an offered command met.
pub(crate) enum Offer {
    /// Queued; whoever works the queue will come to it.
    Queued,
    /// Queued, and nobody works the queue: the offerer must activate the cell.
    Activate,
    /// The queue is full; there may be room after this time.
    Full(Duration),
    /// The same command is queued or running.
    InFlight,
}

/// Why a cell's actor ended badly, last.
pub(crate) struct LastError {
    pub(crate) cause: String,
    pub(crate) at: Timestamp,
}

/// A cell's queue.
pub(crate) struct Inbox<E: Entity> {
    pub(crate) phase: Phase,
    /// Under which of the domain's supervisors the newest actor was started.
    pub(crate) generation: u64,
    queue: VecDeque<Queued<E>>,
    /// Commands queued or running, so that a repeat is told "in flight".
    known: HashSet<CommandId>,
    /// Commands that crashed this entity too often.
    pub(crate) quarantined: Vec<CommandId>,
    /// What the actor is at.
    pub(crate) step: Option<Step>,
    pub(crate) last_error: Option<Box<LastError>>,
    pub(crate) activity: Option<Box<Activity>>,
}

impl<E: Entity> Default for Inbox<E> {
    fn default() -> Self {
        Self {
            phase: Phase::Dormant,
            generation: 0,
            queue: VecDeque::new(),
            known: HashSet::new(),
            quarantined: Vec::new(),
            step: None,
            last_error: None,
            activity: None,
        }
    }
}

impl<E: Entity> Inbox<E> {
    /// Queues a command, unless `depth_max` wait already or the same command is on its way.
    pub(crate) fn offer(&mut self, queued: Queued<E>, depth_max: usize) -> Offer {
        if self.known.contains(&queued.envelope.command_id) {
            return Offer::InFlight;
        }
        if self.queue.len() >= depth_max {
            // Whoever comes now would wait about as long as the one at the head has waited.
            return Offer::Full(self.oldest().unwrap_or_default().clamp(RETRY_MIN, RETRY_MAX));
        }
        self.known.insert(queued.envelope.command_id);
        self.queue.push_back(queued);
        match &self.phase {
            Phase::Dormant => {
                self.phase = Phase::Waking;
                Offer::Activate
            }
            Phase::Idle(actor) => {
                let actor = actor.clone();
                // Should the actor be gone, its supervisor hears of it and finds the queue.
                let _ = actor.cast(Wake);
                self.phase = Phase::Busy(actor);
                Offer::Queued
            }
            Phase::Waking | Phase::Busy(_) | Phase::Crashed => Offer::Queued,
        }
    }

    /// The command at the head.
    pub(crate) fn first(&self) -> Option<CommandId> {
        self.queue.front().map(|queued| queued.envelope.command_id)
    }

    /// Takes the oldest commands, at most `limit`.
    pub(crate) fn take(&mut self, limit: usize) -> Vec<Queued<E>> {
        let n = self.queue.len().min(limit);
        self.queue.drain(..n).collect()
    }

    /// Takes out what nobody waits for any more.
    pub(crate) fn expired(&mut self, now: Instant) -> Vec<Queued<E>> {
        if self.queue.iter().all(|queued| queued.envelope.deadline > now) {
            return Vec::new();
        }
        let (expired, left) = self.queue.drain(..).partition(|queued| queued.envelope.deadline <= now);
        self.queue = left;
        expired.into()
    }

    /// Takes a command back that has not been reached yet.
    pub(crate) fn withdraw(&mut self, command_id: CommandId) -> Option<Queued<E>> {
        let at = self.queue.iter().position(|queued| queued.envelope.command_id == command_id)?;
        self.known.remove(&command_id);
        self.queue.remove(at)
    }

    /// Puts commands back in front, in order.
    pub(crate) fn put_back(&mut self, commands: Vec<Queued<E>>) {
        for queued in commands.into_iter().rev() {
            self.queue.push_front(queued);
        }
    }

    /// Forgets a command that has been answered, `latency` after it was asked.
    pub(crate) fn settled(&mut self, command_id: CommandId, latency: Duration) {
        self.known.remove(&command_id);
        let now = Instant::now();
        self.activity.get_or_insert_with(|| Box::new(Activity::new(now))).answered(now, latency);
    }

    /// After an actor died with commands in hand: only what still waits is known.
    pub(crate) fn forget_running(&mut self) {
        self.known = self.queue.iter().map(|queued| queued.envelope.command_id).collect();
        self.step = None;
    }

    pub(crate) fn failed(&mut self, cause: &str, at: Timestamp) {
        self.last_error = Some(Box::new(LastError { cause: cause.to_owned(), at }));
    }

    /// Gives back memory that a past rush left.
    pub(crate) fn shrink(&mut self) {
        self.queue.shrink_to_fit();
        self.known.shrink_to_fit();
        self.activity = None;
    }

    /// How long the oldest waiting command has waited.
    pub(crate) fn oldest(&self) -> Option<Duration> {
        self.queue.front().map(|queued| queued.admitted.since().elapsed())
    }

    pub(crate) fn status(&self) -> CellStatus {
        match self.phase {
            Phase::Dormant => CellStatus::Hibernated,
            Phase::Waking => CellStatus::Waking,
            Phase::Idle(_) => CellStatus::Idle,
            Phase::Busy(_) => CellStatus::Busy,
            Phase::Crashed => CellStatus::Backoff,
        }
    }

    /// The actor that works the queue, if there is one.
    pub(crate) fn actor(&self) -> Option<&ActorRef<Wake>> {
        match &self.phase {
            Phase::Idle(actor) | Phase::Busy(actor) => Some(actor),
            Phase::Dormant | Phase::Waking | Phase::Crashed => None,
        }
    }

    pub(crate) fn depth(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
