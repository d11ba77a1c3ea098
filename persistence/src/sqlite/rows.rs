//! Rows of the journal's tables as the port's types; whatever does not fit its type was damaged.

use std::fmt::Display;

use amazoff_supervisor::journal::{
    CommandRecord, Crash, CrashRecord, NewEvent, OutboxKey, OutboxRow, StoredEvent,
};
use amazoff_supervisor::{CommandId, EntityId, Epoch, Kind, ShardId, Timestamp, Version};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::checksum;

/// The start of a query over events, in the order that [`event`] reads.
macro_rules! events_where {
    ($rest:literal) => {
        concat!(
            "SELECT kind, id, seq, shard_id, shard_seq, epoch, schema, at, command_id, causation, correlation, ",
            "payload, checksum FROM journal WHERE ",
            $rest
        )
    };
}
pub(super) use events_where;

/// An event, checksum verified. Columns as [`events_where`] names them.
pub(super) fn event(row: &SqliteRow) -> Result<StoredEvent, sqlx::Error> {
    let entity = entity(row)?;
    let seq = unsigned(row, 2)?;
    let schema = small(row, 6)?;
    let payload: &[u8] = row.try_get_unchecked(11)?;
    if i64::from(checksum::of_event(&entity, seq, schema, payload)) != row.try_get::<i64, _>(12)? {
        return Err(damaged(format!("event {seq} of {entity} does not match its checksum")));
    }
    let payload = String::from_utf8(payload.to_vec()).map_err(damaged)?;
    let causation: Option<&[u8]> = row.try_get(9)?;
    Ok(StoredEvent {
        entity,
        seq: Version(seq),
        shard: shard(row, 3)?,
        shard_seq: unsigned(row, 4)?,
        epoch: Epoch(unsigned(row, 5)?),
        at: timestamp(row, 7)?,
        event: NewEvent {
            schema,
            payload,
            command_id: CommandId(id(row, 8)?),
            causation: causation.map(Uuid::from_slice).transpose().map_err(damaged)?.map(CommandId),
            correlation: CommandId(id(row, 10)?),
        },
    })
}

/// A command record: command_id, fingerprint, outcome, sealed_command, context, seq, expires_at.
pub(super) fn command(row: &SqliteRow) -> Result<CommandRecord, sqlx::Error> {
    Ok(CommandRecord {
        command_id: CommandId(id(row, 0)?),
        fingerprint: unsigned(row, 1)?,
        outcome: row.try_get(2)?,
        sealed_command: row.try_get(3)?,
        context: row.try_get(4)?,
        seq: Version(unsigned(row, 5)?),
        expires_at: timestamp(row, 6)?,
    })
}

/// An effect: kind, id, seq, n, destination, payload, correlation, attempts, next_at, at, reason, dead_since.
pub(super) fn outbox(row: &SqliteRow) -> Result<OutboxRow, sqlx::Error> {
    Ok(OutboxRow {
        key: OutboxKey { entity: entity(row)?, seq: Version(unsigned(row, 2)?), n: small(row, 3)? },
        destination: row.try_get(4)?,
        payload: row.try_get(5)?,
        correlation: CommandId(id(row, 6)?),
        attempts: row.try_get(7)?,
        next_at: timestamp(row, 8)?,
        at: timestamp(row, 9)?,
        reason: row.try_get(10)?,
        dead_since: row.try_get::<Option<i64>, _>(11)?.map(Timestamp::from_unix_ms),
    })
}

/// A crash: kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined, dismissed.
pub(super) fn crash(row: &SqliteRow) -> Result<CrashRecord, sqlx::Error> {
    let crash = Crash {
        entity: entity(row)?,
        command_id: CommandId(id(row, 2)?),
        seq: Version(unsigned(row, 3)?),
        cause: row.try_get(4)?,
        sealed_command: row.try_get(5)?,
        context: row.try_get(6)?,
        at: timestamp(row, 7)?,
    };
    let (quarantined, dismissed) = (row.try_get(9)?, row.try_get(10)?);
    Ok(CrashRecord { crash, attempts: row.try_get(8)?, quarantined, dismissed })
}

/// An entity from the first two columns: kind, id.
pub(super) fn entity(row: &SqliteRow) -> Result<EntityId, sqlx::Error> {
    Ok(EntityId { kind: Kind::stored(row.try_get(0)?), id: id(row, 1)? })
}

/// A 16-byte id.
pub(super) fn id(row: &SqliteRow, column: usize) -> Result<Uuid, sqlx::Error> {
    Uuid::from_slice(row.try_get(column)?).map_err(damaged)
}

/// A number that was stored with the same 64 bits.
pub(super) fn unsigned(row: &SqliteRow, column: usize) -> Result<u64, sqlx::Error> {
    row.try_get::<i64, _>(column).map(i64::cast_unsigned)
}

/// A moment.
pub(super) fn timestamp(row: &SqliteRow, column: usize) -> Result<Timestamp, sqlx::Error> {
    row.try_get(column).map(Timestamp::from_unix_ms)
}

/// A shard.
pub(super) fn shard(row: &SqliteRow, column: usize) -> Result<ShardId, sqlx::Error> {
    let number = small(row, column)?;
    ShardId::from_number(number).ok_or_else(|| damaged(format!("there is no shard {number}")))
}

fn small(row: &SqliteRow, column: usize) -> Result<u16, sqlx::Error> {
    row.try_get::<i64, _>(column)?.try_into().map_err(damaged)
}

fn damaged(reason: impl Display) -> sqlx::Error {
    sqlx::Error::Decode(reason.to_string().into())
}

/// A limit as SQLite takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
