//! What waits: effects to deliver and reminders to fire.

use amazoff_supervisor::journal::{FailedDelivery, JournalError, OutboxKey, OutboxRow, Reminder};
use amazoff_supervisor::{Timestamp, Version};

use super::database::Database;
use super::dialect::{Answer, Dialect};
use super::errors::unreadable;
use super::rows;
use super::statement::{Statement, Value, behind};

const KEY_COLUMNS: [&str; 4] = ["kind", "id", "seq", "n"];

/// The columns of an effect, in the order that [`rows::outbox`] reads.
macro_rules! effects {
    ($rest:literal) => {
        concat!(
            "SELECT kind, id, seq, n, destination, payload, correlation, attempts, next_at, at, reason, dead_since FROM ",
            $rest
        )
    };
}

/// Undelivered effects after `after`, in key order.
pub(super) async fn undelivered<D: Dialect>(
    database: &Database<D>,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    page(database, effects!("outbox WHERE "), after, limit).await
}

/// Effects that need a person, in key order.
pub(super) async fn dead<D: Dialect>(
    database: &Database<D>,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    page(database, effects!("outbox WHERE dead_since IS NOT NULL AND "), after, limit).await
}

/// Effects that a person gave up, in key order.
pub(super) async fn discarded<D: Dialect>(
    database: &Database<D>,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    page(database, effects!("dead_letter WHERE "), after, limit).await
}

async fn page<D: Dialect>(
    database: &Database<D>,
    from: &'static str,
    after: Option<&OutboxKey>,
    limit: usize,
) -> Result<Vec<OutboxRow>, JournalError> {
    const ORDER: &str = "ORDER BY kind, id, seq, n LIMIT ?";
    let statement = match after {
        None => Statement::new(format!("{from}1 = 1 {ORDER}")),
        Some(after) => {
            let behind = behind(&KEY_COLUMNS, D::COMPARES_ROWS_BY_KEY);
            let values = [
                Value::from(after.entity.kind.as_str()),
                after.entity.id.into(),
                after.seq.into(),
                after.n.into(),
            ];
            let statement = Statement::new(format!("{from}{} {ORDER}", behind.condition));
            behind.places.into_iter().fold(statement, |statement, place| statement.bind(values[place]))
        }
    };
    let rows = database.rows(statement.limit(limit)).await.map_err(unreadable::<D>("outbox"))?;
    let effects: Result<Vec<_>, _> = rows.iter().map(rows::outbox).collect();
    effects.map_err(unreadable::<D>("outbox"))
}

/// One undelivered effect.
pub(super) async fn effect<D: Dialect>(
    database: &Database<D>,
    key: &OutboxKey,
) -> Result<Option<OutboxRow>, JournalError> {
    let row = database.row(stored(key)).await.map_err(unreadable::<D>("outbox"))?;
    row.as_ref().map(rows::outbox).transpose().map_err(unreadable::<D>("outbox"))
}

fn stored(key: &OutboxKey) -> Statement<'_> {
    named(Statement::new(effects!("outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ?")), key)
}

/// Binds the four columns of a key.
fn named<'a>(statement: Statement<'a>, key: &'a OutboxKey) -> Statement<'a> {
    statement.entity(&key.entity).bind(key.seq).bind(key.n)
}

/// Notes a failed delivery.
pub(super) async fn failed<D: Dialect>(
    database: &Database<D>,
    key: &OutboxKey,
    failure: &FailedDelivery,
) -> Result<(), JournalError> {
    let statement = Statement::new(
        "UPDATE outbox SET attempts = ?, next_at = ?, reason = ?, dead_since = ?
         WHERE kind = ? AND id = ? AND seq = ? AND n = ?",
    )
    .bind(failure.attempts)
    .bind(failure.next_at)
    .bind(&failure.reason)
    .bind(failure.dead_since);
    database.write(&[named(statement, key)]).await.map(drop)
}

/// Makes an effect due now and no longer dead.
pub(super) async fn retry<D: Dialect>(
    database: &Database<D>,
    key: &OutboxKey,
    now: Timestamp,
) -> Result<Option<OutboxRow>, JournalError> {
    let due = Statement::new(
        "UPDATE outbox SET next_at = ?, dead_since = NULL WHERE kind = ? AND id = ? AND seq = ? AND n = ?",
    )
    .bind(now);
    let answers = database.write(&[named(due, key), stored(key)]).await?;
    one_effect::<D>(answers.last())
}

/// Moves an effect that needs a person to those that were given up.
pub(super) async fn discard<D: Dialect>(
    database: &Database<D>,
    key: &OutboxKey,
    now: Timestamp,
) -> Result<Option<OutboxRow>, JournalError> {
    let found = format!(
        "{}{}",
        effects!("outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ? AND dead_since IS NOT NULL"),
        D::UPDATE_LOCK
    );
    let copy = Statement::new(
        "INSERT INTO dead_letter (kind, id, seq, n, shard_id, destination, payload, correlation, at, attempts, next_at,
                                  reason, dead_since, discarded_at)
         SELECT kind, id, seq, n, shard_id, destination, payload, correlation, at, attempts, next_at, reason, dead_since, ?
         FROM outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ? AND dead_since IS NOT NULL",
    )
    .bind(now);
    let remove = Statement::new(
        "DELETE FROM outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ? AND dead_since IS NOT NULL",
    );
    let statements = [named(Statement::new(found), key), named(copy, key), named(remove, key)];
    one_effect::<D>(database.write(&statements).await?.first())
}

fn one_effect<D: Dialect>(answer: Option<&Answer<D::Row>>) -> Result<Option<OutboxRow>, JournalError> {
    let row = answer.and_then(|answer| answer.rows.first());
    row.map(rows::outbox).transpose().map_err(unreadable::<D>("outbox"))
}

/// Reminders of a kind due at or before `now`, oldest first.
pub(super) async fn reminders_due<D: Dialect>(
    database: &Database<D>,
    kind: &str,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Reminder>, JournalError> {
    let statement = Statement::new(
        "SELECT kind, id, name, due_at, set_at FROM reminder WHERE kind = ? AND due_at <= ? ORDER BY due_at, id, name LIMIT ?",
    )
    .bind(kind)
    .bind(now)
    .limit(limit);
    let rows = database.rows(statement).await.map_err(unreadable::<D>("reminder"))?;
    let reminders: Result<Vec<_>, sqlx::Error> = rows
        .iter()
        .map(|row| {
            let (entity, due_at) = (rows::entity(row)?, rows::timestamp(row, 3)?);
            let set_at = Version(rows::unsigned(row, 4)?);
            Ok(Reminder { entity, name: rows::text(row, 2)?, due_at, set_at })
        })
        .collect();
    reminders.map_err(unreadable::<D>("reminder"))
}
