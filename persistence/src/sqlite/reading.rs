//! What the journal answers from its reading connections.

use amazoff_supervisor::journal::{
    Claim, CommandRecord, EventPosition, JournalError, Loaded, Posting, StoredEvent,
};
use amazoff_supervisor::{CommandId, EntityId, ShardId, Version};
use sqlx::{Row as _, SqlitePool};
use uuid::Uuid;

use super::errors::unreadable;
use super::rows::{self, events_where};
use super::{crashes, snapshots};

/// What a whole-journal question is answered for, when there is no single entity to name.
const JOURNAL: &str = "journal";

/// Loads an entity: its newest usable snapshot, the events after it, and what is not to be run again.
pub(super) async fn load(readers: &SqlitePool, entity: &EntityId) -> Result<Loaded, JournalError> {
    let snapshot = snapshots::newest_usable(readers, entity).await?;
    let since = snapshot.as_ref().map_or(Version(0), |(seq, _)| *seq);
    let events = history(readers, entity, since, usize::MAX).await?;
    let quarantined = crashes::quarantined(readers, entity).await?;
    Ok(Loaded { snapshot, events, quarantined })
}

/// Events of an entity with `seq > after`.
pub(super) async fn history(
    readers: &SqlitePool,
    entity: &EntityId,
    after: Version,
    limit: usize,
) -> Result<Vec<StoredEvent>, JournalError> {
    let rows = sqlx::query(events_where!("kind = ? AND id = ? AND seq > ? ORDER BY seq LIMIT ?"))
        .bind(entity.kind.as_str())
        .bind(entity.id.as_bytes().as_slice())
        .bind(after.0.cast_signed())
        .bind(rows::limit(limit))
        .fetch_all(readers)
        .await
        .map_err(unreadable(entity))?;
    let events: Result<Vec<_>, _> = rows.iter().map(rows::event).collect();
    let events = events.map_err(unreadable(entity))?;
    dense(entity.to_string(), after.0, events.iter().map(|event| event.seq.0))?;
    Ok(events)
}

/// Events of a shard with `shard_seq > after`.
pub(super) async fn tail(
    readers: &SqlitePool,
    shard: ShardId,
    after: u64,
    limit: usize,
) -> Result<Vec<StoredEvent>, JournalError> {
    let name = format!("shard {}", shard.number());
    let rows = sqlx::query(events_where!("shard_id = ? AND shard_seq > ? ORDER BY shard_seq LIMIT ?"))
        .bind(shard.number())
        .bind(after.cast_signed())
        .bind(rows::limit(limit))
        .fetch_all(readers)
        .await
        .map_err(unreadable(&name))?;
    let events: Result<Vec<_>, _> = rows.iter().map(rows::event).collect();
    let events = events.map_err(unreadable(&name))?;
    dense(name, after, events.iter().map(|event| event.shard_seq))?;
    Ok(events)
}

/// Events of one first cause, across entities.
pub(super) async fn correlated(
    readers: &SqlitePool,
    correlation: CommandId,
    after: Option<&EventPosition>,
    limit: usize,
) -> Result<Vec<StoredEvent>, JournalError> {
    let name = format!("correlation {correlation}");
    let query = match after {
        None => sqlx::query(events_where!("correlation = ? ORDER BY at, shard_id, shard_seq LIMIT ?"))
            .bind(correlation.0.as_bytes().as_slice()),
        Some(after) => sqlx::query(events_where!(
            "correlation = ? AND (at, shard_id, shard_seq) > (?, ?, ?) ORDER BY at, shard_id, shard_seq LIMIT ?"
        ))
        .bind(correlation.0.as_bytes().as_slice())
        .bind(after.at.unix_ms())
        .bind(after.shard.number())
        .bind(after.shard_seq.cast_signed()),
    };
    let rows = query.bind(rows::limit(limit)).fetch_all(readers).await.map_err(unreadable(&name))?;
    let events: Result<Vec<_>, _> = rows.iter().map(rows::event).collect();
    events.map_err(unreadable(&name))
}

