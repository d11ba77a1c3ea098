//! Snapshots: only ever a shortcut, so one that is damaged is passed over.

use amazoff_supervisor::journal::{JournalError, snapshot_checksum};
use amazoff_supervisor::{EntityId, Version};

use super::database::Database;
use super::dialect::Dialect;
use super::errors::unreadable;
use super::rows::{self, Cells as _};
use super::statement::Statement;

/// The newest snapshot whose checksum holds and whose event is stored.
pub(super) async fn newest_usable<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
) -> Result<Option<(Version, String)>, JournalError> {
    let statement = Statement::new(
        "SELECT seq, state, checksum FROM snapshot
         WHERE kind = ? AND id = ?
           AND EXISTS (SELECT 1 FROM journal WHERE journal.kind = snapshot.kind AND journal.id = snapshot.id
                                               AND journal.seq = snapshot.seq)
         ORDER BY seq DESC",
    )
    .entity(entity);
    let rows = database.rows(statement).await.map_err(unreadable::<D>(entity))?;
    for row in &rows {
        let seq = rows::unsigned(row, 0).map_err(unreadable::<D>(entity))?;
        let state = row.raw_text(1).map_err(unreadable::<D>(entity))?;
        let stored = row.int(2).map_err(unreadable::<D>(entity))?;
        let usable = i64::from(snapshot_checksum(entity, seq, state)) == stored;
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
pub(super) async fn save<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
    seq: Version,
    state: &str,
    keep: u32,
) -> Result<(), JournalError> {
    let checksum = snapshot_checksum(entity, seq.0, state.as_bytes());
    let save =
        Statement::new("REPLACE INTO snapshot (kind, id, seq, state, checksum) VALUES (?, ?, ?, ?, ?)")
            .entity(entity)
            .bind(seq)
            .bind(state)
            .bind(checksum);
    let drop_old = Statement::new(
        "DELETE FROM snapshot WHERE kind = ? AND id = ? AND seq < coalesce(
             (SELECT min(seq) FROM (SELECT seq FROM snapshot WHERE kind = ? AND id = ? ORDER BY seq DESC LIMIT ?) AS kept),
             9223372036854775807)",
    )
    .entity(entity)
    .entity(entity)
    .bind(keep);
    database.write(&[save, drop_old]).await.map(drop)
}
