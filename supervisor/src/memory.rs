//! The memory budget: an estimate of what states and queued commands take, and who must go when it is too much.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use tokio::sync::Notify;

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

/// The estimated bytes of a value in memory, from the length of its JSON text. Nothing is allocated for it.
pub(crate) fn weigh<T: Serialize>(value: &T) -> usize {
    let mut length = Length(0);
    // A state that cannot be serialised is told so where it is stored.
    let _ = serde_json::to_writer(&mut length, value);
    CELL_BYTES.saturating_add(length.0.saturating_mul(PARSED_FACTOR))
}

/// About how long the JSON text of a value of that weight is.
pub(crate) fn stored_bytes(weight: usize) -> usize {
    weight.saturating_sub(CELL_BYTES) / PARSED_FACTOR
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
        let short = weigh(&vec!["x"; 1]);
        let long = weigh(&vec!["x"; 1_001]);
        assert_eq!(long - short, PARSED_FACTOR * 4 * 1_000);
    }
}
