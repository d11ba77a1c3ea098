//! What the sentences are said about: an open store, a claimed node, a lane, and parts to store.

use std::collections::BTreeMap;
use std::sync::Arc;

use amazoff_databases::{Database, shared_mariadb, shared_mongo};
use amazoff_persistence::mongodb::{MongoStore, Options};
use amazoff_persistence::{FileBlobs, MariaDbOptions, MariaDbStore, MemoryBlobs, MemoryStore, SqliteStore};
use amazoff_supervisor::archive::{Archive, Import};
use amazoff_supervisor::documents::{Blobs, Documents};
use amazoff_supervisor::journal::{
    Claim, CommandRecord, EffectMark, Journal, KeyTable, LaneWriter, NewEvent, OutboxKey, OutboxRow, Part,
    PartRefusal, ShardTable,
};
use amazoff_supervisor::{AuditTable, CommandId, EntityId, Epoch, ShardId, Timestamp, Version};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) documents: Arc<dyn Documents>,
    pub(crate) shards: Arc<dyn ShardTable>,
    pub(crate) keys: Arc<dyn KeyTable>,
    pub(crate) audit: Arc<dyn AuditTable>,
    pub(crate) archive: Arc<dyn Archive>,
    /// Memory is not filled from elsewhere.
    pub(crate) import: Option<Arc<dyn Import>>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) lane: Box<dyn LaneWriter>,
    pub(crate) epoch: Epoch,
    pub(crate) memory: Option<MemoryStore>,
    pub(crate) disk: Option<Disk>,
    /// Dropped with the world.
    pub(crate) server: Option<Database>,
}

pub(crate) struct Disk {
    pub(crate) folder: TempDir,
    pub(crate) store: SqliteStore,
}

pub(crate) const NOW: Timestamp = Timestamp::from_unix_ms(1_700_000_000_000);

impl World {
    pub(crate) async fn in_memory() -> Self {
        let store = MemoryStore::new();
        let (shards, journal) = (store.shard_table(), store.journal());
        let (epoch, lane) = claimed(&*shards, &*journal).await;
        let blobs = Arc::new(MemoryBlobs::default());
        let (documents, keys) = (store.documents(), store.key_table());
        let (audit, archive) = (store.audit(), store.archive());
        let (memory, disk, server, import) = (Some(store), None, None, None);
        Self {
            journal,
            documents,
            shards,
            keys,
            audit,
            archive,
            import,
            blobs,
            lane,
            epoch,
            memory,
            disk,
            server,
        }
    }

    /// Documents and blobs in a database of their own; the rest in memory.
    pub(crate) async fn in_mongodb() -> Self {
        let database = shared_mongo().await.unwrap().database();
        let store = MongoStore::connect(database.url(), Options::default()).await.unwrap();
        let (documents, blobs) = (store.documents(), store.blobs());
        Self { documents, blobs, server: Some(database), ..Self::in_memory().await }
    }

    /// The journal and its tables in a database of their own; the rest in memory.
    pub(crate) async fn in_mariadb() -> Self {
        let database = shared_mariadb().await.unwrap().database().await.unwrap();
        let world = Self::at_mariadb(database.url()).await;
        Self { server: Some(database), ..world }
    }

    /// The same in a database that the caller keeps.
    pub(crate) async fn at_mariadb(url: &str) -> Self {
        // The world has one lane for entities of all shards.
        let options = MariaDbOptions { lanes: 1, ..MariaDbOptions::default() };
        let store = MariaDbStore::connect(url, options).await.unwrap();
        let (shards, journal) = (store.shard_table(), store.journal());
        let (epoch, lane) = claimed(&*shards, &*journal).await;
        let (keys, audit) = (store.key_table(), store.audit());
        let (archive, import) = (store.archive(), Some(store.import()));
        let rest = Self::in_memory().await;
        Self { journal, shards, keys, audit, archive, import, lane, epoch, memory: None, ..rest }
    }

