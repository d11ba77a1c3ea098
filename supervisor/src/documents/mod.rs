//! The ports to what is rebuildable (documents) and to bytes (blobs).

mod generations;
mod split;

use futures::future::BoxFuture;
use serde_json::Value;

use crate::ids::ShardId;
use crate::journal::JournalError;

pub(crate) use generations::Generations;
pub use generations::{Collections, Lease};
pub use split::SplitDocuments;

/// Largest page that a query returns.
pub const QUERY_LIMIT_MAX: usize = 200;

/// A document to write, idempotently.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentPut {
    /// Which collection, such as `products`.
    pub collection: String,
    /// The document's id within the collection.
    pub id: String,
    /// Sequence of the source entity; a write with an older or equal one changes nothing.
    pub source_seq: u64,
    /// The document; `None` deletes it (the sequence is remembered).
    pub body: Option<Value>,
}

/// How to order a result. Ties are broken by document id, so pages are stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// A top-level field with text or integer values.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

/// Which documents to return.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Query {
    /// Which collection.
    pub collection: String,
    /// Top-level fields that must equal a text, integer or boolean.
    pub equals: Vec<(String, Value)>,
    /// A top-level text field that must contain every one of these lower-case words (the field is stored lower-case).
    pub contains: Option<(String, Vec<String>)>,
    /// The order; by id when absent.
    pub sort: Option<Sort>,
    /// Continue after this position of a page before.
    pub after: Option<Position>,
    /// At most this many, capped at [`QUERY_LIMIT_MAX`].
    pub limit: usize,
}

/// Where a page ended: the sort value (`Null` when sorted by id) and the document id.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Value of the sort field.
    pub value: Value,
    /// Document id.
    pub id: String,
}

/// One page of documents.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Page {
    /// Ids and bodies, in order.
    pub items: Vec<(String, Value)>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Position>,
}

/// Read models, rebuildable from the journal.
pub trait Documents: Send + Sync + 'static {
    /// Writes documents and moves the checkpoint of `(projection, shard)` to `shard_seq`, in one step where the store can.
    /// Writing the same again changes nothing.
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>>;
    /// Up to where each shard has been projected.
    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>>;
    /// One document.
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>>;
    /// A page of documents.
    fn query<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>>;
    /// How many documents match, ignoring `after`, `sort` and `limit`.
    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>>;
    /// Removes documents of a collection for good, at most `limit`, deleted ones with their sequences included; returns how
    /// many. 0 says that nothing of it is left. In steps, so that a large collection keeps nobody waiting.
    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>>;
    /// Forgets how far a projection has come, in all shards.
    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>>;
}

/// Immutable bytes, named by the hex SHA-256 of their content.
pub trait Blobs: Send + Sync + 'static {
    /// Stores bytes; returns their name. Storing the same again changes nothing.
    fn put<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<String, JournalError>>;
    /// The bytes of a name; `None` when there are none, or when the name is not 64 hex digits.
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>>;
}
