//! Storing the parts of many cells in one transaction.
//!
//! The usual path writes them all together, with one statement per table where it can, and lets the unique keys object.
//! Only when something objects are the parts taken one by one: each is judged by what is stored, and written when nothing
//! speaks against it. The transaction holds SQLite's write lock from its start, so what was judged stays true.

mod heads;
mod inserts;
mod judge;
mod statements;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use amazoff_supervisor::Version;
use amazoff_supervisor::journal::{JournalError, Part, PartRefusal};
use sqlx::SqliteConnection;

pub(super) use self::heads::Heads;
use super::database::{Turn, Turns};
use super::errors::{is_taken, outcome_unknown, unavailable};
use crate::bugs::Bugs;
use crate::rules;

/// A part and the numbers that its events get.
pub(super) struct Numbered<'a> {
    part: &'a Part,
    /// The events are `after + 1..`.
    after: Version,
    /// The `shard_seq` of the first event.
    first_shard_seq: u64,
}

type Verdicts = Vec<Result<(), PartRefusal>>;

/// Stores what is not refused; durable when it answers `Ok`.
pub(super) async fn append(
    turns: &Turns,
    heads: &Mutex<Heads>,
    parts: &[Part],
    bugs: Bugs,
) -> Result<Verdicts, JournalError> {
    let mut verdicts: Verdicts =
        parts.iter().map(|part| rules::refused_by_itself(part, bugs).map_or(Ok(()), Err)).collect();
    if verdicts.iter().all(Result::is_err) {
        return Ok(verdicts);
    }
    let mut turn = turns.take().await?;
    // Taken out, and put back only after a commit: a failure in between leaves nothing to trust.
    let mut known = std::mem::take(&mut *heads.lock().unwrap_or_else(PoisonError::into_inner));
    let fitting: Vec<&Part> =
        parts.iter().zip(&verdicts).filter_map(|(part, verdict)| verdict.is_ok().then_some(part)).collect();
    let simple = entities_differ(&fitting) && !bugs.no_version_check;
    if !simple || !together(&mut turn, &fitting, &mut known, bugs).await? {
        known = Heads::default();
        one_by_one(&mut turn, parts, &mut verdicts, (&mut known, bugs)).await?;
    }
    *heads.lock().unwrap_or_else(PoisonError::into_inner) = known;
    turn.end();
    Ok(verdicts)
}

/// Writing together does one table after the other, so it would mix up two parts of the same entity.
fn entities_differ(parts: &[&Part]) -> bool {
    let mut seen = HashSet::new();
    parts.iter().all(|part| seen.insert(&part.entity))
}

/// Stores all parts; `false` when at least one is refused, and then none is stored.
async fn together(
    turn: &mut Turn,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<bool, JournalError> {
    let mut transaction = turn.begin().await.map_err(unavailable)?;
    match write_together(&mut transaction, parts, heads, bugs).await {
        Ok(true) => {
            transaction.commit().await.map_err(outcome_unknown)?;
            return Ok(true);
        }
        Ok(false) => {}
        Err(error) if is_taken(&error) => {}
        Err(error) => return Err(unavailable(error)),
    }
    transaction.rollback().await.map_err(unavailable)?;
    Ok(false)
}

async fn write_together(
    connection: &mut SqliteConnection,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<bool, sqlx::Error> {
    if judge::any_is_outdated(connection, parts).await? {
        return Ok(false);
    }
    heads.learn(connection, parts).await?;
    let numbered: Vec<_> = parts.iter().map(|part| number(part, part.seen, heads)).collect();
    inserts::write(connection, &numbered, bugs).await
}

/// Judges and stores part by part, in order; replaces the verdict of each that is refused.
async fn one_by_one(
    turn: &mut Turn,
    parts: &[Part],
    verdicts: &mut Verdicts,
    (heads, bugs): (&mut Heads, Bugs),
) -> Result<(), JournalError> {
    let mut transaction = turn.begin().await.map_err(unavailable)?;
    for (part, verdict) in parts.iter().zip(verdicts).filter(|(_, verdict)| verdict.is_ok()) {
        match judge::judge(&mut transaction, part, bugs).await.map_err(unavailable)? {
            Err(refusal) => *verdict = Err(refusal),
            Ok(after) => {
                heads.learn(&mut transaction, &[part]).await.map_err(unavailable)?;
                let numbered = number(part, after, heads);
                let stored =
                    inserts::write(&mut transaction, &[numbered], bugs).await.map_err(unavailable)?;
                if !stored {
                    let reason = format!("a part of {} was judged free and still refused", part.entity);
                    return Err(JournalError::Unavailable(reason));
                }
            }
        }
    }
    transaction.commit().await.map_err(outcome_unknown)
}

fn number<'a>(part: &'a Part, after: Version, heads: &mut Heads) -> Numbered<'a> {
    let first_shard_seq = heads.hand_out(part.shard(), part.events.len());
    Numbered { part, after, first_shard_seq }
}
