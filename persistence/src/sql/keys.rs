//! The persons' wrapped keys.

use std::sync::Arc;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::journal::{JournalError, KeyTable};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::database::Database;
use super::dialect::{Answer, Dialect};
use super::errors::unavailable;
use super::rows::Cells;
use super::statement::Statement;

const KEY: &str = "SELECT wrapped FROM person_key WHERE person = ?";

/// The table `person_key`.
pub(crate) struct SqlKeys<D: Dialect> {
    database: Arc<Database<D>>,
}

impl<D: Dialect> SqlKeys<D> {
    /// The keys of an open database.
    pub(crate) fn over(database: Arc<Database<D>>) -> Self {
        Self { database }
    }

    async fn put(&self, person: Uuid, wrapped: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        let insert =
            format!("INSERT INTO person_key (person, wrapped) VALUES (?, ?){}", D::unless_there("person"));
        let insert = Statement::new(insert).bind(person).bind(wrapped);
        let answers = self.database.write(&[insert, Statement::new(KEY).bind(person)]).await?;
        wrapped_key(answers.last().map_or(&[], |Answer { rows, .. }| rows))
    }

    async fn find(&self, person: Uuid) -> Result<Option<Vec<u8>>, JournalError> {
        let rows = self.database.rows(Statement::new(KEY).bind(person)).await.map_err(unavailable)?;
        wrapped_key(&rows)
    }

    async fn destroy(&self, person: Uuid, at: Timestamp) -> Result<(), JournalError> {
        let remember = format!(
            "INSERT INTO person_key (person, wrapped, erased_at) VALUES (?, NULL, ?){}",
            D::unless_there("person")
        );
        let remember = Statement::new(remember).bind(person).bind(at);
        let destroy = Statement::new(
            "UPDATE person_key SET wrapped = NULL, erased_at = coalesce(erased_at, ?) WHERE person = ?",
        )
        .bind(at)
        .bind(person);
        self.database.write(&[remember, destroy]).await?;
        let mut turn = self.database.turn().await?;
        D::scrub(turn.connection()).await.map_err(unavailable)?;
        turn.end();
        Ok(())
    }
}

fn wrapped_key(rows: &[impl Cells]) -> Result<Option<Vec<u8>>, JournalError> {
    let wrapped = rows.first().map(|row| row.maybe_bytes(0)).transpose().map_err(unavailable)?;
    Ok(wrapped.flatten().map(<[u8]>::to_vec))
}

impl<D: Dialect> KeyTable for SqlKeys<D> {
    fn put_if_absent<'a>(
        &'a self,
        person: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(self.put(person, wrapped))
    }

    fn get(&self, person: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(self.find(person))
    }

    fn erase(&self, person: Uuid, at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(self.destroy(person, at))
    }
}
