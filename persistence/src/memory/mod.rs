//! The ports in memory, with the same rules as a database: for tests, also on a paused clock.
//!
//! Nothing here waits or starts a thread: every answer is ready when it is asked for. The only clock is the one that judges
//! leases, and it stands still when tokio's clock is paused.

mod append;
mod archive;
mod audit;
mod blobs;
mod crashes;
mod documents;
mod journal;
mod keys;
mod shards;
mod tables;
mod waiting;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use amazoff_supervisor::archive::Archive;
use amazoff_supervisor::documents::Documents;
use amazoff_supervisor::journal::{Journal, KeyTable, NewEvent, Part, ShardTable, Shards};
use amazoff_supervisor::{AuditEntry, AuditTable};
use amazoff_supervisor::{CommandId, EntityId, Timestamp, Version};

pub use self::append::AppendFailure;
use self::archive::MemoryArchive;
use self::audit::MemoryAudit;
pub use self::blobs::MemoryBlobs;
use self::documents::MemoryDocuments;
use self::journal::MemoryJournal;
use self::keys::MemoryKeys;
use self::shards::MemoryShards;
use self::tables::Tables;

/// All ports over one memory. Cheap to clone; clones share what is stored.
#[derive(Clone)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    documents: Arc<MemoryDocuments>,
    keys: Arc<MemoryKeys>,
    audit: Arc<MemoryAudit>,
    journal: Arc<MemoryJournal>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store that nobody owns a shard of yet.
    pub fn new() -> Self {
        let tables: Arc<Mutex<Tables>> = Arc::default();
        let journal = Arc::new(MemoryJournal::over(Arc::clone(&tables)));
        Self { tables, documents: Arc::default(), keys: Arc::default(), audit: Arc::default(), journal }
    }

    /// The transactional truth. It has one lane.
    pub fn journal(&self) -> Arc<dyn Journal> {
        Arc::<MemoryJournal>::clone(&self.journal)
    }

    /// Its rows.
    pub fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(MemoryArchive {
            tables: Arc::clone(&self.tables),
            keys: Arc::clone(&self.keys),
            audit: Arc::clone(&self.audit),
        })
    }

    /// The read models.
    pub fn documents(&self) -> Arc<dyn Documents> {
        Arc::<MemoryDocuments>::clone(&self.documents)
    }

    /// Who owns which shard.
    pub fn shard_table(&self) -> Arc<dyn ShardTable> {
        Arc::new(MemoryShards::over(Arc::clone(&self.tables)))
    }

    /// The persons' wrapped keys.
    pub fn key_table(&self) -> Arc<dyn KeyTable> {
        Arc::<MemoryKeys>::clone(&self.keys)
    }

    /// The audit trail.
    pub fn audit(&self) -> Arc<dyn AuditTable> {
        Arc::<MemoryAudit>::clone(&self.audit)
    }

    /// Changes the stored audit trail behind its back: for tests of who notices.
    pub fn tamper_with_audit(&self, change: impl FnOnce(&mut Vec<AuditEntry>)) {
        self.audit.tamper(change);
    }

    /// Takes every shard for a node and returns what it now owns: the short way for tests without a cluster.
    pub fn take_all(&self, node: &str) -> Arc<dyn Shards> {
        Arc::new(shards::take_all(&self.tables, node))
    }

    /// Moves the clock that judges leases, as an administrator or a bad time server would: by so many milliseconds.
    pub fn shift_lease_clock(&self, ms: i64) {
        locked(&self.tables).nodes.shift_clock(ms);
    }

    /// Makes the next append fail as told; several are used up in order.
    pub fn fail_next(&self, failure: AppendFailure) {
        locked(&self.tables).failures.push_back(failure);
    }

    /// Stores an event past the lane, as a second writer would that nobody knows of.
    pub fn intrude(&self, entity: &EntityId, seen: Version, payload: &str) {
        let mut tables = locked(&self.tables);
        let epoch = tables.epochs.get(&entity.shard()).copied().unwrap_or_default();
        let mut part = Part::empty(entity.clone(), seen, epoch, Timestamp::default());
        let command_id = CommandId::new();
        part.events.push(NewEvent {
            schema: 1,
            payload: payload.to_owned(),
            command_id,
            causation: None,
            correlation: command_id,
        });
        append::store(&mut tables, &part, seen);
    }
}

/// A panic of another test thread leaves maps that are still maps.
fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
