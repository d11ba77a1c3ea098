//! Commands: which crashed their entity, and which records have expired.

use amazoff_supervisor::journal::{Crash, CrashFilter, CrashPosition, CrashRecord, JournalError};
use amazoff_supervisor::{CommandId, EntityId, Timestamp};

use super::database::Database;
use super::dialect::{Answer, Dialect};
use super::errors::unreadable;
use super::rows;
use super::statement::Statement;

/// Command records that are forgotten in one transaction, so that none is long.
const FORGOTTEN_AT_ONCE: u64 = 10_000;

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

/// Stores a crash; from `quarantine_at` crashes on the command is quarantined, and stays so.
pub(super) async fn record<D: Dialect>(
    database: &Database<D>,
    crash: &Crash,
    quarantine_at: u32,
) -> Result<CrashRecord, JournalError> {
    let first = format!(
        "INSERT INTO quarantine (kind, id, command_id, seq, cause, sealed_command, context, at, attempts, quarantined)
         VALUES (?, ?, ?, 0, '', '', '', 0, 0, 0){}",
        D::unless_there("kind")
    );
    let first = Statement::new(first).entity(&crash.entity).bind(crash.command_id);
    let newest = Statement::new(
        "UPDATE quarantine SET seq = ?, cause = ?, sealed_command = ?, context = ?, at = ?, attempts = attempts + 1
         WHERE kind = ? AND id = ? AND command_id = ?",
    )
    .bind(crash.seq)
    .bind(&crash.cause)
    .bind(&crash.sealed_command)
    .bind(&crash.context)
    .bind(crash.at)
    .entity(&crash.entity)
    .bind(crash.command_id);
    let judged = Statement::new(
        "UPDATE quarantine SET quarantined = 1 WHERE kind = ? AND id = ? AND command_id = ? AND attempts >= ?",
    )
    .entity(&crash.entity)
    .bind(crash.command_id)
    .bind(quarantine_at);
    let answers = database.write(&[first, newest, judged, named(&crash.entity, crash.command_id)]).await?;
    last_crash::<D>(&answers, &crash.entity)?
        .ok_or_else(|| JournalError::Unavailable(format!("the crash of {} is not there", crash.entity)))
}

fn named(entity: &EntityId, command_id: CommandId) -> Statement<'_> {
    Statement::new(crashes!("kind = ? AND id = ? AND command_id = ?")).entity(entity).bind(command_id)
}

/// The crash that the last statement read.
fn last_crash<D: Dialect>(
    answers: &[Answer<D::Row>],
    entity: &EntityId,
) -> Result<Option<CrashRecord>, JournalError> {
    let row = answers.last().and_then(|answer| answer.rows.first());
    row.map(rows::crash).transpose().map_err(unreadable::<D>(entity))
}

/// Crashed commands behind `after`, newest first.
pub(super) async fn page<D: Dialect>(
    database: &Database<D>,
    filter: CrashFilter,
    after: Option<&CrashPosition>,
    limit: usize,
) -> Result<Vec<CrashRecord>, JournalError> {
    let open_only = filter == CrashFilter::Open;
    let statement = match after {
        None => Statement::new(crashes!(
            "(? = 0 OR (quarantined = 1 AND dismissed = 0)) ORDER BY at DESC, kind, id, command_id LIMIT ?"
        ))
        .bind(open_only),
        Some(after) => Statement::new(crashes!(
            "(? = 0 OR (quarantined = 1 AND dismissed = 0))
             AND at <= ? AND (at < ? OR (kind, id, command_id) > (?, ?, ?))
             ORDER BY at DESC, kind, id, command_id LIMIT ?"
        ))
        .bind(open_only)
        .bind(after.at)
        .bind(after.at)
        .entity(&after.entity)
        .bind(after.command_id),
    };
    let rows = database.rows(statement.limit(limit)).await.map_err(unreadable::<D>("quarantine"))?;
    let crashes: Result<Vec<_>, _> = rows.iter().map(rows::crash).collect();
    crashes.map_err(unreadable::<D>("quarantine"))
}

/// The record of a crashed command.
pub(super) async fn find<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    let row = database.row(named(entity, command_id)).await.map_err(unreadable::<D>(entity))?;
    row.as_ref().map(rows::crash).transpose().map_err(unreadable::<D>(entity))
}

/// Lets a crashed command run again.
pub(super) async fn release<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    const RELEASE: &str = "UPDATE quarantine SET attempts = 0, quarantined = 0, dismissed = 0
         WHERE kind = ? AND id = ? AND command_id = ?";
    decide(database, RELEASE, entity, command_id).await
}

/// Keeps a crashed command refused for ever.
pub(super) async fn dismiss<D: Dialect>(
    database: &Database<D>,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    const DISMISS: &str = "UPDATE quarantine SET quarantined = 1, dismissed = 1
         WHERE kind = ? AND id = ? AND command_id = ?";
    decide(database, DISMISS, entity, command_id).await
}

async fn decide<D: Dialect>(
    database: &Database<D>,
    decision: &'static str,
    entity: &EntityId,
    command_id: CommandId,
) -> Result<Option<CrashRecord>, JournalError> {
    let decision = Statement::new(decision).entity(entity).bind(command_id);
    let answers = database.write(&[decision, named(entity, command_id)]).await?;
    last_crash::<D>(&answers, entity)
}

/// Forgets command records that expired before `now`; returns how many.
pub(super) async fn forget_commands<D: Dialect>(
    database: &Database<D>,
    now: Timestamp,
) -> Result<u64, JournalError> {
    let mut forgotten = 0;
    loop {
        let forget = Statement::new(D::FORGET_COMMANDS).bind(now).bind(FORGOTTEN_AT_ONCE);
        let answers = database.write(&[forget]).await?;
        let gone: u64 = answers.iter().map(|answer| answer.affected).sum();
        forgotten += gone;
        if gone < FORGOTTEN_AT_ONCE {
            return Ok(forgotten);
        }
    }
}
