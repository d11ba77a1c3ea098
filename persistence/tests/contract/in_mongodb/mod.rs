//! What only a real server can show: races of several clients, outages, and what it must refuse.

mod logins;
mod outages;
mod races;
mod rebuild;
mod refusals;

use std::sync::Arc;
use std::time::Duration;

use amazoff_databases::{Database, Mongo, MongoOptions, shared_mongo};
use amazoff_persistence::mongodb::{MongoStore, Options};
use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents};
use serde_json::{Value, json};

/// Limits that a test can wait for.
fn hasty() -> Options {
    Options {
        connect_timeout: Duration::from_secs(1),
        selection_timeout: Duration::from_secs(2),
        operation_timeout: Duration::from_secs(2),
        ..Options::default()
    }
}

/// When a hasty call must have ended, on a machine that has other things to do.
const HASTY_MAX: Duration = Duration::from_secs(8);

/// A database of the run's server.
async fn shared() -> (Database, MongoStore) {
    let database = shared_mongo().await.unwrap().database();
    let store = MongoStore::connect(database.url(), Options::default()).await.unwrap();
    (database, store)
}

/// A server that a test may break, and a hasty client.
async fn private(options: MongoOptions) -> (Mongo, MongoStore) {
    let server = Mongo::start(options).await.unwrap();
    let store = MongoStore::connect(&server.access().url("shop"), hasty()).await.unwrap();
    (server, store)
}

fn shard(number: u16) -> ShardId {
    ShardId::from_number(number).unwrap()
}

fn put(id: &str, source_seq: u64, body: Option<Value>) -> DocumentPut {
    DocumentPut { collection: "products".to_owned(), id: id.to_owned(), source_seq, body }
}

/// A document whose body says how new it is.
fn numbered(id: &str, seq: u64) -> DocumentPut {
    put(id, seq, Some(json!({ "n": seq })))
}

async fn number(documents: &Arc<dyn Documents>, id: &str) -> u64 {
    documents.get("products", id).await.unwrap().unwrap()["n"].as_u64().unwrap()
}