fn dense(entity: String, after: u64, numbers: impl Iterator<Item = u64>) -> Result<(), JournalError> {
    let mut before = after;
    for number in numbers {
        if number != before + 1 {
            return Err(JournalError::Corrupt { entity, reason: format!("{number} follows {before}") });
        }
        before = number;
    }
    Ok(())
}

/// The stored outcome of a command.
pub(super) async fn outcome(
    readers: &SqlitePool,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CommandRecord>, JournalError> {
    let row = sqlx::query(
        "SELECT command_id, fingerprint, outcome, sealed_command, context, seq, expires_at FROM command_log
         WHERE kind = ? AND id = ? AND command_id = ?",
    )
    .bind(entity.kind.as_str())
    .bind(entity.id.as_bytes().as_slice())
    .bind(command_id.0.as_bytes().as_slice())
    .fetch_optional(readers)
    .await
    .map_err(unreadable(entity))?;
    row.as_ref().map(rows::command).transpose().map_err(unreadable(entity))
}

/// Who has a key.
pub(super) async fn claimed_by(
    readers: &SqlitePool,
    claim: &Claim,
) -> Result<Option<EntityId>, JournalError> {
    let row = sqlx::query("SELECT owner_kind, owner_id FROM claim WHERE namespace = ? AND key = ?")
        .bind(&claim.namespace)
        .bind(&claim.key)
        .fetch_optional(readers)
        .await
        .map_err(unreadable(claim))?;
    row.as_ref().map(rows::entity).transpose().map_err(unreadable(claim))
}

/// The newest `shard_seq` of each shard that has events.
pub(super) async fn heads(readers: &SqlitePool) -> Result<Vec<(ShardId, u64)>, JournalError> {
    // One index seek per shard; grouping the journal would read all of it.
    let rows = sqlx::query(
        "SELECT shard_id, head FROM
             (SELECT shard_id, (SELECT max(shard_seq) FROM journal WHERE journal.shard_id = shard.shard_id) AS head
              FROM shard)
         WHERE head IS NOT NULL ORDER BY shard_id",
    )
    .fetch_all(readers)
    .await
    .map_err(unreadable(JOURNAL))?;
    let heads: Result<Vec<_>, sqlx::Error> =
        rows.iter().map(|row| Ok((rows::shard(row, 0)?, rows::unsigned(row, 1)?))).collect();
    heads.map_err(unreadable(JOURNAL))
}

/// Sum of all postings per (account, asset).
pub(super) async fn balances(readers: &SqlitePool) -> Result<Vec<Posting>, JournalError> {
    let rows = sqlx::query(
        "SELECT account, asset, sum(amount) FROM posting GROUP BY account, asset ORDER BY account, asset",
    )
    .fetch_all(readers)
    .await
    .map_err(unreadable(JOURNAL))?;
    let balances: Result<Vec<_>, sqlx::Error> = rows
        .iter()
        .map(|row| Ok(Posting { account: row.try_get(0)?, asset: row.try_get(1)?, amount: row.try_get(2)? }))
        .collect();
    balances.map_err(unreadable(JOURNAL))
}

/// Ids of the entities of a kind that have events.
pub(super) async fn entities(
    readers: &SqlitePool,
    kind: &str,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, JournalError> {
    // Every entity that has events has a first one. No id sorts before the empty blob.
    let rows =
        sqlx::query("SELECT id FROM journal WHERE kind = ? AND id > ? AND seq = 1 ORDER BY id LIMIT ?")
            .bind(kind)
            .bind(after.as_ref().map_or(&[][..], |id| id.as_bytes().as_slice()))
            .bind(rows::limit(limit))
            .fetch_all(readers)
            .await
            .map_err(unreadable(kind))?;
    let ids: Result<Vec<_>, _> = rows.iter().map(|row| rows::id(row, 0)).collect();
    ids.map_err(unreadable(kind))
}
