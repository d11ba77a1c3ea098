//! Storing snapshots.

use amazoff_supervisor::journal::{JournalError, snapshot_checksum};
use amazoff_supervisor::{EntityId, Version};

use super::database::Database;
use super::dialect::Dialect;
use super::statement::Statement;

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
