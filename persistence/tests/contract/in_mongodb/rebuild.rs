//! A projection that is rebuilt while its documents are in MongoDB.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use amazoff_persistence::MemoryStore;
use amazoff_supervisor::documents::{DocumentPut, Documents, Query};
use amazoff_supervisor::journal::{JournalError, StoredEvent};
use amazoff_supervisor::tree::{ChildSpec, SupervisorSpec, TreeHandle};
use amazoff_supervisor::{
    Assembly, CellLimits, Claim, Clock, Context, Decision, Directory, Entity, Envelope, Fault, FaultKind,
    Ports, Projection, Runtime, Timestamp,
};
use futures::future::{BoxFuture, try_join_all};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::shared;
use crate::world::NOW;

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally(u64);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("nothing is refused")]
struct Never;

impl Fault for Never {
    fn kind(&self) -> FaultKind {
        FaultKind::Bug
    }
    fn code(&self) -> &'static str {
        "never"
    }
}

impl Entity for Tally {
    const KIND: &'static str = "tally";
    type Command = ();
    type Event = ();
    type Reply = u64;
    type Rejection = Never;
    type Effect = ();

    fn decide(&self, _command: &(), _context: &Context) -> Result<Decision<Self>, Never> {
        Ok(Decision::event((), self.0 + 1))
    }
    fn apply(&mut self, _event: &()) {
        self.0 += 1;
    }
    fn claim_taken(_claim: &Claim) -> Never {
        Never
    }
    fn reminded(_name: &str) -> Option<()> {
        None
    }
    fn destination(_effect: &()) -> String {
        String::new()
    }
}

/// One document per tally, which says what edition of the projection wrote it.
struct Tallies {
    edition: Arc<AtomicU64>,
}

impl Projection for Tallies {
    fn name(&self) -> &'static str {
        "tallies"
    }
    fn kinds(&self) -> &'static [&'static str] {
        &["tally"]
    }
    fn collections(&self) -> &'static [&'static str] {
        &["tallies"]
    }
    fn project<'a>(
        &'a self,
        event: &'a StoredEvent,
    ) -> BoxFuture<'a, Result<Vec<DocumentPut>, JournalError>> {
        Box::pin(async move {
            let body = json!({ "edition": self.edition.load(Ordering::SeqCst), "n": event.seq.0 });
            let (collection, id) = ("tallies".to_owned(), event.entity.to_string());
            Ok(vec![DocumentPut { collection, id, source_seq: event.seq.0, body: Some(body) }])
        })
    }
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

struct Process {
    tallies: Directory<Tally>,
    runtime: Runtime,
    tree: TreeHandle,
    documents: Arc<dyn Documents>,
}

impl Process {
    async fn start(store: &MemoryStore, documents: Arc<dyn Documents>, edition: &Arc<AtomicU64>) -> Self {
        let mut assembly = Assembly::new(&Ports {
            journal: store.journal(),
            documents,
            clock: Arc::new(Fixed),
            shards: store.take_all("test"),
            keys: store.key_table(),
            audit: store.audit(),
        });
        let tallies = assembly.directory::<Tally>(CellLimits::default());
        assembly.register(&tallies);
        assembly.project(Arc::new(Tallies { edition: Arc::clone(edition) }));
        let runtime = assembly.finish();
        let mut spec = SupervisorSpec::one_for_one("test");
        for lane in runtime.lanes() {
            spec = spec.child(lane);
        }
        spec = spec.child(runtime.projections()).child(ChildSpec::domain(tallies.host()));
        let tree = TreeHandle::start(spec).await.unwrap();
        Self { tallies, documents: runtime.documents(), runtime, tree }
    }

    async fn add(&self, ids: &[Uuid]) {
        let envelope = || Envelope::system(Duration::from_secs(5));
        try_join_all(ids.iter().map(|id| self.tallies.execute(*id, (), envelope()))).await.unwrap();
    }

    /// The editions of all documents, in one page.
    async fn editions(&self) -> Vec<u64> {
        let query = Query { collection: "tallies".to_owned(), limit: 200, ..Query::default() };
        let page = self.documents.query(&query).await.unwrap();
        page.items.iter().map(|(_, body)| body["edition"].as_u64().unwrap()).collect()
    }
}

async fn until(holds: impl AsyncFn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < limit, "it never held");
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_a_rebuild_all_at_once_and_a_later_process_goes_on_from_it() {
    let (_database, mongo) = shared().await;
    let (store, edition) = (MemoryStore::new(), Arc::new(AtomicU64::new(1)));
    let count = async |collection: &str| {
        let query = Query { collection: collection.to_owned(), ..Query::default() };
        mongo.documents().count(&query).await.unwrap()
    };
    let process = Process::start(&store, mongo.documents(), &edition).await;
    let ids: Vec<Uuid> = (0..120).map(|_| Uuid::now_v7()).collect();
    process.add(&ids).await;
    process.runtime.projected().await;
    assert_eq!(process.editions().await, vec![1; 120]);

    edition.store(2, Ordering::SeqCst);
    assert_eq!(process.runtime.rebuild("tallies").await.unwrap(), 1);
    until(async || {
        let editions = process.editions().await;
        assert!(
            editions.len() == 120 && editions.iter().all(|edition| *edition == editions[0]),
            "{editions:?}"
        );
        editions[0] == 2
    })
    .await;
    process.add(&ids[..40]).await;
    process.runtime.projected().await;
    until(async || count("tallies").await == 0).await;
    assert_eq!(count("tallies@1").await, 120);
    until(async || mongo.documents().checkpoints("tallies").await.unwrap().is_empty()).await;
    process.tree.stop().await;

    let next = Process::start(&store, mongo.documents(), &edition).await;
    next.add(&ids[..10]).await;
    next.runtime.projected().await;
    assert_eq!(next.editions().await, vec![2; 120]);
    let first = next.documents.get("tallies", &next.tallies.entity(ids[0]).to_string()).await.unwrap();
    assert_eq!(first.unwrap()["n"], 3);
    next.tree.stop().await;
}
