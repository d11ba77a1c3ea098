//! The audit trail: what operators did, append-only and hash-chained.
//!
//! Each entry's hash covers the hash before it, so whoever changes, inserts or takes out an entry must rewrite all later
//! ones. The chain shows tampering with what is stored; it does not stop somebody who may write the file and rewrites it all.
//! For that, keep the newest hash somewhere else.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::broadcast;

use crate::clock::Timestamp;
use crate::journal::JournalError;

/// The hash that the first entry follows.
pub const GENESIS: [u8; 32] = [0; 32];

/// What happened, before it is an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditNote {
    /// When.
    pub at: Timestamp,
    /// Who did it: a user id, or a part of the program.
    pub actor: String,
    /// What was done, as a stable kebab-case name.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// More about it, as JSON text. No personal values: an entry cannot be erased.
    pub detail: String,
}

/// An entry of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its number: 1 for the first, then dense.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// What it was done to.
    pub subject: String,
    /// More about it, as JSON text.
    pub detail: String,
    /// SHA-256 over the hash before it and the entry.
    pub hash: [u8; 32],
}

impl AuditEntry {
    /// The entry that a note becomes behind another one; `None`: it is the first.
    pub fn following(last: Option<(u64, [u8; 32])>, note: &AuditNote) -> Self {
        let (number, previous) = last.map_or((1, GENESIS), |(number, hash)| (number + 1, hash));
        let mut entry = Self {
            number,
            at: note.at,
            actor: note.actor.clone(),
            action: note.action.clone(),
            subject: note.subject.clone(),
            detail: note.detail.clone(),
            hash: GENESIS,
        };
        entry.hash = entry.hash_after(&previous);
        entry
    }

    /// The hash that the entry must have behind `previous`: SHA-256 over that hash, the number and the time as 8 bytes (big
    /// endian), and each text with its length in bytes before it.
    pub fn hash_after(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(self.number.to_be_bytes());
        hash.update(self.at.unix_ms().to_be_bytes());
        for text in [&self.actor, &self.action, &self.subject, &self.detail] {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        }
        hash.finalize().into()
    }
}

/// Follows a chain entry by entry.
#[derive(Clone, Copy, Debug)]
pub struct ChainCheck {
    entries: u64,
    hash: [u8; 32],
}

impl Default for ChainCheck {
    fn default() -> Self {
        Self { entries: 0, hash: GENESIS }
    }
}

impl ChainCheck {
    /// Takes the next entry.
    ///
    /// # Errors
    /// [`AuditError::Broken`] when it does not follow.
    pub fn next(&mut self, entry: &AuditEntry) -> Result<(), AuditError> {
        let number = self.entries + 1;
        if entry.number != number || entry.hash != entry.hash_after(&self.hash) {
            return Err(AuditError::Broken { number });
        }
        (self.entries, self.hash) = (number, entry.hash);
        Ok(())
    }

    /// How many entries were taken.
    pub fn entries(&self) -> u64 {
        self.entries
    }
}

/// Why the trail cannot be vouched for.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The store is away, or it is unknown whether an entry was stored.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The entry of that number is missing, or is not what was written.
    #[error("the audit trail is broken at entry {number}")]
    Broken {
        /// The first such entry.
        number: u64,
    },
}

/// The audit trail's table. Entries are never changed or deleted.
pub trait AuditTable: Send + Sync + 'static {
    /// Adds an entry; durable when it answers `Ok`.
    fn append<'a>(&'a self, note: &'a AuditNote) -> BoxFuture<'a, Result<AuditEntry, JournalError>>;
    /// Entries with a number below `before`, newest first, at most `limit`; `None` starts at the newest.
    fn page(&self, before: Option<u64>, limit: usize)
    -> BoxFuture<'_, Result<Vec<AuditEntry>, JournalError>>;
    /// Checks the whole chain and returns how many entries it has. Reads all of it, a page at a time.
    ///
    /// # Errors
    /// [`AuditError::Broken`] names the first entry that is not what was written.
    fn verify(&self) -> BoxFuture<'_, Result<u64, AuditError>>;
}

/// Entries that a subscriber may be behind.
const LIVE_KEPT: usize = 64;

/// The trail of a running program: tells subscribers of each entry once it is durable.
pub(crate) struct LiveAudit {
    table: Arc<dyn AuditTable>,
    live: broadcast::Sender<AuditEntry>,
}

impl LiveAudit {
    pub(crate) fn over(table: Arc<dyn AuditTable>) -> Self {
        Self { table, live: broadcast::Sender::new(LIVE_KEPT) }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<AuditEntry> {
        self.live.subscribe()
    }
}

impl AuditTable for LiveAudit {
    fn append<'a>(&'a self, note: &'a AuditNote) -> BoxFuture<'a, Result<AuditEntry, JournalError>> {
        Box::pin(async move {
            let entry = self.table.append(note).await?;
            // That nobody listens is no error.
            let _ = self.live.send(entry.clone());
            Ok(entry)
        })
    }
    fn page(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditEntry>, JournalError>> {
        self.table.page(before, limit)
    }
    fn verify(&self) -> BoxFuture<'_, Result<u64, AuditError>> {
        self.table.verify()
    }
}