    pub(crate) async fn in_sqlite() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap()).await
    }

    /// Opens what a folder holds and claims it again.
    pub(crate) async fn in_folder(folder: TempDir) -> Self {
        let store = SqliteStore::open(folder.path()).await.unwrap();
        let (shards, journal) = (store.shard_table(), store.journal());
        let (epoch, lane) = claimed(&*shards, &*journal).await;
        let blobs = Arc::new(FileBlobs::open(&folder.path().join("media")).unwrap());
        let (documents, keys) = (store.documents(), store.key_table());
        let (audit, archive, import) = (store.audit(), store.archive(), Some(store.import()));
        let (memory, disk) = (None, Some(Disk { folder, store }));
        let rest = Self::in_memory().await;
        Self {
            journal,
            documents,
            shards,
            keys,
            audit,
            archive,
            import,
            blobs,
            lane,
            epoch,
            memory,
            disk,
            ..rest
        }
    }

    /// Closes the store and opens it again.
    pub(crate) async fn reopened(self) -> Self {
        drop(self.lane);
        let disk = self.disk.unwrap();
        disk.store.close().await.unwrap();
        Self::in_folder(disk.folder).await
    }

    /// A part that changes nothing yet.
    pub(crate) fn part(&self, entity: &EntityId, seen: u64) -> Part {
        Part::empty(entity.clone(), Version(seen), self.epoch, NOW)
    }

    /// A part with events.
    pub(crate) fn events(&self, entity: &EntityId, seen: u64, count: u64) -> Part {
        let mut part = self.part(entity, seen);
        part.events = (1..=count).map(|n| event(&format!("{{\"n\":{}}}", seen + n))).collect();
        part
    }

    pub(crate) async fn store(&mut self, part: Part) -> Result<(), PartRefusal> {
        self.append(&[part]).await.remove(0)
    }

    /// Stores parts and says of each whether it was.
    pub(crate) async fn append(&mut self, parts: &[Part]) -> Vec<Result<(), PartRefusal>> {
        let verdicts = self.lane.append(parts).await.unwrap();
        verdicts.into_iter().map(|verdict| verdict.map(drop)).collect()
    }

    pub(crate) async fn version(&self, entity: &EntityId) -> u64 {
        let events = self.journal.history(entity, Version(0), usize::MAX).await.unwrap();
        events.last().map_or(0, |event| event.seq.0)
    }

    /// Fails unless every shard is numbered 1, 2, 3 … and its events are numbered 1, 2, 3 … per entity.
    pub(crate) async fn assert_dense(&self) {
        for (shard, head) in self.journal.heads().await.unwrap() {
            let events = self.journal.tail(shard, 0, usize::MAX).await.unwrap();
            let numbers: Vec<u64> = events.iter().map(|event| event.shard_seq).collect();
            assert_eq!(numbers, (1..=head).collect::<Vec<_>>(), "shard {}", shard.number());
            let mut versions: BTreeMap<EntityId, u64> = BTreeMap::new();
            for event in events {
                let version = versions.entry(event.entity).or_default();
                *version += 1;
                assert_eq!(event.seq.0, *version);
            }
        }
    }
}

async fn claimed(shards: &dyn ShardTable, journal: &dyn Journal) -> (Epoch, Box<dyn LaneWriter>) {
    let epochs = shards.claim_all("node_test", "127.0.0.1:1").await.unwrap();
    assert_eq!(
        epochs.iter().map(|(shard, _)| *shard).collect::<Vec<_>>(),
        ShardId::all().collect::<Vec<_>>()
    );
    (epochs[0].1, journal.lane(0).await.unwrap())
}

pub(crate) fn cart() -> EntityId {
    EntityId::new("cart", Uuid::now_v7())
}

/// Two entities of the same shard.
pub(crate) fn shard_mates() -> (EntityId, EntityId) {
    let first = cart();
    let mate = std::iter::repeat_with(cart).find(|other| other.shard() == first.shard()).unwrap();
    (first, mate)
}

pub(crate) fn event(payload: &str) -> NewEvent {
    NewEvent {
        schema: 1,
        payload: payload.to_owned(),
        command_id: CommandId::new(),
        causation: None,
        correlation: CommandId::new(),
    }
}

pub(crate) fn command(command_id: CommandId) -> CommandRecord {
    CommandRecord {
        command_id,
        // Beyond what fits a signed number.
        fingerprint: u64::MAX - 7,
        outcome: "{\"Ok\":\"héllo\"}".to_owned(),
        sealed_command: "{\"AddLine\":{}}".to_owned(),
        context: "{}".to_owned(),
        seq: Version(1),
        expires_at: NOW,
    }
}

pub(crate) fn mark(sender: &str, high_water: u64) -> EffectMark {
    EffectMark { sender: sender.to_owned(), high_water, command_id: CommandId::new() }
}

pub(crate) fn claim(key: &str) -> Claim {
    Claim { namespace: "email".to_owned(), key: key.to_owned() }
}

pub(crate) fn effect(entity: &EntityId, seq: u64, n: u16) -> OutboxRow {
    let key = OutboxKey { entity: entity.clone(), seq: Version(seq), n };
    OutboxRow::new(key, "stock".to_owned(), format!("{{\"effect\":{n}}}"), (CommandId::new(), NOW))
}
