//! What waits: effects to deliver and reminders to fire.

use amazoff_supervisor::journal::{FailedDelivery, JournalError, OutboxKey, OutboxRow, Reminder};
use amazoff_supervisor::{Timestamp, Version};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Row as _, Sqlite, SqlitePool};

use super::database::Database;
use super::errors::unreadable;
use super::rows;

type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

/// The columns of an effect, in the order that [`rows::outbox`] reads.
macro_rules! effects {
    ($rest:literal) => {
        concat!(
            "SELECT kind, id, seq, n, destination, payload, correlation, attempts, next_at, at, reason, dead_since FROM ",
            $rest
        )
    };
}

/// Undelivered effects after `after`, in key order.
pub(super) async fn undelivered(
    readers: &SqlitePool,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    let statement = match after {
        None => effects!("outbox ORDER BY kind, id, seq, n LIMIT ?"),
        Some(_) => {
            effects!("outbox WHERE (kind, id, seq, n) > (?, ?, ?, ?) ORDER BY kind, id, seq, n LIMIT ?")
        }
    };
    page(readers, statement, after, limit).await
}

/// Effects that need a person, in key order.
pub(super) async fn dead(
    readers: &SqlitePool,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    let statement = match after {
        None => effects!("outbox WHERE dead_since IS NOT NULL ORDER BY kind, id, seq, n LIMIT ?"),
        Some(_) => effects!(
            "outbox WHERE dead_since IS NOT NULL AND (kind, id, seq, n) > (?, ?, ?, ?)
             ORDER BY kind, id, seq, n LIMIT ?"
        ),
    };
    page(readers, statement, after, limit).await
}

/// Effects that a person gave up, in key order.
pub(super) async fn discarded(
    readers: &SqlitePool,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    let statement = match after {
        None => effects!("dead_letter ORDER BY kind, id, seq, n LIMIT ?"),
        Some(_) => {
            effects!("dead_letter WHERE (kind, id, seq, n) > (?, ?, ?, ?) ORDER BY kind, id, seq, n LIMIT ?")
        }
    };
    page(readers, statement, after, limit).await
}

async fn page(
    readers: &SqlitePool,
    statement: &'static str,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    let mut query = sqlx::query(statement);
    if let Some(after) = after {
        query = named(query, after);
    }
    let rows = query.bind(rows::limit(limit)).fetch_all(readers).await.map_err(unreadable("outbox"))?;
    let effects: Result<Vec<_>, _> = rows.iter().map(rows::outbox).collect();
    effects.map_err(unreadable("outbox"))
}

/// One undelivered effect.
pub(super) async fn effect(readers: &SqlitePool, key: &OutboxKey) -> Result<Option<OutboxRow>, JournalError> {
    let query = sqlx::query(effects!("outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ?"));
    let row = named(query, key).fetch_optional(readers).await.map_err(unreadable("outbox"))?;
    row.as_ref().map(rows::outbox).transpose().map_err(unreadable("outbox"))
}

/// Binds the four columns of a key.
fn named<'q>(query: Query<'q>, key: &OutboxKey) -> Query<'q> {
    query
        .bind(key.entity.kind.as_str())
        .bind(key.entity.id.as_bytes().as_slice())
        .bind(key.seq.0.cast_signed())
        .bind(key.n)
}

/// Notes a failed delivery.
pub(super) async fn failed(
    database: &Database,
    key: &OutboxKey,
    failure: &FailedDelivery,
) -> Result<(), JournalError> {
    let query = sqlx::query(
        "UPDATE outbox SET attempts = ?, next_at = ?, reason = ?, dead_since = ?
         WHERE kind = ? AND id = ? AND seq = ? AND n = ?",
    )
    .bind(failure.attempts)
    .bind(failure.next_at.unix_ms())
    .bind(&failure.reason)
    .bind(failure.dead_since.map(Timestamp::unix_ms));
    let query = named(query, key);
    database.transact(|connection| Box::pin(async move { query.execute(connection).await.map(drop) })).await
}

/// Makes an effect due now and no longer dead.
pub(super) async fn retry(
    database: &Database,
    key: &OutboxKey,
    now: Timestamp,
) -> Result<Option<OutboxRow>, JournalError> {
    let query = sqlx::query(
        "UPDATE outbox SET next_at = ?, dead_since = NULL WHERE kind = ? AND id = ? AND seq = ? AND n = ?
         RETURNING kind, id, seq, n, destination, payload, correlation, attempts, next_at, at, reason, dead_since",
    )
    .bind(now.unix_ms());
    let query = named(query, key);
    let row = database
        .transact(|connection| Box::pin(async move { query.fetch_optional(connection).await }))
        .await?;
    row.as_ref().map(rows::outbox).transpose().map_err(unreadable("outbox"))
}

/// Moves an effect that needs a person to those that were given up.
pub(super) async fn discard(
    database: &Database,
    key: &OutboxKey,
    now: Timestamp,
) -> Result<Option<OutboxRow>, JournalError> {
    let copy = sqlx::query(
        "INSERT INTO dead_letter (kind, id, seq, n, shard_id, destination, payload, correlation, at, attempts, next_at,
                                  reason, dead_since, discarded_at)
         SELECT kind, id, seq, n, shard_id, destination, payload, correlation, at, attempts, next_at, reason, dead_since, ?
         FROM outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ? AND dead_since IS NOT NULL",
    )
    .bind(now.unix_ms());
    let remove = sqlx::query(
        "DELETE FROM outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ? AND dead_since IS NOT NULL
         RETURNING kind, id, seq, n, destination, payload, correlation, attempts, next_at, at, reason, dead_since",
    );
    let (copy, remove) = (named(copy, key), named(remove, key));
    let row = database
        .transact(|connection| {
            Box::pin(async move {
                copy.execute(&mut *connection).await?;
                remove.fetch_optional(connection).await
            })
        })
        .await?;
    row.as_ref().map(rows::outbox).transpose().map_err(unreadable("outbox"))
}

/// Reminders of a kind due at or before `now`, oldest first.
pub(super) async fn reminders_due(
    readers: &SqlitePool,
    kind: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Reminder>, JournalError> {
    let rows = sqlx::query(
        "SELECT kind, id, name, due_at, set_at FROM reminder WHERE kind = ? AND due_at <= ? ORDER BY due_at, id, name LIMIT ?",
    )
    .bind(kind)
    .bind(now.unix_ms())
    .bind(rows::limit(limit))
    .fetch_all(readers)
    .await
    .map_err(unreadable("reminder"))?;
    let reminders: Result<Vec<_>, sqlx::Error> = rows
        .iter()
        .map(|row| {
            let (entity, due_at) = (rows::entity(row)?, rows::timestamp(row, 3)?);
            let set_at = Version(rows::unsigned(row, 4)?);
            Ok(Reminder { entity, name: row.try_get(2)?, due_at, set_at })
        })
        .collect();
    reminders.map_err(unreadable("reminder"))
}
