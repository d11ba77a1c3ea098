//! Read models as documents of MongoDB.
//!
//! A port's collection `orders@3` is the collection `documents.orders@3`; a document is
//! `{_id: id, source_seq, deleted, body: {…}}`, without a body once it is deleted. A write stores the documents first, and
//! the checkpoint when a majority has them: a crash in between only repeats.

mod names;
mod select;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Query};
use amazoff_supervisor::journal::JournalError;
use bson::{RawDocumentBuf, doc};
use futures::TryStreamExt;
use futures::future::BoxFuture;
use mongodb::IndexModel;
use mongodb::options::{CommitQuorum, IndexOptions};
use serde_json::Value;
use tokio::time::timeout;

use self::names::CHECKPOINTS;
use super::errors::{Failure, unsayable};
use super::server::Server;
use crate::fields;

/// How long a write waits for the indexes of its collection. Those of an empty collection take no time.
const INDEXES_WAIT_MAX: Duration = Duration::from_secs(60);
/// Documents removed in one step, at most.
const DROP_STEP_MAX: usize = 10_000;

/// The collections of documents, and their checkpoints.
pub(super) struct MongoDocuments {
    server: Arc<Server>,
    /// Collections whose indexes were seen to.
    indexed: Mutex<BTreeSet<String>>,
}

impl MongoDocuments {
    pub(super) fn over(server: Arc<Server>) -> Self {
        Self { server, indexed: Mutex::default() }
    }

