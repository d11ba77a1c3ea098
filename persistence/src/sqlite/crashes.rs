//! Commands: which crashed their entity, and which records have expired.

use amazoff_supervisor::journal::{Crash, CrashFilter, CrashPosition, CrashRecord, JournalError};
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
         RETURNING kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined, dismissed",
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

/// The columns of a crash, in the order that [`rows::crash`] reads.
macro_rules! crashes {
    ($rest:literal) => {
        concat!(
            "SELECT kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined, dismissed ",
            "FROM quarantine WHERE ",
            $rest
        )
    };
}

/// Crashed commands behind `after`, newest first.
pub(super) async fn page(
    readers: &SqlitePool,
    filter: CrashFilter,
    after: Option<&CrashPosition>,
    limit: usize,
) -> Result<Vec<CrashRecord>, JournalError> {
    let open_only = filter == CrashFilter::Open;
    let query = match after {
        None => sqlx::query(crashes!(
            "(?1 = 0 OR (quarantined = 1 AND dismissed = 0)) ORDER BY at DESC, kind, id, command_id LIMIT ?2"
        ))
        .bind(open_only)
        .bind(rows::limit(limit)),
        Some(after) => sqlx::query(crashes!(
            "(?1 = 0 OR (quarantined = 1 AND dismissed = 0))
             AND at <= ?3 AND (at < ?3 OR (kind, id, command_id) > (?4, ?5, ?6))
             ORDER BY at DESC, kind, id, command_id LIMIT ?2"
        ))
        .bind(open_only)
        .bind(rows::limit(limit))
        .bind(after.at.unix_ms())
        .bind(after.entity.kind.as_str())
        .bind(after.entity.id.as_bytes().as_slice())
        .bind(after.command_id.0.as_bytes().as_slice()),
    };
    let rows = query.fetch_all(readers).await.map_err(unreadable("quarantine"))?;
    let crashes: Result<Vec<_>, _> = rows.iter().map(rows::crash).collect();
    crashes.map_err(unreadable("quarantine"))
}

/// The record of a crashed command.
pub(super) async fn find(
    readers: &SqlitePool,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    let row = sqlx::query(crashes!("kind = ? AND id = ? AND command_id = ?"))
        .bind(entity.kind.as_str())
        .bind(entity.id.as_bytes().as_slice())
        .bind(command_id.0.as_bytes().as_slice())
        .fetch_optional(readers)
        .await
        .map_err(unreadable(entity))?;
    row.as_ref().map(rows::crash).transpose().map_err(unreadable(entity))
}

/// Lets a crashed command run again.
pub(super) async fn release(
    database: &Database,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    const RELEASE: &str = "UPDATE quarantine SET attempts = 0, quarantined = 0, dismissed = 0
         WHERE kind = ? AND id = ? AND command_id = ?
         RETURNING kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined, dismissed";
    decide(database, RELEASE, entity, command_id).await
}

/// Keeps a crashed command refused for ever.
pub(super) async fn dismiss(
    database: &Database,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    const DISMISS: &str = "UPDATE quarantine SET quarantined = 1, dismissed = 1
         WHERE kind = ? AND id = ? AND command_id = ?
         RETURNING kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined, dismissed";
    decide(database, DISMISS, entity, command_id).await
}

async fn decide(
    database: &Database,
    statement: &'static str,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    let query = sqlx::query(statement)
        .bind(entity.kind.as_str())
        .bind(entity.id.as_bytes().as_slice())
        .bind(command_id.0.as_bytes().as_slice());
    let row = database
        .transact(|connection| Box::pin(async move { query.fetch_optional(connection).await }))
        .await?;
    row.as_ref().map(rows::crash).transpose().map_err(unreadable(entity))
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
