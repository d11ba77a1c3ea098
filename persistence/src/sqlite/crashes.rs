//! Commands: which crashed their entity, and which records have expired.

use amazoff_supervisor::journal::{Crash, CrashRecord, JournalError};
use amazoff_supervisor::{CommandId, EntityId, Timestamp};
use sqlx::SqlitePool;

use super::database::Database;
use super::errors::unreadable;
use super::rows;

/// Stores a crash; from `quarantine_at` crashes on the command is quarantined, and stays so.
pub(super) async fn record(
    database: &Database,
    crash: &Crash,
    quarantine_at: u32,
) -> Result<CrashRecord, JournalError> {
    let query = sqlx::query(
        "INSERT INTO quarantine (kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9 <= 1)
         ON CONFLICT (kind, id, command_id) DO UPDATE SET
             seq = excluded.seq, cause = excluded.cause, sealed_command = excluded.sealed_command,
             context = excluded.context, at = excluded.at, attempts = attempts + 1,
             quarantined = quarantined OR attempts + 1 >= ?9
         RETURNING kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined",
    )
    .bind(crash.entity.kind.as_str())
    .bind(crash.entity.id.as_bytes().as_slice())
    .bind(crash.command_id.0.as_bytes().as_slice())
    .bind(crash.seq.0.cast_signed())
    .bind(&crash.cause)
    .bind(&crash.sealed_command)
    .bind(&crash.context)
    .bind(crash.at.unix_ms())
    .bind(quarantine_at);
    let row =
        database.transact(|connection| Box::pin(async move { query.fetch_one(connection).await })).await?;
    rows::crash(&row).map_err(unreadable(&crash.entity))
}

/// Crashed commands, newest first.
pub(super) async fn newest(readers: &SqlitePool, limit: usize) -> Result<Vec<CrashRecord>, JournalError> {
    let rows = sqlx::query(
        "SELECT kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined
         FROM quarantine ORDER BY at DESC, kind, id, command_id LIMIT ?",
    )
    .bind(rows::limit(limit))
    .fetch_all(readers)
    .await
    .map_err(unreadable("quarantine"))?;
    let crashes: Result<Vec<_>, _> = rows.iter().map(rows::crash).collect();
    crashes.map_err(unreadable("quarantine"))
}

/// The commands of an entity that are not to be run again.
pub(super) async fn quarantined(
    readers: &SqlitePool,
    entity: &EntityId,
) -> Result<Vec<CommandId>, JournalError> {
    let rows = sqlx::query(
        "SELECT command_id FROM quarantine WHERE kind = ? AND id = ? AND quarantined = 1 ORDER BY command_id",
    )
    .bind(entity.kind.as_str())
    .bind(entity.id.as_bytes().as_slice())
    .fetch_all(readers)
    .await
    .map_err(unreadable(entity))?;
    let commands: Result<Vec<_>, _> = rows.iter().map(|row| rows::id(row, 0).map(CommandId)).collect();
    commands.map_err(unreadable(entity))
}

/// Forgets command records that expired before `now`; returns how many.
pub(super) async fn forget_commands(database: &Database, now: Timestamp) -> Result<u64, JournalError> {
    let query = sqlx::query("DELETE FROM command_log WHERE expires_at < ?").bind(now.unix_ms());
    let done =
        database.transact(|connection| Box::pin(async move { query.execute(connection).await })).await?;
    Ok(done.rows_affected())
}
