//! Undelivered rows in memory: a stream per (entity, destination), and figures over them.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::heads::Heads;
use crate::clock::Timestamp;
use crate::ids::EntityId;
use crate::journal::{OutboxKey, OutboxRow};

type StreamKey = (EntityId, String);

/// Undelivered rows by stream, oldest first; the first of each is being delivered.
#[derive(Default)]
pub(super) struct Streams {
    rows: HashMap<StreamKey, BTreeMap<u64, OutboxRow>>,
    held: usize,
}

impl Streams {
    /// How many rows there are.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Adds a row; returns it when it is the first of its stream and must be delivered now.
    pub(super) fn add(&mut self, row: OutboxRow) -> Option<OutboxRow> {
        let stream = self.rows.entry((row.key.entity.clone(), row.destination.clone())).or_default();
        let first = stream.is_empty();
        if stream.insert(row.key.order(), row.clone()).is_none() {
            self.held += 1;
            return first.then_some(row);
        }
        None
    }

    /// Removes a delivered row; returns the next of its stream.
    pub(super) fn done(&mut self, key: &OutboxKey, destination: String) -> Option<OutboxRow> {
        let stream_key = (key.entity.clone(), destination);
        let stream = self.rows.get_mut(&stream_key)?;
        if stream.remove(&key.order()).is_some() {
            self.held -= 1;
        }
        let next = stream.values().next().cloned();
        if next.is_none() {
            self.rows.remove(&stream_key);
        }
        next
    }

    /// Figures by kind of sender.
    pub(super) fn stats(&self, heads: &Heads, now: Timestamp) -> BTreeMap<String, SenderStats> {
        let mut kinds: BTreeMap<String, SenderStats> = BTreeMap::new();
        for ((entity, _), stream) in &self.rows {
            let Some(first) = stream.values().next() else { continue };
            let stats = kinds.entry(entity.kind.as_str().to_owned()).or_default();
            let (in_flight, dead) = heads.state(&first.key);
            let age = u64::try_from(now.since(first.at).as_millis()).unwrap_or(u64::MAX);
            stats.waiting += stream.len();
            stats.in_flight += usize::from(in_flight);
            stats.dead += usize::from(dead);
            stats.behind_dead += if dead { stream.len() - 1 } else { 0 };
            stats.oldest_age_ms = stats.oldest_age_ms.max(age);
        }
        kinds
    }
}

/// Figures about the undelivered effects, for operators.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OutboxStats {
    /// By kind of sender; a kind without effects is left out.
    pub senders: BTreeMap<String, SenderStats>,
    /// Whether that is all: `false` while more may wait in the journal than the dispatcher holds in memory.
    pub complete: bool,
}

/// The undelivered effects of one kind of sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SenderStats {
    /// Effects that are not delivered yet, those below included.
    pub waiting: usize,
    /// Effects that are being handed over right now.
    pub in_flight: usize,
    /// Effects that need a person.
    pub dead: usize,
    /// Effects that wait behind one that needs a person.
    pub behind_dead: usize,
    /// How long ago the oldest was decided, in milliseconds.
    pub oldest_age_ms: u64,
}
