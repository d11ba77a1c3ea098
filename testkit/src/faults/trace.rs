//! What was committed, in order: two runs are the same when their traces have the same hash.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amazoff_supervisor::journal::Part;
use amazoff_supervisor::{CommandId, EntityId};

/// Records every committed part. Cheap to clone; clones record together.
#[derive(Clone, Default)]
pub struct Trace(Arc<Mutex<Recorded>>);

/// What a [`Trace`] recorded.
#[derive(Default)]
pub struct Recorded {
    /// Parts committed.
    pub parts: u64,
    /// How often each command's outcome was committed: once, if the journal keeps its promise.
    pub commands: BTreeMap<(EntityId, CommandId), u32>,
    /// One line per part, when the trace was asked to keep them.
    pub lines: Option<Vec<String>>,
    /// The parts with the number of their transaction, when the trace was asked to keep them.
    pub kept: Option<Vec<(u64, Part)>>,
    hash: DefaultHasher,
}

impl Trace {
    /// Nothing recorded yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// The same, keeping a line per part to compare two runs with.
    pub fn with_lines() -> Self {
        let trace = Self::default();
        trace.look().lines = Some(Vec::new());
        trace
    }
    /// The same, keeping every part: to learn from one run what there is to go wrong in the next.
    pub fn with_parts() -> Self {
        let trace = Self::default();
        trace.look().kept = Some(Vec::new());
        trace
    }
    /// The recording so far.
    pub fn look(&self) -> MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// A hash over entities, sequences, payloads and command ids of all parts, in the order of their commits.
    pub fn hash(&self) -> u64 {
        self.look().hash.finish()
    }
    /// How often the outcome of a command was committed.
    pub fn times(&self, entity: &EntityId, command: CommandId) -> u32 {
        self.look().commands.get(&(entity.clone(), command)).copied().unwrap_or(0)
    }

    /// Records a part of the n-th transaction.
    pub(super) fn record(&self, transaction: u64, part: &Part) {
        let mut recorded = self.look();
        if let Some(kept) = &mut recorded.kept {
            kept.push((transaction, part.clone()));
        }
        recorded.parts += 1;
        let hash = &mut recorded.hash;
        part.entity.hash(hash);
        part.seen.hash(hash);
        part.at.hash(hash);
        for event in &part.events {
            (&event.payload, event.command_id, event.correlation).hash(hash);
        }
        for record in &part.commands {
            (record.command_id, record.fingerprint, &record.outcome).hash(hash);
        }
        for row in &part.outbox {
            (&row.key, &row.destination, &row.payload).hash(hash);
        }
        part.outbox_done.hash(hash);
        let sum = recorded.hash.finish();
        for record in &part.commands {
            *recorded.commands.entry((part.entity.clone(), record.command_id)).or_default() += 1;
        }
        if let Some(lines) = &mut recorded.lines {
            let events: Vec<_> = part.events.iter().map(|event| event.payload.as_str()).collect();
            let commands: Vec<_> = part.commands.iter().map(|record| record.command_id).collect();
            lines.push(format!(
                "{sum:016x} {} {} {} {commands:?} {events:?}",
                part.at, part.entity, part.seen
            ));
        }
    }
}
