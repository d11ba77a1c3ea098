//! Rows of the journal's tables as the port's types; whatever does not fit its type was damaged.

use std::fmt::Display;

use amazoff_supervisor::journal::{
    CommandRecord, Crash, CrashRecord, NewEvent, OutboxKey, OutboxRow, StoredEvent, event_checksum,
};
use amazoff_supervisor::{CommandId, EntityId, Epoch, Kind, ShardId, Timestamp, Version};
use sqlx::Error;
use uuid::Uuid;

/// The columns of a row, by number. Each answers an error when the column holds something else.
pub(crate) trait Cells: Send + Sync {
    /// A number.
    fn int(&self, column: usize) -> Result<i64, Error>;
    /// A number, or nothing.
    fn maybe_int(&self, column: usize) -> Result<Option<i64>, Error>;
    /// A text.
    fn text(&self, column: usize) -> Result<&str, Error>;
    /// A text, or nothing.
    fn maybe_text(&self, column: usize) -> Result<Option<&str>, Error>;
    /// Bytes.
    fn bytes(&self, column: usize) -> Result<&[u8], Error>;
    /// Bytes, or nothing.
    fn maybe_bytes(&self, column: usize) -> Result<Option<&[u8]>, Error>;
    /// What is stored as a text, which may be damaged so that it is none.
    fn raw_text(&self, column: usize) -> Result<&[u8], Error>;
}

/// Lets a database's row be read by the number of a column.
macro_rules! cells {
    ($row:ty) => {
        impl $crate::sql::Cells for $row {
            fn int(&self, column: usize) -> Result<i64, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
            fn maybe_int(&self, column: usize) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
            fn text(&self, column: usize) -> Result<&str, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
            fn maybe_text(&self, column: usize) -> Result<Option<&str>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
            fn bytes(&self, column: usize) -> Result<&[u8], sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
            fn maybe_bytes(&self, column: usize) -> Result<Option<&[u8]>, sqlx::Error> {
                sqlx::Row::try_get(self, column)
            }
            fn raw_text(&self, column: usize) -> Result<&[u8], sqlx::Error> {
                sqlx::Row::try_get_unchecked(self, column)
            }
        }
    };
}
pub(crate) use cells;

/// The start of a query over events, in the order that [`event`] reads.
macro_rules! events_where {
    ($rest:expr) => {
        concat!(
            "SELECT kind, id, seq, shard_id, shard_seq, epoch, `schema`, at, command_id, causation, correlation, ",
            "payload, checksum FROM journal WHERE ",
            $rest
        )
    };
}
pub(super) use events_where;

/// An event, checksum verified. Columns as [`events_where`] names them.
pub(super) fn event(row: &impl Cells) -> Result<StoredEvent, Error> {
    let entity = entity(row)?;
    let seq = unsigned(row, 2)?;
    let schema = small(row, 6)?;
    let payload = row.raw_text(11)?;
    if i64::from(event_checksum(&entity, seq, schema, payload)) != row.int(12)? {
        return Err(damaged(format!("event {seq} of {entity} does not match its checksum")));
    }
    let payload = String::from_utf8(payload.to_vec()).map_err(damaged)?;
    let causation = row.maybe_bytes(9)?;
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
pub(super) fn command(row: &impl Cells) -> Result<CommandRecord, Error> {
    Ok(CommandRecord {
        command_id: CommandId(id(row, 0)?),
        fingerprint: unsigned(row, 1)?,
        outcome: text(row, 2)?,
        sealed_command: text(row, 3)?,
        context: text(row, 4)?,
        seq: Version(unsigned(row, 5)?),
        expires_at: timestamp(row, 6)?,
    })
}

/// An effect: kind, id, seq, n, destination, payload, correlation, attempts, next_at, at, reason, dead_since.
pub(super) fn outbox(row: &impl Cells) -> Result<OutboxRow, Error> {
    Ok(OutboxRow {
        key: OutboxKey { entity: entity(row)?, seq: Version(unsigned(row, 2)?), n: small(row, 3)? },
        destination: text(row, 4)?,
        payload: text(row, 5)?,
        correlation: CommandId(id(row, 6)?),
        attempts: small(row, 7)?,
        next_at: timestamp(row, 8)?,
        at: timestamp(row, 9)?,
        reason: row.maybe_text(10)?.map(str::to_owned),
        dead_since: row.maybe_int(11)?.map(Timestamp::from_unix_ms),
    })
}

/// A crash: kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined, dismissed.
pub(super) fn crash(row: &impl Cells) -> Result<CrashRecord, Error> {
    let crash = Crash {
        entity: entity(row)?,
        command_id: CommandId(id(row, 2)?),
        seq: Version(unsigned(row, 3)?),
        cause: text(row, 4)?,
        sealed_command: text(row, 5)?,
        context: text(row, 6)?,
        at: timestamp(row, 7)?,
    };
    let (quarantined, dismissed) = (row.int(9)? != 0, row.int(10)? != 0);
    Ok(CrashRecord { crash, attempts: small(row, 8)?, quarantined, dismissed })
}

/// An entity from the first two columns: kind, id.
pub(super) fn entity(row: &impl Cells) -> Result<EntityId, Error> {
    Ok(EntityId { kind: Kind::stored(text(row, 0)?), id: id(row, 1)? })
}

/// A 16-byte id.
pub(crate) fn id(row: &impl Cells, column: usize) -> Result<Uuid, Error> {
    Uuid::from_slice(row.bytes(column)?).map_err(damaged)
}

/// A text.
pub(crate) fn text(row: &impl Cells, column: usize) -> Result<String, Error> {
    row.text(column).map(str::to_owned)
}

/// A number that was stored with the same 64 bits.
pub(crate) fn unsigned(row: &impl Cells, column: usize) -> Result<u64, Error> {
    row.int(column).map(i64::cast_unsigned)
}

/// A moment.
pub(crate) fn timestamp(row: &impl Cells, column: usize) -> Result<Timestamp, Error> {
    row.int(column).map(Timestamp::from_unix_ms)
}

/// A shard.
pub(crate) fn shard(row: &impl Cells, column: usize) -> Result<ShardId, Error> {
    let number = small(row, column)?;
    ShardId::from_number(number).ok_or_else(|| damaged(format!("there is no shard {number}")))
}

/// A number that fits a smaller type.
fn small<T>(row: &impl Cells, column: usize) -> Result<T, Error>
where
    i64: TryInto<T, Error: Display>,
{
    row.int(column)?.try_into().map_err(damaged)
}

fn damaged(reason: impl Display) -> Error {
    Error::Decode(reason.to_string().into())
}

/// A limit as databases take it.
pub(crate) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
