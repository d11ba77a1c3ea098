//! Read models as JSON in SQLite.

mod advance;
mod select;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::{DocumentPut, Documents, Page, Query};
use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use serde_json::Value;

use self::advance::Advance;
use super::database::Database;
use super::dialect::SqliteDialect;
use crate::fields;
use crate::sql::{Statement, Together, rows, unavailable, unreadable};

/// The tables `document` and `checkpoint` in `documents.db`.
pub(super) struct SqliteDocuments {
    database: Arc<Database>,
    advances: Together<SqliteDialect, Advance>,
}

impl SqliteDocuments {
    /// The documents of an open database.
    pub(super) fn over(database: Arc<Database>) -> Self {
        Self { database, advances: Together::default() }
    }

    async fn page(&self, query: &Query) -> Result<Page, JournalError> {
        fields::checked(query)?;
        let rows = select::page(query)
            .build()
            .fetch_all(self.database.readers().pool())
            .await
            .map_err(unreadable::<SqliteDialect>(&query.collection))?;
        select::read_page(query, &rows).map_err(unreadable::<SqliteDialect>(&query.collection))
    }

    async fn number(&self, query: &Query) -> Result<u64, JournalError> {
        fields::checked(query)?;
        let row = select::count(query)
            .build()
            .fetch_one(self.database.readers().pool())
            .await
            .map_err(unreadable::<SqliteDialect>(&query.collection))?;
        rows::unsigned(&row, 0).map_err(unavailable)
    }

    async fn one(&self, collection: &str, id: &str) -> Result<Option<Value>, JournalError> {
        let row =
            sqlx::query("SELECT body FROM document WHERE collection = ? AND id = ? AND body IS NOT NULL")
                .bind(collection)
                .bind(id)
                .fetch_optional(self.database.readers().pool())
                .await
                .map_err(unreadable::<SqliteDialect>(collection))?;
        row.map(|row| select::body(&row, 0)).transpose().map_err(unreadable::<SqliteDialect>(collection))
    }

    async fn how_far(&self, projection: &str) -> Result<Vec<(ShardId, u64)>, JournalError> {
        let rows =
            sqlx::query("SELECT shard_id, shard_seq FROM checkpoint WHERE projection = ? ORDER BY shard_id")
                .bind(projection)
                .fetch_all(self.database.readers().pool())
                .await
                .map_err(unreadable::<SqliteDialect>(projection))?;
        let checkpoints: Result<Vec<_>, sqlx::Error> =
            rows.iter().map(|row| Ok((rows::shard(row, 0)?, rows::unsigned(row, 1)?))).collect();
        checkpoints.map_err(unreadable::<SqliteDialect>(projection))
    }
}

impl Documents for SqliteDocuments {
    fn write<'a>(
        &'a self,
        projection: &'a str,
        shard: ShardId,
        shard_seq: u64,
        puts: &'a [DocumentPut],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        let (projection, puts) = (projection.to_owned(), puts.to_vec());
        Box::pin(self.advances.write(&self.database, Advance { projection, shard, shard_seq, puts }))
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
        let delete =
            "DELETE FROM document WHERE rowid IN (SELECT rowid FROM document WHERE collection = ? LIMIT ?)";
        Box::pin(async move {
            let gone = self.database.write(&[Statement::new(delete).bind(collection).limit(limit)]).await?;
            Ok(gone.iter().map(|answer| answer.affected).sum())
        })
    }

    fn forget_checkpoints<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), JournalError>> {
        let delete = Statement::new("DELETE FROM checkpoint WHERE projection = ?").bind(projection);
        Box::pin(async move { self.database.write(&[delete]).await.map(drop) })
    }
}
