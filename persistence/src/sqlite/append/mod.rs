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
use amazoff_supervisor::journal::{JournalError, Part, Stored, Verdicts};
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

impl Numbered<'_> {
    /// The shard's newest `shard_seq` once the part is stored.
    fn stored(&self) -> Stored {
        let events = u64::try_from(self.part.events.len()).unwrap_or(u64::MAX);
        Stored { shard_seq: self.first_shard_seq - 1 + events }
    }
}

/// Stores what is not refused; durable when it answers `Ok`.
pub(super) async fn append(
    turns: &Turns,
    heads: &Mutex<Heads>,
    parts: &[Part],
    bugs: Bugs,
) -> Result<Verdicts, JournalError> {
    let refusals: Vec<_> = parts.iter().map(|part| rules::refused_by_itself(part, bugs)).collect();
    let fitting: Vec<&Part> =
        parts.iter().zip(&refusals).filter_map(|(part, refusal)| refusal.is_none().then_some(part)).collect();
    let mut judged = if fitting.is_empty() {
        Vec::new()
    } else {
        let mut turn = turns.take().await?;
        // Taken out, and put back only after a commit: a failure in between leaves nothing to trust.
        let mut known = std::mem::take(&mut *heads.lock().unwrap_or_else(PoisonError::into_inner));
        let judged = store(&mut turn, &fitting, &mut known, bugs).await?;
        *heads.lock().unwrap_or_else(PoisonError::into_inner) = known;
        turn.end();
        judged
    }
    .into_iter();
    Ok(refusals.into_iter().filter_map(|refusal| refusal.map(Err).or_else(|| judged.next())).collect())
}

async fn store(
    turn: &mut Turn,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<Verdicts, JournalError> {
    let simple = entities_differ(parts) && !bugs.no_version_check;
    if simple && let Some(stored) = together(turn, parts, heads, bugs).await? {
        return Ok(stored.into_iter().map(Ok).collect());
    }
    *heads = Heads::default();
    one_by_one(turn, parts, heads, bugs).await
}

/// Writing together does one table after the other, so it would mix up two parts of the same entity.
fn entities_differ(parts: &[&Part]) -> bool {
    let mut seen = HashSet::new();
    parts.iter().all(|part| seen.insert(&part.entity))
}

/// Stores all parts; `None` when at least one is refused, and then none is stored.
async fn together(
    turn: &mut Turn,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<Option<Vec<Stored>>, JournalError> {
    let mut transaction = turn.begin().await.map_err(unavailable)?;
    match write_together(&mut transaction, parts, heads, bugs).await {
        Ok(Some(stored)) => {
            transaction.commit().await.map_err(outcome_unknown)?;
            return Ok(Some(stored));
        }
        Ok(None) => {}
        Err(error) if is_taken(&error) => {}
        Err(error) => return Err(unavailable(error)),
    }
    transaction.rollback().await.map_err(unavailable)?;
    Ok(None)
}

async fn write_together(
    connection: &mut SqliteConnection,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<Option<Vec<Stored>>, sqlx::Error> {
    if judge::any_is_outdated(connection, parts).await? {
        return Ok(None);
    }
    heads.learn(connection, parts).await?;
    let numbered: Vec<_> = parts.iter().map(|part| number(part, part.seen, heads)).collect();
    let written = inserts::write(connection, &numbered, bugs).await?;
    Ok(written.then(|| numbered.iter().map(Numbered::stored).collect()))
}

/// Judges and stores part by part, in order.
async fn one_by_one(
    turn: &mut Turn,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<Verdicts, JournalError> {
    let mut transaction = turn.begin().await.map_err(unavailable)?;
    let mut verdicts = Verdicts::with_capacity(parts.len());
    for &part in parts {
        let after = match judge::judge(&mut transaction, part, bugs).await.map_err(unavailable)? {
            Err(refusal) => {
                verdicts.push(Err(refusal));
                continue;
            }
            Ok(after) => after,
        };
        heads.learn(&mut transaction, &[part]).await.map_err(unavailable)?;
        let numbered = number(part, after, heads);
        let stored = numbered.stored();
        if !inserts::write(&mut transaction, &[numbered], bugs).await.map_err(unavailable)? {
            let reason = format!("a part of {} was judged free and still refused", part.entity);
            return Err(JournalError::Unavailable(reason));
        }
        verdicts.push(Ok(stored));
    }
    transaction.commit().await.map_err(outcome_unknown)?;
    Ok(verdicts)
}

fn number<'a>(part: &'a Part, after: Version, heads: &mut Heads) -> Numbered<'a> {
    let first_shard_seq = heads.hand_out(part.shard(), part.events.len());
    Numbered { part, after, first_shard_seq }
}
