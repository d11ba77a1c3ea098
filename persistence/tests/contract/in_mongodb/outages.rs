use std::sync::Arc;
use std::time::Instant;

use amazoff_databases::{Mongo, MongoOptions};
use amazoff_persistence::mongodb::MongoStore;
use amazoff_supervisor::documents::{Documents, Query};
use amazoff_supervisor::journal::JournalError;
use bson::{Bson, Document, doc};
use tokio::sync::watch;

use super::{HASTY_MAX, hasty, number, numbered, private, shard};

/// Documents of one batch.
const BATCH: u64 = 40;

/// Batch after batch until the server is gone; each has documents of its own, and one that all of them write.
async fn write_on(
    documents: &Arc<dyn Documents>,
    from: u64,
    acknowledged: &watch::Sender<u64>,
) -> JournalError {
    for seq in from.. {
        let mut puts: Vec<_> = (0..BATCH).map(|n| numbered(&format!("{seq}-{n}"), seq)).collect();
        puts.push(numbered("latest", seq));
        match documents.write("test", shard(3), seq, &puts).await {
            Ok(()) => acknowledged.send_replace(seq),
            Err(error) => return error,
        };
    }
    unreachable!("the server is killed before")
}

async fn checkpoint(documents: &Arc<dyn Documents>) -> u64 {
    documents.checkpoints("test").await.unwrap().first().map_or(0, |(_, seq)| *seq)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_has_all_that_was_acknowledged_and_no_checkpoint_without_its_documents() {
    let (server, store) = private(MongoOptions::on_disk()).await;
    let documents = store.documents();
    let acknowledged = watch::Sender::new(0);
    for kill in 1..=3 {
        let mut seen = acknowledged.subscribe();
        let from = *seen.borrow_and_update();
        let killing = async {
            seen.wait_for(|seq| *seq >= from + 5 * kill).await.unwrap();
            server.kill_9().await.unwrap();
        };
        let (error, ()) = tokio::join!(write_on(&documents, from + 1, &acknowledged), killing);
        assert!(matches!(error, JournalError::Unavailable(_) | JournalError::OutcomeUnknown(_)), "{error}");
        server.restart().await.unwrap();

        let (acknowledged, reached) = (*acknowledged.borrow(), checkpoint(&documents).await);
        assert!(reached >= acknowledged, "checkpoint {reached}, acknowledged {acknowledged}");
        let latest = number(&documents, "latest").await;
        assert!(latest >= reached);
        for seq in 1..=reached {
            let equals = vec![("n".to_owned(), seq.into())];
            let batch = Query { collection: "products".to_owned(), equals, ..Query::default() };
            let found = documents.count(&batch).await.unwrap();
            assert_eq!(found, BATCH + u64::from(seq == latest), "batch {seq} of {reached}");
        }
    }
}

#[tokio::test]
async fn a_server_that_stands_still_is_an_error_in_time_and_no_harm_later() {
    let (server, store) = private(MongoOptions::default()).await;
    let documents = store.documents();
    documents.write("test", shard(0), 1, &[numbered("a", 1)]).await.unwrap();
    server.pause().unwrap();
    let began = Instant::now();
    let written = documents.write("test", shard(0), 2, &[numbered("a", 2)]).await;
    assert!(matches!(written, Err(JournalError::OutcomeUnknown(_))), "it was sent: {written:?}");
    assert!(began.elapsed() < HASTY_MAX, "{:?}", began.elapsed());
    let began = Instant::now();
    let read = documents.get("products", "a").await;
    assert!(matches!(read, Err(JournalError::Unavailable(_))), "{read:?}");
    assert!(store.blobs().get(&"0".repeat(64)).await.is_err());
    assert!(began.elapsed() < HASTY_MAX * 2, "{:?}", began.elapsed());
    server.resume().unwrap();
    eventually(async || documents.write("test", shard(0), 2, &[numbered("a", 2)]).await).await;
    assert_eq!((number(&documents, "a").await, checkpoint(&documents).await), (2, 2));
}

#[tokio::test]
async fn a_store_opens_without_a_server_and_is_whole_once_there_is_one() {
    let server = Mongo::start(MongoOptions::default()).await.unwrap();
    server.kill_9().await.unwrap();
    let began = Instant::now();
    let store = MongoStore::connect(&server.access().url("shop"), hasty()).await.unwrap();
    let documents = store.documents();
    assert!(matches!(documents.get("products", "a").await, Err(JournalError::Unavailable(_))));
    let written = documents.write("test", shard(0), 1, &[numbered("a", 1)]).await;
    assert!(matches!(written, Err(JournalError::Unavailable(_))), "{written:?}");
    assert!(began.elapsed() < HASTY_MAX * 2, "{:?}", began.elapsed());

    server.restart().await.unwrap();
    eventually(async || documents.write("test", shard(0), 1, &[numbered("a", 1)]).await).await;
    assert_eq!(number(&documents, "a").await, 1);
    let reply =
        server.access().run_command("shop", doc! { "listIndexes": "documents.products" }).await.unwrap();
    let indexes = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    assert!(indexes.len() > 5, "{indexes:?}");
}

/// The driver notices that a server is back by itself.
async fn eventually(write: impl AsyncFn() -> Result<(), JournalError>) {
    let began = Instant::now();
    while let Err(error) = write().await {
        assert!(began.elapsed() < HASTY_MAX * 3, "{error}");
    }
}

/// Has the server fail commands, and tells how often it has done so when that ends.
struct Failing<'a> {
    server: &'a Mongo,
    failed_before: i64,
}

