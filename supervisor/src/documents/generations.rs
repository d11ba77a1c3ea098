//! Documents by their logical names: each read finds the serving generation of its collection, and waits for what its
//! consistency scope has seen.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::OwnedRwLockReadGuard;

use super::{DocumentPut, Documents, Page, Query};
use crate::consistency;
use crate::ids::ShardId;
use crate::journal::JournalError;
use crate::projection::Feeds;

/// The documents port as everybody but the projections' runner sees it.
pub(crate) struct Generations {
    raw: Arc<dyn Documents>,
    feeds: Arc<Feeds>,
}

/// A collection of the serving generation; that generation is not dropped while this is held.
pub struct Lease {
    collection: String,
    _in_use: Option<OwnedRwLockReadGuard<()>>,
}

impl Lease {
    /// Under which name it is stored.
    pub fn name(&self) -> &str {
        &self.collection
    }
}

/// The way to what a projection has written, for whoever reads it by another port than [`Documents`]. Cheap to clone.
#[derive(Clone)]
pub struct Collections(Arc<Generations>);

impl Collections {
    pub(crate) fn new(raw: Arc<dyn Documents>, feeds: Arc<Feeds>) -> Self {
        Self(Arc::new(Generations::new(raw, feeds)))
    }

    /// The stored name of a collection of the serving generation; within a [`consistency::scope`] not before the collection
    /// includes what the scope has seen.
    ///
    /// # Errors
    /// When the store is away, or what was seen is not there in time.
    pub async fn lease(&self, collection: &str) -> Result<Lease, JournalError> {
        self.0.lease(collection).await
    }
}

impl Generations {
    pub(crate) fn new(raw: Arc<dyn Documents>, feeds: Arc<Feeds>) -> Self {
        Self { raw, feeds }
    }

    async fn lease(&self, collection: &str) -> Result<Lease, JournalError> {
        let Some(feed) = self.feeds.of_collection(collection) else {
            return Ok(Lease { collection: collection.to_owned(), _in_use: None });
        };
        feed.open(&*self.raw).await?;
        if let Some(token) = consistency::wanted(feed.kinds()) {
            feed.reach(&token).await?;
        }
        let (serving, in_use) = feed.lease().await?;
        // A collection that only a newer version of the projection has is served once that version is built.
        let collection = serving.built.physical(collection).ok_or(JournalError::NotYet)?;
        Ok(Lease { collection, _in_use: Some(in_use) })
    }

    async fn lease_of(&self, query: &Query) -> Result<(Query, Lease), JournalError> {
        let lease = self.lease(&query.collection).await?;
        Ok((Query { collection: lease.collection.clone(), ..query.clone() }, lease))
    }

    fn refuse_if_fed(&self, is_fed: bool, name: &str) -> Result<(), JournalError> {
        let refusal = || JournalError::Unavailable(format!("`{name}` is kept by a projection: rebuild that"));
        if is_fed { Err(refusal()) } else { Ok(()) }
    }
}

impl Documents for Generations {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            self.refuse_if_fed(self.feeds.named(projection).is_some(), projection)?;
            for put in puts {
                self.refuse_if_fed(self.feeds.of_collection(&put.collection).is_some(), &put.collection)?;
            }
            self.raw.write(projection, shard, shard_seq, puts).await
        })
    }

    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>> {
        Box::pin(async move {
            match self.feeds.named(projection) {
                Some(feed) => {
                    let serving = feed.open(&*self.raw).await?;
                    self.raw.checkpoints(&serving.name).await
                }
                None => self.raw.checkpoints(projection).await,
            }
        })
    }

    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>> {
        Box::pin(async move {
            let lease = self.lease(collection).await?;
            self.raw.get(&lease.collection, id).await
        })
    }

    fn query<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>> {
        Box::pin(async move {
            let (query, _lease) = self.lease_of(query).await?;
            self.raw.query(&query).await
        })
    }

    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(async move {
            let (query, _lease) = self.lease_of(query).await?;
            self.raw.count(&query).await
        })
    }

    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(async move {
            self.refuse_if_fed(self.feeds.of_collection(collection).is_some(), collection)?;
            self.raw.drop_collection(collection, limit).await
        })
    }

    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            self.refuse_if_fed(self.feeds.named(projection).is_some(), projection)?;
            self.raw.forget_checkpoints(projection).await
        })
    }
}
