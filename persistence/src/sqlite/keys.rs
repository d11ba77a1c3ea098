//! The persons' wrapped keys.

use std::sync::Arc;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::journal::{JournalError, KeyTable};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::database::{Database, checkpoint};
use super::errors::unavailable;

/// The table `person_key`.
pub(super) struct SqliteKeys {
    database: Arc<Database>,
}

impl SqliteKeys {
    /// The keys of an open database.
    pub(super) fn over(database: Arc<Database>) -> Self {
        Self { database }
    }

    async fn destroy(&self, person: Uuid, at: Timestamp) -> Result<(), JournalError> {
        let query = sqlx::query(
            "INSERT INTO person_key (person, wrapped, erased_at) VALUES (?, NULL, ?)
             ON CONFLICT (person) DO UPDATE SET wrapped = NULL, erased_at = coalesce(erased_at, excluded.erased_at)",
        )
        .bind(person.as_bytes().to_vec())
        .bind(at.unix_ms());
        self.database
            .transact(|connection| Box::pin(async move { query.execute(connection).await.map(drop) }))
            .await?;
        // The log still holds older images of the page; emptying it destroys them too.
        let mut turn = self.database.turns().take().await?;
        checkpoint(turn.connection()).await.map_err(unavailable)?;
        turn.end();
        Ok(())
    }
}

impl KeyTable for SqliteKeys {
    fn put_if_absent<'a>(
        &'a self,
        person: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        // The update that changes nothing makes RETURNING answer for a row that was there before, too.
        let query = sqlx::query_scalar(
            "INSERT INTO person_key (person, wrapped) VALUES (?, ?)
             ON CONFLICT (person) DO UPDATE SET wrapped = wrapped RETURNING wrapped",
        )
        .bind(person.as_bytes().to_vec())
        .bind(wrapped.to_vec());
        Box::pin(
            self.database.transact(|connection| Box::pin(async move { query.fetch_one(connection).await })),
        )
    }

    fn get(&self, person: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move {
            let wrapped: Option<Option<Vec<u8>>> =
                sqlx::query_scalar("SELECT wrapped FROM person_key WHERE person = ?")
                    .bind(person.as_bytes().as_slice())
                    .fetch_optional(self.database.readers())
                    .await
                    .map_err(unavailable)?;
            Ok(wrapped.flatten())
        })
    }

    fn erase(&self, person: Uuid, at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(self.destroy(person, at))
    }
}
