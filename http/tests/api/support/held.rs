//! Documents that come late.

use std::sync::Arc;

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Query};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::watch;

/// Documents whose writes wait while they are held.
pub(crate) struct HeldDocuments {
    inner: Arc<dyn Documents>,
    held: watch::Sender<bool>,
}

impl HeldDocuments {
    pub(crate) fn over(inner: Arc<dyn Documents>) -> Arc<Self> {
        Arc::new(Self { inner, held: watch::Sender::new(false) })
    }
    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }
}

impl Documents for HeldDocuments {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            self.held.subscribe().wait_for(|held| !held).await.unwrap();
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
        self.inner.drop_collection(collection, limit)
    }
    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        self.inner.forget_checkpoints(projection)
    }
}
