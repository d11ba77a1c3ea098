//! The ports to what is rebuildable (documents) and to bytes (blobs).

mod generations;
mod pick;
mod split;

use futures::future::BoxFuture;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::ids::ShardId;
use crate::journal::JournalError;

pub(crate) use generations::Generations;
pub use generations::{Collections, Lease};
pub use pick::{Pick, Picked, pick};
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

/// How to order a result. Ties are broken by document id, so pages are stable. Documents without the field, or with `null` in
/// it, are left out.
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

/// A blob that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlob {
    /// Its name.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    /// When it was stored first.
    pub stored_at: Timestamp,
}

/// Longest name of a form in which a blob is derived.
pub const FORM_CHARS_MAX: usize = 40;

/// Whether a form may be called so: lower-case letters, digits, hyphens and dots, a letter first.
pub fn is_form(form: &str) -> bool {
    form.len() <= FORM_CHARS_MAX
        && form.starts_with(|first: char| first.is_ascii_lowercase())
        && form.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
}

/// Immutable bytes, named by the hex SHA-256 of their content; and beside each what was derived from it, which can be made
/// again and so may be missing at any time.
pub trait Blobs: Send + Sync + 'static {
    /// Stores bytes; returns their name. Storing the same again changes nothing.
    fn put<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<String, JournalError>>;
    /// The bytes of a name; `None` when there are none, or when the name is not 64 hex digits.
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>>;
    /// Blobs by their names, from behind `after` on, at most `limit` and at most [`QUERY_LIMIT_MAX`]. What is derived is not
    /// listed.
    fn list<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredBlob>, JournalError>>;
    /// Keeps what was derived from a blob in a [form](is_form); what was there is replaced. A name or form that is none is
    /// refused.
    fn put_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, Result<(), JournalError>>;
    /// What was derived from a blob in a form; `None` where it was not, or is damaged, or when name or form are none.
    fn get_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>>;
}
