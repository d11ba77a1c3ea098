//! What waits: effects to deliver and reminders to fire.

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::journal::{JournalError, OutboxKey, OutboxRow, Reminder};
use sqlx::{Row as _, SqlitePool};

use super::database::Database;
use super::errors::unreadable;
use super::rows;

/// Undelivered effects after `after`, in key order.
pub(super) async fn undelivered(
    readers: &SqlitePool,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    let query = match after {
        None => sqlx::query(
            "SELECT kind, id, seq, n, destination, payload, correlation, attempts, next_at FROM outbox
             ORDER BY kind, id, seq, n LIMIT ?",
        ),
        Some(after) => sqlx::query(
            "SELECT kind, id, seq, n, destination, payload, correlation, attempts, next_at FROM outbox
             WHERE (kind, id, seq, n) > (?, ?, ?, ?) ORDER BY kind, id, seq, n LIMIT ?",
        )
        .bind(after.entity.kind.as_str())
        .bind(after.entity.id.as_bytes().as_slice())
        .bind(after.seq.0.cast_signed())
        .bind(after.n),
    };
    let rows = query.bind(rows::limit(limit)).fetch_all(readers).await.map_err(unreadable("outbox"))?;
    let effects: Result<Vec<_>, _> = rows.iter().map(rows::outbox).collect();
    effects.map_err(unreadable("outbox"))
}

/// Notes a failed delivery.
pub(super) async fn failed(
    database: &Database,
    key: &OutboxKey,
    attempts: u32,
    next_at: Timestamp,
) -> Result<(), JournalError> {
    let query = sqlx::query(
        "UPDATE outbox SET attempts = ?, next_at = ? WHERE kind = ? AND id = ? AND seq = ? AND n = ?",
    )
    .bind(attempts)
    .bind(next_at.unix_ms())
    .bind(key.entity.kind.as_str())
    .bind(key.entity.id.as_bytes().as_slice())
    .bind(key.seq.0.cast_signed())
    .bind(key.n);
    database.transact(|connection| Box::pin(async move { query.execute(connection).await.map(drop) })).await
}

/// Reminders due at or before `now`, oldest first.
pub(super) async fn reminders_due(
    readers: &SqlitePool,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Reminder>, JournalError> {
    let rows = sqlx::query(
        "SELECT kind, id, name, due_at FROM reminder WHERE due_at <= ? ORDER BY due_at, kind, id, name LIMIT ?",
    )
    .bind(now.unix_ms())
    .bind(rows::limit(limit))
    .fetch_all(readers)
    .await
    .map_err(unreadable("reminder"))?;
    let reminders: Result<Vec<_>, sqlx::Error> = rows
        .iter()
        .map(|row| {
            let (entity, due_at) = (rows::entity(row)?, rows::timestamp(row, 3)?);
            Ok(Reminder { entity, name: row.try_get(2)?, due_at })
        })
        .collect();
    reminders.map_err(unreadable("reminder"))
}