impl<'a> Failing<'a> {
    async fn begin(server: &'a Mongo, mode: impl Into<Bson>, how: Document) -> Self {
        let failed_before = configure(server, doc! { "mode": mode.into(), "data": how }).await;
        Self { server, failed_before }
    }
    async fn end(self) -> i64 {
        configure(self.server, doc! { "mode": "off" }).await - self.failed_before
    }
}

/// Configures the failing of commands; returns how many have failed so far.
async fn configure(server: &Mongo, how: Document) -> i64 {
    let mut command = doc! { "configureFailPoint": "failCommand" };
    command.extend(how);
    let reply = server.access().run_command("admin", command).await.unwrap();
    reply.get_i64("count").or_else(|_| reply.get_i32("count").map(i64::from)).unwrap()
}

#[tokio::test]
async fn a_failure_that_passes_is_not_seen() {
    let (server, store) = private(MongoOptions::default()).await;
    let documents = store.documents();
    let cases = [
        doc! { "failCommands": ["update"], "errorCode": 10107 },
        doc! { "failCommands": ["update"], "errorCode": 91 },
        doc! { "failCommands": ["update"], "closeConnection": true },
        doc! { "failCommands": ["update"], "writeConcernError": { "code": 91, "errmsg": "shutting down" } },
        doc! { "failCommands": ["find"], "errorCode": 10107 },
        doc! { "failCommands": ["find"], "closeConnection": true },
        doc! { "failCommands": ["delete"], "closeConnection": true },
    ];
    for (how, seq) in cases.into_iter().zip(1..) {
        let failing = Failing::begin(&server, doc! { "times": 1 }, how.clone()).await;
        documents.write("test", shard(0), seq, &[numbered("a", seq)]).await.unwrap();
        assert_eq!((number(&documents, "a").await, checkpoint(&documents).await), (seq, seq), "{how}");
        documents.forget_checkpoints("test").await.unwrap();
        assert_eq!(failing.end().await, 1, "it did fail: {how}");
    }
}