    fn indexed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.indexed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to the indexes of a collection before its first document. Without one, reading is slower, so only a server that
    /// does not answer is a failure.
    async fn with_indexes(&self, name: &str) -> Result<(), JournalError> {
        if names::indexes(name).is_empty() || self.indexed().contains(name) {
            return Ok(());
        }
        self.server.check().await.map_err(|error| unsayable(error.to_string()))?;
        let collection = self.server.collection(&names::collection(name)?);
        let models = names::indexes(name).iter().map(|index| {
            let options = IndexOptions::builder().name(index.name.to_owned()).build();
            IndexModel::builder().keys(index.keys()).options(options).build()
        });
        // A member that is down must not hold up the shop.
        let building = collection.create_indexes(models).commit_quorum(CommitQuorum::Majority).into_future();
        let built = timeout(INDEXES_WAIT_MAX, building).await;
        match built.map(|built| built.map_err(Failure::from)) {
            Ok(Err(failure)) if failure.is_unreachable() => return Err(failure.of_read()),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, collection = name, "a collection has not all its indexes")
            }
            Err(_elapsed) => {
                tracing::error!(collection = name, "a collection's indexes are still being built")
            }
        }
        self.indexed().insert(name.to_owned());
        Ok(())
    }

    async fn write_all(
        &self,
        projection: &str,
        shard: ShardId,
        shard_seq: i64,
        puts: &[DocumentPut],
    ) -> Result<(), JournalError> {
        let mut commands = Vec::new();
        for (name, puts) in write::deciding(puts) {
            let collection = names::collection(name)?;
            commands.push((name, collection, write::commands(&puts)?));
        }
        let mut is_begun = false;
        for (name, collection, commands) in commands {
            self.with_indexes(name).await.map_err(|error| begun(is_begun, error))?;
            for statements in commands {
                let stored = self.server.update(&collection, statements).await;
                stored.map_err(|error| begun(is_begun, error))?;
                is_begun = true;
            }
        }
        let stored = self.move_checkpoint(projection, shard, shard_seq).await;
        stored.map_err(|error| begun(is_begun, error))
    }

    /// Moves a checkpoint on, never back.
    async fn move_checkpoint(
        &self,
        projection: &str,
        shard: ShardId,
        shard_seq: i64,
    ) -> Result<(), JournalError> {
        let id = names::checkpoint(projection, shard);
        let on = doc! {
            "$max": { "shard_seq": shard_seq },
            "$setOnInsert": { "projection": projection, "shard": i32::from(shard.number()) },
        };
        let statement = bson::rawdoc! {
            "q": { "_id": id },
            "u": RawDocumentBuf::try_from(&on).map_err(|error| unsayable(error.to_string()))?,
            "upsert": true,
        };
        self.server.update(CHECKPOINTS, std::iter::once(statement).collect()).await
    }

    async fn page(&self, query: &Query) -> Result<Page, JournalError> {
        fields::checked(query)?;
        let limit = i64::try_from(select::limit(query)).unwrap_or(i64::MAX);
        let collection = self.server.collection(&names::collection(&query.collection)?);
        let find = collection
            .find(select::page(query))
            .sort(select::order(query))
            .limit(limit)
            .max_time(self.server.options().operation_timeout);
        let found: Vec<RawDocumentBuf> = self.server.read(async { find.await?.try_collect().await }).await?;
        select::read_page(query, &found).map_err(corrupt(&query.collection))
    }

    async fn number(&self, query: &Query) -> Result<u64, JournalError> {
        fields::checked(query)?;
        let collection = self.server.collection(&names::collection(&query.collection)?);
        let count = collection
            .count_documents(select::matching(query))
            .max_time(self.server.options().operation_timeout);
        self.server.read(count.into_future()).await
    }

    async fn one(&self, collection: &str, id: &str) -> Result<Option<Value>, JournalError> {
        let stored = self.server.collection(&names::collection(collection)?);
        let find = stored.find_one(doc! { "_id": id }).max_time(self.server.options().operation_timeout);
        let found = self.server.read(find.into_future()).await?;
        found.map_or(Ok(None), |found| select::body(&found).map_err(corrupt(collection)))
    }

    async fn how_far(&self, projection: &str) -> Result<Vec<(ShardId, u64)>, JournalError> {
        let checkpoints = self.server.collection(CHECKPOINTS);
        let find = checkpoints
            .find(names::checkpoints_of(projection))
            .sort(doc! { "_id": 1 })
            .max_time(self.server.options().operation_timeout);
        let found: Vec<RawDocumentBuf> = self.server.read(async { find.await?.try_collect().await }).await?;
        let read: Option<Vec<_>> = found.iter().map(read_checkpoint).collect();
        read.ok_or_else(|| corrupt(projection)("an odd checkpoint".to_owned()))
    }

    async fn drop_some(&self, name: &str, limit: usize) -> Result<u64, JournalError> {
        let collection = self.server.collection(&names::collection(name)?);
        let limit = i64::try_from(limit.min(DROP_STEP_MAX)).unwrap_or(i64::MAX);
        if limit == 0 {
            return Ok(0);
        }
        let find = collection
            .find(doc! {})
            .projection(doc! { "_id": 1 })
            .limit(limit)
            .max_time(self.server.options().operation_timeout);
        let found: Vec<RawDocumentBuf> = self.server.read(async { find.await?.try_collect().await }).await?;
        if found.is_empty() {
            self.indexed().remove(name);
            self.server.write(async || Ok(collection.drop().await?)).await?;
            return Ok(0);
        }
        let ids: Result<Vec<String>, String> = found.iter().map(select::id).collect();
        let these = doc! { "_id": { "$in": ids.map_err(corrupt(name))? } };
        self.server.write(async || Ok(collection.delete_many(these.clone()).await?)).await?;
        // A repeated attempt deletes fewer; none of these is left.
        Ok(u64::try_from(found.len()).unwrap_or(u64::MAX))
    }

    async fn forget(&self, projection: &str) -> Result<(), JournalError> {
        let checkpoints = self.server.collection(CHECKPOINTS);
        let of_it = names::checkpoints_of(projection);
        self.server.write(async || Ok(checkpoints.delete_many(of_it.clone()).await?)).await.map(drop)
    }
}

impl Documents for MongoDocuments {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move { self.write_all(projection, shard, write::sequence(shard_seq)?, puts).await })
    }

    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>> {
        Box::pin(self.how_far(projection))
    }

    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>> {
        Box::pin(self.one(collection, id))
    }

    fn query<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>> {
        Box::pin(self.page(query))
    }

    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(self.number(query))
    }

    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(self.drop_some(collection, limit))
    }

    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(self.forget(projection))
    }
}

/// Once something is stored, no later failure can say that nothing was.
fn begun(is_begun: bool, error: JournalError) -> JournalError {
    match error {
        JournalError::Unavailable(reason) if is_begun => JournalError::OutcomeUnknown(reason),
        error => error,
    }
}

fn corrupt(of: &str) -> impl Fn(String) -> JournalError {
    move |reason| JournalError::Corrupt { entity: of.to_owned(), reason }
}

fn read_checkpoint(found: &RawDocumentBuf) -> Option<(ShardId, u64)> {
    let shard = ShardId::from_number(u16::try_from(found.get_i32("shard").ok()?).ok()?)?;
    Some((shard, u64::try_from(found.get_i64("shard_seq").ok()?).ok()?))
}
