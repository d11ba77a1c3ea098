//! A supervisor's children and what is decided about them.
//!
//! Whatever is restarted together is a *round*: a range of children that are stopped in reverse order beside the
//! supervisor, wait for their backoff, and are started in order. Rounds never overlap; a failure that concerns a child
//! of a waiting round widens it.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use ractor::{ActorId, ActorRef};
use tokio::time::Instant;

use super::node::Node;
use super::policy::{Consequence, DRAW_MAX, Exit, Strategy, Verdict};
use super::slot::Slot;
use super::spec::SupervisorSpec;
use super::stopping::{Ending, stop_in_order};
use super::supervisor::Message;
use crate::task::spawn_guarded;

/// How often a round looks whether what was killed has ended.
const RECHECK: Duration = Duration::from_millis(10);

/// The state of a supervisor actor.
pub(super) struct Family {
    myself: ActorRef<Message>,
    node: Arc<Node>,
    strategy: Strategy,
    /// How long a child must have been up for its failures to be forgotten.
    forgiven_after: Duration,
    slots: Vec<Slot>,
    /// Which child an actor is.
    up: HashMap<ActorId, usize>,
    rounds: BTreeMap<u64, Round>,
    round_last: u64,
    gave_up: Option<String>,
}

/// Children that are to be started together.
struct Round {
    members: Range<usize>,
    due: Instant,
}

impl Family {
    pub(super) fn new(myself: ActorRef<Message>, spec: SupervisorSpec, node: Arc<Node>) -> Self {
        let slot = |(child, node): (_, &Arc<Node>)| Slot::new(child, Arc::clone(node), spec.intensity);
        Self {
            slots: spec.children.into_iter().zip(&node.children).map(slot).collect(),
            myself,
            node,
            strategy: spec.strategy,
            forgiven_after: spec.intensity.period,
            up: HashMap::new(),
            rounds: BTreeMap::new(),
            round_last: 0,
            gave_up: None,
        }
    }

    /// Starts every child for the first time.
    pub(super) async fn start_all(&mut self) {
        self.start(0..self.slots.len()).await;
    }

    /// Starts children in order. One that cannot be started has failed; what its failure takes along waits with it.
    async fn start(&mut self, members: Range<usize>) {
        for index in members {
            if self.gave_up.is_some() {
                return;
            }
            let slot = &mut self.slots[index];
            if slot.round.is_some() || !slot.wanted() {
                continue;
            }
            match slot.start(&self.myself).await {
                Ok(actor) => drop(self.up.insert(actor, index)),
                Err(cause) => self.failed(index, &Exit::Abnormal(cause), Duration::ZERO),
            }
        }
    }

    /// A child's actor is gone.
    pub(super) fn ended(&mut self, actor: ActorId, exit: &Exit) {
        let Some(index) = self.up.remove(&actor) else { return };
        let Some(uptime) = self.slots[index].ended(actor) else { return };
        if self.slots[index].round.is_some() {
            let retry_after = self.slots[index].spec.backoff.first;
            self.slots[index].node.fell(exit, retry_after);
            return;
        }
        self.failed(index, exit, uptime);
    }

    fn failed(&mut self, index: usize, exit: &Exit, uptime: Duration) {
        let now = Instant::now();
        let slot = &mut self.slots[index];
        slot.degraded &= uptime < self.forgiven_after;
        let failures = slot.streak.failed(uptime, self.forgiven_after);
        let after = slot.spec.backoff.delay(failures, crate::chance::up_to(DRAW_MAX));
        slot.node.fell(exit, after);
        if self.gave_up.is_some() || !slot.spec.restart.again_after(exit) {
            slot.node.settled(exit);
            return;
        }
        let members = self.strategy.affected(index, self.slots.len());
        match self.judge(index, exit, now) {
            Consequence::Restart => self.begin(members, now + after, false),
            Consequence::Degrade => self.begin(index..index + 1, now + after, true),
            Consequence::GiveUp => self.give_up(index, exit),
        }
    }

    fn give_up(&mut self, index: usize, exit: &Exit) {
        let slot = &self.slots[index];
        let last = exit.cause().unwrap_or("it ended");
        let cause = format!("\"{}\" used up its restarts: {last}", slot.spec.name);
        slot.node.settled(exit);
        self.node.gave_up(&cause);
        self.gave_up = Some(cause);
        self.myself.stop(None);
    }

