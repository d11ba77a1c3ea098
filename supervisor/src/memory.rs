//! The memory budget: an estimate of what states and queued commands take, and who must go when it is too much.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use tokio::sync::Notify;

use crate::entity::Entity;

/// What a cell takes beside its state: the cell, its place in the directory, the allocator's share.
pub(crate) const CELL_BYTES: usize = 1_024;
/// What a queued command takes beside its content: the envelope, the answer's channel, its place in the queue.
pub(crate) const QUEUED_BYTES: usize = 1_024;
/// A parsed value takes more room than its JSON text; measured on the shop's states, it is between two and three times.
const PARSED_FACTOR: usize = 3;

/// Estimated bytes in use: of a node, or of one of its domains.
#[derive(Default)]
pub(crate) struct Memory {
    used: AtomicUsize,
    /// Somebody should make room.
    pub(crate) full: Notify,
    /// What a domain uses its node uses, too.
    node: Option<Arc<Memory>>,
}

impl Memory {
    /// A domain's account with its node.
    pub(crate) fn of_domain(node: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self { node: Some(Arc::clone(node)), ..Self::default() })
    }

    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn take(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
        if let Some(node) = &self.node {
            node.take(bytes);
        }
    }

    pub(crate) fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(node) = &self.node {
            node.give_back(bytes);
        }
    }
}

/// What a state weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Bytes of its JSON text.
    pub(crate) text: usize,
    /// Estimated bytes in memory, with the cell around it.
    pub(crate) bytes: usize,
}

impl Weight {
    /// Weighs a state. Nothing is allocated for it.
    pub(crate) fn of<E: Entity>(state: &E) -> Self {
        let text = text_length(state);
        let bytes = state.bytes_in_memory().unwrap_or_else(|| text.saturating_mul(PARSED_FACTOR));
        Self { text, bytes: CELL_BYTES.saturating_add(bytes) }
    }
}

/// About how many bytes a value takes in memory, from the length of its JSON text.
pub fn parsed_bytes<T: Serialize>(value: &T) -> usize {
    text_length(value).saturating_mul(PARSED_FACTOR)
}

/// How many bytes a value takes where it is stored.
pub fn text_length<T: Serialize>(value: &T) -> usize {
    let mut length = Length(0);
    // A state that cannot be serialised is told so where it is stored.
    let _ = serde_json::to_writer(&mut length, value);
    length.0
}

struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_weighs_by_its_text() {
        let short = parsed_bytes(&vec!["x"; 1]);
        let long = parsed_bytes(&vec!["x"; 1_001]);
        assert_eq!(long - short, PARSED_FACTOR * 4 * 1_000);
    }
}
