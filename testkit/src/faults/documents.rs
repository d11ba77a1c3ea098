//! Read models, with trouble.

use std::sync::Arc;

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Query};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use serde_json::Value;

use super::{FaultPlan, Kind, Power};

/// Wraps read models: they fail as planned, and without power nothing answers.
pub struct FaultyDocuments {
    inner: Arc<dyn Documents>,
    plan: FaultPlan,
    power: Power,
}

impl FaultyDocuments {
    /// Documents that fail as planned.
    pub fn new(inner: Arc<dyn Documents>, plan: FaultPlan) -> Self {
        Self { inner, plan, power: Power::on() }
    }
    /// The same on a machine that may lose its power.
    #[must_use]
    pub fn powered(self, power: Power) -> Self {
        Self { power, ..self }
    }

    async fn ask<'a, T>(
        &'a self,
        ask: impl FnOnce() -> BoxFuture<'a, Result<T, JournalError>> + Send + 'a,
    ) -> Result<T, JournalError> {
        self.power.flows().await;
        if self.plan.next(&[Kind::DocumentFailed]).is_some() {
            return Err(JournalError::Unavailable("as planned".to_owned()));
        }
        let answer = ask().await;
        self.power.flows().await;
        answer
    }
}

impl Documents for FaultyDocuments {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(self.ask(move || self.inner.write(projection, shard, shard_seq, puts)))
    }
    fn checkpoints<'a>(
        &'a self,
        projection: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, u64)>, JournalError>> {
        Box::pin(self.ask(move || self.inner.checkpoints(projection)))
    }
    fn get<'a>(
        &'a self,
        collection: &'a str,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, JournalError>> {
        Box::pin(self.ask(move || self.inner.get(collection, id)))
    }
    fn query<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<Page, JournalError>> {
        Box::pin(self.ask(move || self.inner.query(query)))
    }
    fn count<'a>(&'a self, query: &'a Query) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(self.ask(move || self.inner.count(query)))
    }
    fn drop_collection<'a>(
        &'a self,
        collection: &'a str,
        limit: usize,
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(self.ask(move || self.inner.drop_collection(collection, limit)))
    }
    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(self.ask(move || self.inner.forget_checkpoints(projection)))
    }
}
