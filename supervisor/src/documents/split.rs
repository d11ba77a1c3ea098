//! Two stores of documents that look like one.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;

use super::{DocumentPut, Documents, Page, Query};
use crate::ids::ShardId;
use crate::journal::JournalError;

/// Documents of which one projection has a store of its own, such as a search index. The projection and its only collection
/// have the same name. What is known of its generations stays with the rest.
pub struct SplitDocuments {
    name: &'static str,
    own: Arc<dyn Documents>,
    rest: Arc<dyn Documents>,
}

impl SplitDocuments {
    /// All generations of `name` in `own`, everything else in `rest`.
    pub fn new(name: &'static str, own: Arc<dyn Documents>, rest: Arc<dyn Documents>) -> Self {
        Self { name, own, rest }
    }

    fn of(&self, name: &str) -> &dyn Documents {
        let rest = name.strip_prefix(self.name);
        let is_own = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'));
        if is_own { &*self.own } else { &*self.rest }
    }
}

impl Documents for SplitDocuments {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        self.of(projection).write(projection, shard, shard_seq, puts)
    }
    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>> {
        self.of(projection).checkpoints(projection)
    }
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>> {
        self.of(collection).get(collection, id)
    }
    fn query<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>> {
        self.of(&query.collection).query(query)
    }
    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>> {
        self.of(&query.collection).count(query)
    }
    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        self.of(collection).drop_collection(collection, limit)
    }
    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        self.of(projection).forget_checkpoints(projection)
    }
}
