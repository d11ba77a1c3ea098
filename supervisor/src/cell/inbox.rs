//! The bounded queue of a cell and the phase that says who works it.

use std::collections::{HashSet, VecDeque};

use ractor::ActorRef;

use super::{Queued, Wake};
use crate::entity::Entity;
use crate::ids::CommandId;

/// Who works the queue.
pub(crate) enum Phase {
    /// Nobody: hibernated, or never active.
    Dormant,
    /// An actor is being spawned.
    Waking,
    /// An actor waits for work.
    Idle(ActorRef<Wake>),
    /// An actor works, or has been told to.
    Busy(ActorRef<Wake>),
    /// The actor crashed; its supervisor will wake the cell again.
    Crashed,
}

/// What an offered command met.
pub(crate) enum Offer<E: Entity> {
    /// Queued; whoever works the queue will come to it.
    Queued,
    /// Queued, and nobody works the queue: the offerer must activate the cell.
    Activate,
    /// The queue is full.
    Full(Queued<E>),
    /// The same command is queued or running.
    InFlight(Queued<E>),
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
}

impl<E: Entity> Default for Inbox<E> {
    fn default() -> Self {
        Self {
            phase: Phase::Dormant,
            generation: 0,
            queue: VecDeque::new(),
            known: HashSet::new(),
            quarantined: Vec::new(),
        }
    }
}

impl<E: Entity> Inbox<E> {
    /// Queues a command, unless `depth_max` wait already or the same command is on its way.
    pub(crate) fn offer(&mut self, queued: Queued<E>, depth_max: usize) -> Offer<E> {
        if self.known.contains(&queued.envelope.command_id) {
            return Offer::InFlight(queued);
        }
        if self.queue.len() >= depth_max {
            return Offer::Full(queued);
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

    /// Takes the oldest commands, at most `limit`.
    pub(crate) fn take(&mut self, limit: usize) -> Vec<Queued<E>> {
        let n = self.queue.len().min(limit);
        self.queue.drain(..n).collect()
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

    /// Forgets a command that has been answered.
    pub(crate) fn settled(&mut self, command_id: CommandId) {
        self.known.remove(&command_id);
    }

    /// After an actor died with commands in hand: only what still waits is known.
    pub(crate) fn forget_running(&mut self) {
        self.known = self.queue.iter().map(|queued| queued.envelope.command_id).collect();
    }

    /// Gives back memory that a past rush left.
    pub(crate) fn shrink(&mut self) {
        self.queue.shrink_to_fit();
        self.known.shrink_to_fit();
    }

    pub(crate) fn depth(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