    /// A child that degrades counts by itself, so that it never uses up what its siblings may need; it counts as
    /// degraded until it has been up for a whole period.
    fn judge(&mut self, index: usize, exit: &Exit, now: Instant) -> Consequence {
        let slot = &mut self.slots[index];
        let verdict = match (exit, &mut slot.own) {
            (Exit::GaveUp(_), _) => Verdict::Exceeded,
            (_, Some(_)) if slot.degraded => Verdict::Exceeded,
            (_, Some(own)) => own.record(now),
            (_, None) => self.node.spend(now),
        };
        let consequence = verdict.leads_to(slot.spec.on_exhausted);
        slot.degraded |= consequence == Consequence::Degrade;
        consequence
    }

    /// An operator wants a child to be started afresh, with what the strategy takes along; nothing is counted.
    pub(super) fn renew(&mut self, index: usize) {
        if self.gave_up.is_some() || index >= self.slots.len() {
            return;
        }
        self.slots[index].forgive();
        self.absorb(&(index..index + 1));
        self.begin(self.strategy.affected(index, self.slots.len()), Instant::now(), false);
    }

    /// An operator wants a child to be stopped, alone, until it is renewed; nothing is counted.
    pub(super) fn halt(&mut self, index: usize) {
        let Some(slot) = self.slots.get(index).filter(|slot| !slot.node.is_halted()) else { return };
        slot.node.halted();
        // Whatever it waits in goes on without it.
        if slot.round.is_none() && self.gave_up.is_none() {
            self.begin(index..index + 1, Instant::now(), false);
        }
    }

    /// Opens a round: stops what runs of it, beside this actor, and starts it all at `due` or later.
    fn begin(&mut self, members: Range<usize>, due: Instant, degraded: bool) {
        let absorbed = self.absorb(&members);
        let round = absorbed.into_iter().fold(Round { members, due }, |round, old| Round {
            members: round.members.start.min(old.members.start)..round.members.end.max(old.members.end),
            due: round.due.max(old.due),
        });
        self.round_last += 1;
        let id = self.round_last;
        let mut endings: Vec<Ending> = Vec::new();
        for slot in &mut self.slots[round.members.clone()] {
            slot.round = Some(id);
            match slot.ending() {
                Some(ending) => {
                    slot.stopping = true;
                    endings.push(ending);
                }
                None if slot.wanted() => slot.node.planned(round.due, degraded),
                None => {}
            }
        }
        self.rounds.insert(id, round);
        if endings.is_empty() {
            return self.round_stopped(id);
        }
        let myself = self.myself.clone();
        spawn_guarded("children of a round stop", async move {
            stop_in_order(endings.into_iter().rev()).await;
            // A supervisor that is gone by now needs no word.
            let _ = myself.cast(Message::RoundStopped(id));
        });
    }

    /// Takes out the rounds that share a child with `members`.
    fn absorb(&mut self, members: &Range<usize>) -> Vec<Round> {
        let shares = |_: &u64, round: &mut Round| {
            round.members.start < members.end && members.start < round.members.end
        };
        let absorbed: Vec<Round> = self.rounds.extract_if(.., shares).map(|(_, round)| round).collect();
        for round in &absorbed {
            for slot in &mut self.slots[round.members.clone()] {
                slot.round = None;
            }
        }
        absorbed
    }

    /// Nothing of a round runs any more: what is left of its wait begins.
    pub(super) fn round_stopped(&mut self, id: u64) {
        let Some(round) = self.rounds.get(&id) else { return };
        for slot in &mut self.slots[round.members.clone()] {
            if std::mem::take(&mut slot.stopping) && slot.wanted() {
                slot.node.planned(round.due, false);
            }
        }
        let left = round.due.saturating_duration_since(Instant::now());
        self.myself.send_after(left, move || Message::RoundDue(id));
    }

    /// Starts a round, unless something killed still runs: two incarnations of one child never overlap.
    pub(super) async fn round_due(&mut self, id: u64) {
        let Some(round) = self.rounds.get(&id) else { return };
        let members = round.members.clone();
        if !self.slots[members.clone()].iter().all(|slot| slot.node.quiescent()) {
            self.myself.send_after(RECHECK, move || Message::RoundDue(id));
            return;
        }
        self.rounds.remove(&id);
        for slot in &mut self.slots[members.clone()] {
            slot.round = None;
        }
        self.start(members).await;
    }

    /// Stops every child in reverse order; returns why this supervisor gave up, if it did.
    pub(super) async fn stop(&mut self) -> Option<String> {
        self.rounds.clear();
        let endings: Vec<Ending> = self.slots.iter_mut().rev().filter_map(Slot::ending).collect();
        stop_in_order(endings).await;
        self.gave_up.take()
    }
}
