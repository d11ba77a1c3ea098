//! A runtime whose tallies are projected: one document per event, made by projections that a test can hinder.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Query};
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::tree::{ChildSpec, SupervisorSpec, TreeHandle};
use amazoff_supervisor::{
    Answer, Assembly, CellLimits, Directory, Ports, Projection, ProjectionStats, Runtime, ShardId,
};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tally::{Command, Tally, TokioClock};
use crate::world::{envelope, until};

/// How a projection is hindered.
#[derive(Default)]
pub(crate) struct Hindrance {
    pub(crate) fails: AtomicBool,
    pub(crate) panics: AtomicBool,
    pub(crate) shards: Mutex<BTreeSet<u16>>,
    pub(crate) ms_per_event: AtomicU64,
    /// Marks the documents that it writes from now on.
    pub(crate) edition: AtomicU32,
    pub(crate) projected: AtomicU32,
}

pub(crate) struct Lines {
    pub(crate) name: &'static str,
    pub(crate) collections: &'static [&'static str],
    pub(crate) version: u32,
    pub(crate) hindrance: Arc<Hindrance>,
}

impl Lines {
    pub(crate) fn of(name: &'static str, collections: &'static [&'static str]) -> Self {
        Self { name, collections, version: 1, hindrance: Arc::default() }
    }
}

impl Projection for Lines {
    fn name(&self) -> &'static str {
        self.name
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["tally"]
    }
    fn collections(&self) -> &'static [&'static str] {
        self.collections
    }
    fn version(&self) -> u32 {
        self.version
    }
    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        let hindered = {
            let shards = self.hindrance.shards.lock().expect("unpoisoned");
            shards.is_empty() || shards.contains(&event.shard.number())
        };
        if hindered && self.hindrance.panics.load(Ordering::SeqCst) {
            panic!("no line today");
        }
        Box::pin(async move {
            let pause = self.hindrance.ms_per_event.load(Ordering::SeqCst);
            if pause > 0 {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            if hindered && self.hindrance.fails.load(Ordering::SeqCst) {
                return Err(JournalError::Unavailable("told to fail".to_owned()));
            }
            self.hindrance.projected.fetch_add(1, Ordering::SeqCst);
            let edition = self.hindrance.edition.load(Ordering::SeqCst);
            let put = |collection: &&str| DocumentPut {
                collection: (*collection).to_owned(),
                id: format!("{}-{}", event.entity, event.seq.0),
                source_seq: 1,
                body: Some(json!({"edition": edition, "version": self.version})),
            };
            Ok(self.collections.iter().map(put).collect())
        })
    }
}

/// Documents whose writes can be held back, and that die after a number of them, as a killed process does.
pub(crate) struct Hindered {
    inner: Arc<dyn Documents>,
    pub(crate) held: tokio::sync::watch::Sender<bool>,
    pub(crate) writes_left: AtomicI64,
}

impl Hindered {
    pub(crate) fn over(store: &MemoryStore) -> Arc<Self> {
        Arc::new(Self {
            inner: store.documents(),
            held: tokio::sync::watch::Sender::new(false),
            writes_left: AtomicI64::new(i64::MAX),
        })
    }
    async fn pass(&self) -> Result<(), JournalError> {
        self.held.subscribe().wait_for(|held| !held).await.expect("the sender lives");
        if self.writes_left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Ok(());
        }
        std::future::pending().await
    }
}

impl Documents for Hindered {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            if !projection.starts_with("projection-lineages") || *self.held.borrow() {
                self.pass().await?;
            } else if self.writes_left.fetch_sub(1, Ordering::SeqCst) <= 0 {
                std::future::pending::<()>().await;
            }
            self.inner.write(projection, shard, shard_seq, puts).await
        })
    }
    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>> {
        self.inner.checkpoints(projection)
    }
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>> {
        self.inner.get(collection, id)
    }
    fn query<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>> {
        self.inner.query(query)
    }
    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>> {
        self.inner.count(query)
    }
    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(async move {
            self.pass().await?;
            self.inner.drop_collection(collection, limit).await
        })
    }
    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            self.pass().await?;
            self.inner.forget_checkpoints(projection).await
        })
    }
}

pub(crate) struct Shelf {
    pub(crate) store: MemoryStore,
    pub(crate) tallies: Directory<Tally>,
    pub(crate) runtime: Runtime,
    pub(crate) documents: Arc<dyn Documents>,
    pub(crate) tree: TreeHandle,
}

impl Shelf {
    pub(crate) async fn start(projections: Vec<Lines>) -> Self {
        let store = MemoryStore::new();
        let documents = store.documents();
        Self::over(store, documents, projections).await
    }

    /// A new process over what an earlier one left.
    pub(crate) async fn over(
        store: MemoryStore,
        documents: Arc<dyn Documents>,
        projections: Vec<Lines>,
    ) -> Self {
        let ports = Ports {
            journal: store.journal(),
            documents,
            clock: Arc::new(TokioClock(tokio::time::Instant::now())),
            shards: store.take_all("test"),
            keys: store.key_table(),
            audit: store.audit(),
        };
        let mut assembly = Assembly::new(&ports);
        let tallies = assembly.directory::<Tally>(CellLimits::default());
        assembly.register(&tallies);
        for projection in projections {
            assembly.project(Arc::new(projection));
        }
        let runtime = assembly.finish();
        let mut spec = SupervisorSpec::one_for_one("test");
        for lane in runtime.lanes() {
            spec = spec.child(lane);
        }
        spec = spec.child(runtime.projections()).child(ChildSpec::domain(tallies.host()));
        let tree = TreeHandle::start(spec).await.expect("the tree starts");
        Self { store, tallies, documents: runtime.documents(), runtime, tree }
    }

    pub(crate) async fn add(&self, id: Uuid) -> Answer<i64> {
        self.tallies.execute(id, Command::Add(1), envelope()).await.expect("accepted")
    }

    pub(crate) async fn add_many(&self, count: usize) {
        for _ in 0..count {
            self.add(Uuid::now_v7()).await;
        }
    }

    /// What readers see of a collection: the editions of its documents.
    pub(crate) async fn editions(&self, collection: &str) -> Vec<u64> {
        let query = Query { collection: collection.to_owned(), limit: 200, ..Query::default() };
        let page = self.documents.query(&query).await.expect("readable");
        page.items.iter().map(|(_, body)| body["edition"].as_u64().expect("a number")).collect()
    }

    /// What the store holds under a name.
    pub(crate) async fn stored(&self, collection: &str) -> u64 {
        let query = Query { collection: collection.to_owned(), ..Query::default() };
        self.store.documents().count(&query).await.expect("readable")
    }

    pub(crate) async fn stats(&self, name: &str) -> ProjectionStats {
        let stats = self.runtime.projection_stats().await.expect("readable");
        stats.into_iter().find(|stats| stats.name == name).expect("it has started")
    }

    /// Waits until a generation serves, and nothing is being rebuilt.
    pub(crate) async fn serves(&self, name: &str, generation: u64) {
        until(async || {
            let stats = self.runtime.projection_stats().await.expect("readable");
            let serves = |stats: &ProjectionStats| stats.name == name && stats.generation == generation;
            stats.iter().any(|stats| serves(stats) && stats.rebuilding.is_none())
        })
        .await;
        self.runtime.projected().await;
    }
}

/// An id in a shard.
pub(crate) fn in_shard(number: u16) -> Uuid {
    std::iter::repeat_with(Uuid::now_v7).find(|id| ShardId::of(*id).number() == number).expect("endless")
}
