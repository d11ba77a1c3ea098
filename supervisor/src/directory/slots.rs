//! How many cells of a domain are active, and which wait for their turn.
//!
//! An active cell has an actor. Beyond the limit, cells with work wait in line, so that a flood of cells touched at once
//! costs a place in a queue each and not an actor each.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cell::Cell;
use crate::entity::Entity;

/// The places for active cells, under one generation of the domain's supervisor.
pub(super) struct Slots<E: Entity> {
    line: Mutex<Line<E>>,
    /// Copies of the counts, readable without the lock.
    active: AtomicUsize,
    waiting: AtomicUsize,
}

struct Line<E: Entity> {
    generation: u64,
    active: usize,
    waiting: VecDeque<Arc<Cell<E>>>,
}

impl<E: Entity> Default for Slots<E> {
    fn default() -> Self {
        let line = Line { generation: 0, active: 0, waiting: VecDeque::new() };
        Self { line: Mutex::new(line), active: AtomicUsize::new(0), waiting: AtomicUsize::new(0) }
    }
}

impl<E: Entity> Slots<E> {
    fn line(&self) -> MutexGuard<'_, Line<E>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, line: &Line<E>) {
        self.active.store(line.active, Ordering::Relaxed);
        self.waiting.store(line.waiting.len(), Ordering::Relaxed);
    }

    /// Begins anew under a new supervisor: nothing is active, nobody waits.
    pub(super) fn reset(&self, generation: u64) {
        let mut line = self.line();
        *line = Line { generation, active: 0, waiting: VecDeque::new() };
        self.publish(&line);
    }

    /// Takes a place for the cell, or a place in the line; true when it may start now.
    pub(super) fn enter(&self, generation: u64, cell: &Arc<Cell<E>>, max: usize) -> bool {
        let mut line = self.line();
        // Under an older supervisor nothing starts any more; the newer one has found the cell.
        if line.generation != generation {
            return false;
        }
        let free = line.active < max;
        if free {
            line.active += 1;
        } else {
            line.waiting.push_back(Arc::clone(cell));
        }
        self.publish(&line);
        free
    }

    /// Gives a place back.
    pub(super) fn leave(&self, generation: u64) {
        let mut line = self.line();
        if line.generation == generation {
            line.active = line.active.saturating_sub(1);
            self.publish(&line);
        }
    }

    /// The next in line, whose place is taken for it, when there is one and a place is free.
    pub(super) fn next(&self, generation: u64, max: usize) -> Option<Arc<Cell<E>>> {
        let mut line = self.line();
        if line.generation != generation || line.active >= max {
            return None;
        }
        let next = line.waiting.pop_front()?;
        line.active += 1;
        self.publish(&line);
        Some(next)
    }

    pub(super) fn active(&self) -> usize {
        self.active.load(Ordering::Relaxed)
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Whether a cell without work should give up its place at once. Half of the places stay free of idle cells, so that
    /// cells with work never wait for idle ones.
    pub(super) fn crowded(&self, max: usize) -> bool {
        self.waiting() > 0 || self.active() > max / 2
    }
}
