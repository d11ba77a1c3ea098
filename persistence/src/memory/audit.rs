//! The audit trail in memory.

use std::sync::Mutex;

use amazoff_supervisor::audit::ChainCheck;
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{AuditEntry, AuditError, AuditNote, AuditTable};
use futures::future::{BoxFuture, ready};

use super::locked;

/// The entries, oldest first.
#[derive(Default)]
pub(super) struct MemoryAudit {
    entries: Mutex<Vec<AuditEntry>>,
}

impl MemoryAudit {
    /// A copy of them.
    pub(super) fn entries(&self) -> Vec<AuditEntry> {
        locked(&self.entries).clone()
    }

    /// Changes what is stored, as somebody with the file would.
    pub(super) fn tamper(&self, change: impl FnOnce(&mut Vec<AuditEntry>)) {
        change(&mut locked(&self.entries));
    }
}

impl AuditTable for MemoryAudit {
    fn append<'a>(&'a self, note: &'a AuditNote) -> BoxFuture<'a, Result<AuditEntry, JournalError>> {
        let mut entries = locked(&self.entries);
        let last = entries.last().map(|entry| (entry.number, entry.hash));
        let entry = AuditEntry::following(last, note);
        entries.push(entry.clone());
        Box::pin(ready(Ok(entry)))
    }

    fn page(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditEntry>, JournalError>> {
        let entries = locked(&self.entries);
        let newest = entries.iter().rev().filter(|entry| before.is_none_or(|before| entry.number < before));
        let page = newest.take(limit).cloned().collect();
        Box::pin(ready(Ok(page)))
    }

    fn verify(&self) -> BoxFuture<'_, Result<u64, AuditError>> {
        let mut check = ChainCheck::default();
        let followed = locked(&self.entries).iter().try_for_each(|entry| check.next(entry));
        Box::pin(ready(followed.map(|()| check.entries())))
    }
}