#[tokio::test]
async fn a_failure_that_stays_says_what_may_have_happened() {
    let (server, store) = private(MongoOptions::default()).await;
    let documents = store.documents();
    documents.write("test", shard(0), 1, &[numbered("a", 1)]).await.unwrap();
    let (unknown, nothing) = (true, false);
    for (how, expected) in [
        (doc! { "failCommands": ["update"], "errorCode": 11600 }, unknown),
        (doc! { "failCommands": ["update"], "closeConnection": true }, unknown),
        (
            doc! { "failCommands": ["update"], "writeConcernError": { "code": 64, "errmsg": "too slow" } },
            unknown,
        ),
        // Not allowed: a user without rights.
        (doc! { "failCommands": ["update"], "errorCode": 13 }, nothing),
    ] {
        let failing = Failing::begin(&server, "alwaysOn", how.clone()).await;
        let written = documents.write("test", shard(0), 2, &[numbered("a", 2)]).await;
        let as_expected = match &written {
            Err(JournalError::OutcomeUnknown(_)) => expected == unknown,
            Err(JournalError::Unavailable(_)) => expected == nothing,
            _ => false,
        };
        assert!(as_expected, "{how}: {written:?}");
        assert!(failing.end().await >= 1);
    }
    let failing =
        Failing::begin(&server, "alwaysOn", doc! { "failCommands": ["find"], "errorCode": 11600 }).await;
    assert!(matches!(documents.get("products", "a").await, Err(JournalError::Unavailable(_))));
    assert!(failing.end().await >= 2, "the driver tries a read twice");
}

#[tokio::test]
async fn a_checkpoint_moves_only_when_its_documents_are_stored() {
    let (server, store) = private(MongoOptions::default()).await;
    let documents = store.documents();
    documents.write("test", shard(0), 1, &[numbered("a", 1)]).await.unwrap();
    for (namespace, stored) in [("shop.documents.products", 1), ("shop.checkpoint", 2)] {
        let how = doc! { "failCommands": ["update"], "errorCode": 11600, "namespace": namespace };
        let failing = Failing::begin(&server, "alwaysOn", how).await;
        let written = documents.write("test", shard(0), 2, &[numbered("a", 2)]).await;
        assert!(matches!(written, Err(JournalError::OutcomeUnknown(_))), "{written:?}");
        assert!(failing.end().await >= 1);
        assert_eq!((number(&documents, "a").await, checkpoint(&documents).await), (stored, 1), "{namespace}");
    }
    documents.write("test", shard(0), 2, &[numbered("a", 2)]).await.unwrap();
    assert_eq!((number(&documents, "a").await, checkpoint(&documents).await), (2, 2));
}

/// The only member steps down under load and is elected again: what a failover looks like to its clients.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_steps_down_loses_nothing_that_was_acknowledged() {
    let (server, store) = private(MongoOptions::default()).await;
    let documents = store.documents();
    let acknowledged = watch::Sender::new(0);
    let writing = async {
        let began = Instant::now();
        let mut seq = 1;
        while seq <= 150 {
            let puts = [numbered(&seq.to_string(), seq), numbered("latest", seq)];
            match documents.write("test", shard(0), seq, &puts).await {
                Ok(()) => {
                    acknowledged.send_replace(seq);
                    seq += 1;
                }
                Err(error) => assert!(began.elapsed() < HASTY_MAX * 3, "{error}"),
            }
        }
    };
    let stepping_down = async {
        acknowledged.subscribe().wait_for(|seq| *seq >= 20).await.unwrap();
        let step_down = doc! { "replSetStepDown": 2, "secondaryCatchUpPeriodSecs": 0, "force": true };
        server.access().run_command("admin", step_down).await.unwrap();
        *acknowledged.borrow()
    };
    let ((), then) = tokio::join!(writing, stepping_down);
    assert!(then < 150, "writes went on after it");
    for seq in 1..=150 {
        assert_eq!(number(&documents, &seq.to_string()).await, seq);
    }
    assert_eq!((number(&documents, "latest").await, checkpoint(&documents).await), (150, 150));
}
