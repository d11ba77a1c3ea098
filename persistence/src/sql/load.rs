//! Loading an entity. Most that are loaded are new, so one question tells whether there is anything at all.

use std::cmp::Reverse;

use amazoff_supervisor::journal::{JournalError, Loaded, snapshot_checksum};
use amazoff_supervisor::{CommandId, EntityId, Version};

use super::database::Database;
use super::dialect::Dialect;
use super::errors::unreadable;
use super::reading::history;
use super::rows::{self, Cells};
use super::statement::Statement;

/// Its snapshots whose event is stored, the commands that are not to be run again, and its newest event: what a row is stands
/// in front of it.
const START: &str = "SELECT 0 AS what, seq, state, checksum, NULL AS command_id FROM snapshot
         WHERE kind = ? AND id = ?
           AND EXISTS (SELECT 1 FROM journal WHERE journal.kind = snapshot.kind AND journal.id = snapshot.id
                                               AND journal.seq = snapshot.seq)
     UNION ALL
     SELECT 1, NULL, NULL, NULL, command_id FROM quarantine WHERE kind = ? AND id = ? AND quarantined = 1
     UNION ALL
     SELECT 2, max(seq), NULL, NULL, NULL FROM journal WHERE kind = ? AND id = ?";
const SNAPSHOT: i64 = 0;
const QUARANTINED: i64 = 1;

/// What is known of an entity before its events are read.
#[derive(Default)]
struct Start {
    /// Versions, texts and checksums.
    snapshots: Vec<(u64, Vec<u8>, i64)>,
    quarantined: Vec<CommandId>,
    newest: Option<u64>,
}

impl Start {
    fn take(&mut self, row: &impl Cells) -> Result<(), sqlx::Error> {
        match row.int(0)? {
            SNAPSHOT => {
                self.snapshots.push((rows::unsigned(row, 1)?, row.raw_text(2)?.to_vec(), row.int(3)?));
            }
            QUARANTINED => self.quarantined.push(CommandId(rows::id(row, 4)?)),
            _ => self.newest = row.maybe_int(1)?.map(i64::cast_unsigned),
        }
        Ok(())
    }

    /// The newest snapshot whose checksum holds: it is only ever a shortcut, so one that is damaged is passed over.
    fn snapshot(&mut self, entity: &EntityId) -> Option<(Version, String)> {
        self.snapshots.sort_unstable_by_key(|(seq, ..)| Reverse(*seq));
        for (seq, state, checksum) in std::mem::take(&mut self.snapshots) {
            let usable = i64::from(snapshot_checksum(entity, seq, &state)) == checksum;
            match String::from_utf8(state) {
                Ok(state) if usable => return Some((Version(seq), state)),
                Ok(_) | Err(_) => {
                    tracing::warn!(entity = %entity, seq, "snapshot {seq} of {entity} is damaged and passed over");
                }
            }
        }
        None
    }
}

/// Loads an entity: its newest usable snapshot, the events after it, and what is not to be run again.
pub(super) async fn load<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
) -> Result<Loaded, JournalError> {
    let statement = Statement::new(START).entity(entity).entity(entity).entity(entity);
    let mut start = Start::default();
    for row in &database.rows(statement).await.map_err(unreadable::<D>(entity))? {
        start.take(row).map_err(unreadable::<D>(entity))?;
    }
    start.quarantined.sort_unstable();
    let snapshot = start.snapshot(entity);
    let since = snapshot.as_ref().map_or(Version(0), |(seq, _)| *seq);
    let events = match start.newest {
        Some(newest) if newest > since.0 => history(database, entity, since, usize::MAX).await?,
        Some(_) | None => Vec::new(),
    };
    Ok(Loaded { snapshot, events, quarantined: start.quarantined })
}
