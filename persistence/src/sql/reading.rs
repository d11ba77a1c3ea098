//! What the journal answers from its reading connections.

use amazoff_supervisor::journal::{Claim, CommandRecord, EventPosition, JournalError, Posting, StoredEvent};
use amazoff_supervisor::{CommandId, EntityId, ShardId, Version};
use uuid::Uuid;

use super::database::Database;
use super::dialect::Dialect;
use super::errors::unreadable;
use super::rows::{self, Cells as _, events_where};
use super::statement::{Statement, Value, behind};

/// What a whole-journal question is answered for, when there is no single entity to name.
const JOURNAL: &str = "journal";

/// Events of an entity with `seq > after`.
pub(super) async fn history<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
    after: Version,
    limit: usize,
) -> Result<Vec<StoredEvent>, JournalError> {
    let statement = Statement::new(events_where!("kind = ? AND id = ? AND seq > ? ORDER BY seq LIMIT ?"))
        .entity(entity)
        .bind(after)
        .limit(limit);
    let events = events(database, statement, entity).await?;
    dense(entity.to_string(), after.0, events.iter().map(|event| event.seq.0))?;
    Ok(events)
}

/// Events of a shard with `shard_seq > after`.
pub(super) async fn tail<D: Dialect>(
    database: &Database<D>,
    shard: ShardId,
    after: u64,
    limit: usize,
) -> Result<Vec<StoredEvent>, JournalError> {
    let name = format!("shard {}", shard.number());
    let statement =
        Statement::new(events_where!("shard_id = ? AND shard_seq > ? ORDER BY shard_seq LIMIT ?"))
            .bind(shard)
            .bind(after)
            .limit(limit);
    let events = events(database, statement, &name).await?;
    dense(name, after, events.iter().map(|event| event.shard_seq))?;
    Ok(events)
}

/// Events of one first cause, across entities.
pub(super) async fn correlated<D: Dialect>(
    database: &Database<D>,
    correlation: CommandId,
    after: Option<&EventPosition>,
    limit: usize,
) -> Result<Vec<StoredEvent>, JournalError> {
    let name = format!("correlation {correlation}");
    const ORDER: &str = "ORDER BY at, shard_id, shard_seq LIMIT ?";
    const OF_ONE_CAUSE: &str = events_where!("correlation = ? ");
    let statement = match after {
        None => Statement::new(format!("{OF_ONE_CAUSE}{ORDER}")).bind(correlation),
        Some(after) => {
            let behind = behind(&["at", "shard_id", "shard_seq"], D::COMPARES_ROWS_BY_KEY);
            let values = [Value::from(after.at), after.shard.into(), after.shard_seq.into()];
            let later = format!("{OF_ONE_CAUSE}AND {} {ORDER}", behind.condition);
            let statement = Statement::new(later).bind(correlation);
            behind.places.into_iter().fold(statement, |statement, place| statement.bind(values[place]))
        }
    };
    events(database, statement.limit(limit), &name).await
}

async fn events<D: Dialect>(
    database: &Database<D>,
    statement: Statement<'_>,
    of: impl ToString,
) -> Result<Vec<StoredEvent>, JournalError> {
    let unreadable = unreadable::<D>(of);
    let rows = database.rows(statement).await.map_err(&unreadable)?;
    let events: Result<Vec<_>, _> = rows.iter().map(rows::event).collect();
    events.map_err(unreadable)
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
pub(super) async fn outcome<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CommandRecord>, JournalError> {
    let statement = Statement::new(
        "SELECT command_id, fingerprint, outcome, sealed_command, context, seq, expires_at FROM command_log
         WHERE kind = ? AND id = ? AND command_id = ?",
    )
    .entity(entity)
    .bind(command_id);
    let row = database.row(statement).await.map_err(unreadable::<D>(entity))?;
    row.as_ref().map(rows::command).transpose().map_err(unreadable::<D>(entity))
}

/// Who has a key.
pub(super) async fn claimed_by<D: Dialect>(
    database: &Database<D>,
    claim: &Claim,
) -> Result<Option<EntityId>, JournalError> {
    let statement =
        Statement::new("SELECT owner_kind, owner_id FROM claim WHERE namespace = ? AND `key` = ?")
            .bind(&claim.namespace)
            .bind(&claim.key);
    let row = database.row(statement).await.map_err(unreadable::<D>(claim))?;
    row.as_ref().map(rows::entity).transpose().map_err(unreadable::<D>(claim))
}

/// The newest `shard_seq` of each shard that has events.
pub(super) async fn heads<D: Dialect>(database: &Database<D>) -> Result<Vec<(ShardId, u64)>, JournalError> {
    // One index seek per shard; grouping the journal would read all of it.
    let statement = Statement::new(
        "SELECT shard_id, head FROM
             (SELECT shard_id, (SELECT shard_seq FROM journal WHERE journal.shard_id = shard.shard_id
                                ORDER BY shard_seq DESC LIMIT 1) AS head
              FROM shard) AS newest
         WHERE head IS NOT NULL ORDER BY shard_id",
    );
    let rows = database.rows(statement).await.map_err(unreadable::<D>(JOURNAL))?;
    let heads: Result<Vec<_>, sqlx::Error> =
        rows.iter().map(|row| Ok((rows::shard(row, 0)?, rows::unsigned(row, 1)?))).collect();
    heads.map_err(unreadable::<D>(JOURNAL))
}

/// Sum of all postings per (account, asset).
pub(super) async fn balances<D: Dialect>(database: &Database<D>) -> Result<Vec<Posting>, JournalError> {
    let statement = Statement::new(
        "SELECT account, asset, CAST(sum(amount) AS SIGNED) FROM posting
         GROUP BY account, asset ORDER BY account, asset",
    );
    let rows = database.rows(statement).await.map_err(unreadable::<D>(JOURNAL))?;
    let balances: Result<Vec<_>, sqlx::Error> = rows
        .iter()
        .map(|row| {
            Ok(Posting { account: rows::text(row, 0)?, asset: rows::text(row, 1)?, amount: row.int(2)? })
        })
        .collect();
    balances.map_err(unreadable::<D>(JOURNAL))
}

/// Ids of the entities of a kind that have events.
pub(super) async fn entities<D: Dialect>(
    database: &Database<D>,
    kind: &str,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, JournalError> {
    // Every entity that has events has a first one.
    let statement = match after {
        None => {
            Statement::new("SELECT id FROM journal WHERE kind = ? AND seq = 1 ORDER BY id LIMIT ?").bind(kind)
        }
        Some(after) => {
            Statement::new("SELECT id FROM journal WHERE kind = ? AND id > ? AND seq = 1 ORDER BY id LIMIT ?")
                .bind(kind)
                .bind(after)
        }
    };
    let rows = database.rows(statement.limit(limit)).await.map_err(unreadable::<D>(kind))?;
    let ids: Result<Vec<_>, _> = rows.iter().map(|row| rows::id(row, 0)).collect();
    ids.map_err(unreadable::<D>(kind))
}
