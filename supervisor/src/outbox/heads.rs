//! The first row of each stream: what the dispatcher does with it, and what an operator wants of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::journal::{OutboxKey, OutboxRow};

/// The rows that are first in their stream.
#[derive(Default)]
pub(super) struct Heads(Mutex<HashMap<OutboxKey, Arc<Head>>>);

/// One of them.
#[derive(Default)]
pub(super) struct Head {
    state: Mutex<State>,
    /// An operator wants it tried now.
    retry: Notify,
    /// It is no longer held, or gone.
    released: Notify,
}

#[derive(Default)]
struct State {
    phase: Phase,
    dead: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// In a pause, or waiting for a place.
    #[default]
    Waiting,
    Delivering,
    /// An operator is about to discard it; it must not be delivered meanwhile.
    Held,
    /// Discarded.
    Gone,
}

/// How a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// It was over.
    Due,
    /// An operator asked for a retry.
    Told,
    /// The row was discarded.
    Gone,
}

impl Heads {
    fn locked(&self) -> MutexGuard<'_, HashMap<OutboxKey, Arc<Head>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row is now the first of its stream.
    pub(super) fn begin(&self, row: &OutboxRow) -> Arc<Head> {
        let head = Arc::clone(self.locked().entry(row.key.clone()).or_default());
        head.set_dead(row.dead_since.is_some());
        head
    }

    /// The row is no longer there.
    pub(super) fn end(&self, key: &OutboxKey) {
        self.locked().remove(key);
    }

    /// Forgets discarded rows that the dispatcher never held. Called before the journal is read again: what a reading found
    /// before the row was discarded must still meet its mark.
    pub(super) fn sweep(&self) {
        self.locked().retain(|_, head| Arc::strong_count(head) > 1);
    }

    /// Ends the row's pause; `false` when the row is not the first of a stream in memory.
    pub(super) fn retry(&self, key: &OutboxKey) -> bool {
        let head = self.locked().get(key).cloned();
        head.is_some_and(|head| {
            head.retry.notify_one();
            true
        })
    }

    /// Keeps the row from being delivered until the answer is dropped; `None` while it is being delivered or discarded.
    pub(super) fn hold(&self, key: &OutboxKey) -> Option<Hold> {
        let head = Arc::clone(self.locked().entry(key.clone()).or_default());
        let mut state = head.state();
        if state.phase != Phase::Waiting {
            return None;
        }
        state.phase = Phase::Held;
        drop(state);
        Some(Hold(head))
    }

    /// Whether the row is being delivered, and whether it needs a person.
    pub(super) fn state(&self, key: &OutboxKey) -> (bool, bool) {
        self.locked().get(key).map_or((false, false), |head| {
            let state = head.state();
            (state.phase == Phase::Delivering, state.dead)
        })
    }
}

/// A row that is not delivered as long as this lives.
pub(super) struct Hold(Arc<Head>);

impl Hold {
    /// The row is discarded: it is never delivered.
    pub(super) fn discarded(self) {
        self.0.state().phase = Phase::Gone;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.phase == Phase::Held {
            state.phase = Phase::Waiting;
        }
        drop(state);
        self.0.released.notify_one();
    }
}

/// A delivery under way.
pub(super) struct Delivering<'a>(&'a Head);

impl Drop for Delivering<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        if state.phase == Phase::Delivering {
            state.phase = Phase::Waiting;
        }
    }
}

impl Head {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_dead(&self, dead: bool) {
        self.state().dead = dead;
    }

    /// Sits out a pause, unless an operator ends it.
    pub(super) async fn pause(&self, pause: Duration) -> Woken {
        let over = tokio::time::sleep(pause);
        tokio::pin!(over);
        loop {
            tokio::select! {
                biased;
                () = &mut over => return Woken::Due,
                () = self.retry.notified() => return Woken::Told,
                () = self.released.notified() => {
                    if self.state().phase == Phase::Gone {
                        return Woken::Gone;
                    }
                }
            }
        }
    }

    /// Starts a delivery, once nobody holds the row; `None` when it was discarded.
    pub(super) async fn deliver(&self) -> Option<Delivering<'_>> {
        loop {
            {
                let mut state = self.state();
                match state.phase {
                    Phase::Waiting | Phase::Delivering => {
                        state.phase = Phase::Delivering;
                        return Some(Delivering(self));
                    }
                    Phase::Gone => return None,
                    Phase::Held => {}
                }
            }
            self.released.notified().await;
        }
    }
}
