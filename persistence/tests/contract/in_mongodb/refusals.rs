use amazoff_databases::MongoOptions;
use amazoff_persistence::mongodb::{MongoStore, OpenError};
use amazoff_supervisor::documents::Query;
use amazoff_supervisor::journal::JournalError;
use bson::doc;
use serde_json::json;

use super::{hasty, numbered, private, put, shard, shared};

#[tokio::test]
async fn a_server_alone_is_refused_at_the_start_and_stores_nothing_later() {
    let options = MongoOptions { replica_set: false, ..MongoOptions::default() };
    let server = amazoff_databases::Mongo::start(options).await.unwrap();
    let url = server.access().url("shop");
    let refusal = MongoStore::connect(&url, hasty()).await.err().unwrap();
    assert!(
        matches!(refusal, OpenError::Unusable { .. }) && refusal.to_string().contains("--replSet"),
        "{refusal}"
    );

    // As after a start while nothing was reachable.
    let store = MongoStore::open(&url, hasty()).await.unwrap();
    let written = store.documents().write("test", shard(0), 1, &[numbered("a", 1)]).await;
    assert!(
        matches!(&written, Err(JournalError::Unavailable(reason)) if reason.contains("--replSet")),
        "{written:?}"
    );
    assert!(store.blobs().put(b"abc").await.is_err());
    let reply = server.access().run_command("shop", doc! { "listCollections": 1 }).await.unwrap();
    let found = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn a_document_that_is_too_large_is_refused_and_many_large_ones_are_not() {
    let (_database, store) = shared().await;
    let documents = store.documents();
    let large = |id: &str, bytes: usize| put(id, 1, Some(json!({ "text": "x".repeat(bytes) })));
    let puts = [numbered("a", 1), large("b", 17 << 20)];
    let refused = documents.write("test", shard(0), 1, &puts).await;
    assert!(
        matches!(&refused, Err(JournalError::Unavailable(reason)) if reason.contains("products/b")),
        "{refused:?}"
    );
    assert_eq!(documents.get("products", "a").await.unwrap(), None);
    assert_eq!(documents.checkpoints("test").await.unwrap(), []);

    let puts = [large("c", 15 << 20), large("d", 6 << 20), large("e", 6 << 20), numbered("f", 1)];
    documents.write("test", shard(0), 2, &puts).await.unwrap();
    let query = Query { collection: "products".to_owned(), ..Query::default() };
    assert_eq!(documents.count(&query).await.unwrap(), 4);
}

#[tokio::test]
async fn what_somebody_else_wrote_is_corrupt() {
    let (server, store) = private(MongoOptions::default()).await;
    let odd =
        doc! { "_id": "a", "source_seq": 1_i64, "deleted": false, "body": { "at": bson::DateTime::now() } };
    let insert = doc! { "insert": "documents.products", "documents": [odd] };
    server.access().run_command("shop", insert).await.unwrap();
    let query = Query { collection: "products".to_owned(), limit: 5, ..Query::default() };
    assert!(matches!(store.documents().get("products", "a").await, Err(JournalError::Corrupt { .. })));
    assert!(matches!(store.documents().query(&query).await, Err(JournalError::Corrupt { .. })));
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let (_database, store) = shared().await;
    store.documents().write("test", shard(0), 1, &[numbered("a", 1)]).await.unwrap();
    store.close().await;
    assert!(matches!(store.documents().get("products", "a").await, Err(JournalError::Unavailable(_))));
    let written = store.documents().write("test", shard(0), 2, &[numbered("a", 2)]).await;
    assert!(matches!(written, Err(JournalError::Unavailable(_))), "{written:?}");
}
