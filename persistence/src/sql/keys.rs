//! The persons' wrapped keys.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::journal::{JournalError, KeyTable, WrappedKey};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::database::Database;
use super::dialect::Dialect;
use super::errors::unavailable;
use super::rows::{self, Cells};
use super::statement::{Statement, many};
use super::together::{Item, Together};
use super::turns::Turn;

const KEY: &str = "SELECT wrapped FROM person_key WHERE person = ?";
const SOME: &str = "SELECT person, wrapped FROM person_key WHERE wrapped IS NOT NULL LIMIT ?";

/// The table `person_key`.
pub(crate) struct SqlKeys<D: Dialect> {
    database: Arc<Database<D>>,
    new: Together<D, NewKey>,
}

/// A key for somebody who may have none yet. Each guest who buys gets one, so they come in crowds.
struct NewKey {
    person: Uuid,
    wrapped: Vec<u8>,
}

impl<D: Dialect> Item<D> for NewKey {
    /// The key that counts; `None` for somebody who was erased.
    type Answer = Option<Vec<u8>>;

    fn rows(&self) -> usize {
        1
    }

    async fn write(turn: &mut Turn<D>, all: &[&Self]) -> Result<Vec<Option<Vec<u8>>>, sqlx::Error> {
        // In order, so that two transactions do not wait for each other; of two for one person, one counts for both.
        let rows: BTreeMap<Uuid, &[u8]> =
            all.iter().map(|key| (key.person, key.wrapped.as_slice())).collect();
        let rows: Vec<_> = rows.into_iter().collect();
        // Whether new or there already, each row says what it holds.
        let counting = format!("{} RETURNING person, wrapped", D::or_as_it_is("person"));
        let head = "INSERT INTO person_key (person, wrapped) ";
        let keys = many(D::ROWS_AT_ONCE, head, &rows, &counting, |row, (person, wrapped)| {
            row.bind(*person).bind(*wrapped);
        });
        let mut known = HashMap::new();
        for row in &turn.all_rows(&keys).await? {
            known.insert(rows::id(row, 0)?, row.maybe_bytes(1)?.map(<[u8]>::to_vec));
        }
        Ok(all.iter().map(|key| known.get(&key.person).cloned().flatten()).collect())
    }
}

impl<D: Dialect> SqlKeys<D> {
    /// The keys of an open database.
    pub(crate) fn over(database: Arc<Database<D>>) -> Self {
        Self { database, new: Together::default() }
    }

    async fn put(&self, person: Uuid, wrapped: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        self.new.write(&self.database, NewKey { person, wrapped: wrapped.to_vec() }).await
    }

    async fn find(&self, person: Uuid) -> Result<Option<Vec<u8>>, JournalError> {
        let rows = self.database.rows(Statement::new(KEY).bind(person)).await.map_err(unavailable)?;
        wrapped_key(&rows)
    }

    async fn a_few(&self, limit: u32) -> Result<Vec<WrappedKey>, JournalError> {
        let rows =
            self.database.rows(Statement::new(SOME).bind(i64::from(limit))).await.map_err(unavailable)?;
        let key = |row: &D::Row| {
            let wrapped = row.maybe_bytes(1)?.map(<[u8]>::to_vec);
            Ok(Some(rows::id(row, 0)?).zip(wrapped))
        };
        rows.iter().filter_map(|row| key(row).transpose()).collect::<Result<_, _>>().map_err(unavailable)
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

    fn some(&self, limit: u32) -> BoxFuture<'_, Result<Vec<WrappedKey>, JournalError>> {
        Box::pin(self.a_few(limit))
    }

    fn erase(&self, person: Uuid, at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(self.destroy(person, at))
    }
}
