//! Snapshots: only ever a shortcut, so one that is damaged is passed over.

use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{EntityId, Version};
use sqlx::{Row as _, SqlitePool};

use super::database::Database;
use super::errors::unreadable;
use super::rows;
use crate::checksum;

/// The newest snapshot whose checksum holds and whose event is stored.
pub(super) async fn newest_usable(
    readers: &SqlitePool,
    entity: &EntityId,
) -> Result<Option<(Version, String)>, JournalError> {
    let rows = sqlx::query(
        "SELECT seq, state, checksum FROM snapshot
         WHERE kind = ?1 AND id = ?2
           AND EXISTS (SELECT 1 FROM journal WHERE kind = ?1 AND id = ?2 AND journal.seq = snapshot.seq)
         ORDER BY seq DESC",
    )
    .bind(entity.kind.as_str())
    .bind(entity.id.as_bytes().as_slice())
    .fetch_all(readers)
    .await
    .map_err(unreadable(entity))?;
    for row in &rows {
        let seq = rows::unsigned(row, 0).map_err(unreadable(entity))?;
        let state: &[u8] = row.try_get_unchecked(1).map_err(unreadable(entity))?;
        let stored: i64 = row.try_get(2).map_err(unreadable(entity))?;
        let usable = i64::from(checksum::of_snapshot(entity, seq, state)) == stored;
        match std::str::from_utf8(state) {
            Ok(state) if usable => return Ok(Some((Version(seq), state.to_owned()))),
            Ok(_) | Err(_) => {
                tracing::warn!(entity = %entity, seq, "snapshot {seq} of {entity} is damaged and passed over");
            }
        }
    }
    Ok(None)
}

/// Stores a snapshot and drops all but the newest `keep`.
pub(super) async fn save(
    database: &Database,
    entity: &EntityId,
    seq: Version,
    state: &str,
    keep: u32,
) -> Result<(), JournalError> {
    let checksum = checksum::of_snapshot(entity, seq.0, state.as_bytes());
    let save = sqlx::query(
        "INSERT INTO snapshot (kind, id, seq, state, checksum) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, id, seq) DO UPDATE SET state = excluded.state, checksum = excluded.checksum",
    )
    .bind(entity.kind.as_str())
    .bind(entity.id.as_bytes().as_slice())
    .bind(seq.0.cast_signed())
    .bind(state)
    .bind(checksum);
    let drop_old = sqlx::query(
        "DELETE FROM snapshot WHERE kind = ?1 AND id = ?2 AND seq NOT IN
             (SELECT seq FROM snapshot WHERE kind = ?1 AND id = ?2 ORDER BY seq DESC LIMIT ?3)",
    )
    .bind(entity.kind.as_str())
    .bind(entity.id.as_bytes().as_slice())
    .bind(keep);
    database
        .transact(|connection| {
            Box::pin(async move {
                save.execute(&mut *connection).await?;
                drop_old.execute(connection).await.map(drop)
            })
        })
        .await
}
