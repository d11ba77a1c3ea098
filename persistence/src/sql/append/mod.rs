//! Storing the parts of many cells in one transaction.
//!
//! The usual path writes them all together, with one statement per table where it can, and lets the unique keys object;
//! of several parts of one entity, the first of each entity together, then the second ones, and so on.
//! Only when something objects are the parts taken one by one: each is judged by what is stored, and written when nothing
//! speaks against it. Meanwhile the shards are locked, and all that is judged but claimed keys has no other writer. A key
//! that was free and is taken after all makes the whole transaction run again.

mod heads;
mod inserts;
mod judge;
mod statements;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use amazoff_supervisor::journal::{JournalError, Part, PartRefusal, Stored, Verdicts};
use amazoff_supervisor::{EntityId, ShardId, Version};

pub(super) use self::heads::Heads;
use self::judge::Fence;
use super::dialect::{Dialect, Fault};
use super::errors::{unavailable, uncommitted};
use super::retry::Retries;
use super::turns::{Turn, Turns};
use crate::bugs::Bugs;
use crate::rules;

/// A part and the numbers that its events get.
#[derive(Clone, Copy)]
pub(super) struct Numbered<'a> {
    part: &'a Part,
    /// The events are `after + 1..`.
    after: Version,
    /// The `shard_seq` of the first event.
    first_shard_seq: u64,
}

impl<'a> Numbered<'a> {
    /// The entity and the number of its newest event once the part is stored; nothing when it has no events.
    fn newest(&self) -> Option<(&'a EntityId, Version)> {
        let events = u64::try_from(self.part.events.len()).unwrap_or(u64::MAX);
        (events > 0).then_some((&self.part.entity, Version(self.after.0 + events)))
    }

    /// The shard's newest `shard_seq` once the part is stored.
    fn stored(&self) -> Stored {
        let events = u64::try_from(self.part.events.len()).unwrap_or(u64::MAX);
        Stored { shard_seq: self.first_shard_seq - 1 + events }
    }
}

/// Stores what is not refused; durable when it answers `Ok`.
pub(super) async fn append<D: Dialect>(
    turns: &Turns<D>,
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

async fn store<D: Dialect>(
    turn: &mut Turn<D>,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<Verdicts, JournalError> {
    let mut together = !bugs.no_version_check;
    let mut retries = Retries::default();
    loop {
        let written = if together {
            write_together(turn, parts, heads, bugs).await
        } else {
            write_one_by_one(turn, parts, heads, bugs).await
        };
        let error = match written {
            Ok(Some(verdicts)) => match turn.commit_to(shards(parts)).await {
                Ok(()) => return Ok(verdicts),
                Err(error) if D::fault(&error) == Fault::Conflict => Some(error),
                Err(error) => return Err(uncommitted::<D>(error)),
            },
            Ok(None) => None,
            Err(error) if D::fault(&error) == Fault::Taken => None,
            Err(error) => Some(error),
        };
        *heads = Heads::default();
        match error {
            Some(error) => retries.after(turn, error).await?,
            None if together => {
                turn.rollback().await.map_err(unavailable)?;
                together = false;
            }
            None => retries.again(turn, "what was judged free was taken").await?,
        }
    }
}

fn shards(parts: &[&Part]) -> BTreeSet<ShardId> {
    parts.iter().map(|part| part.shard()).collect()
}

/// Parts in layers, each entity at most once in a layer, and its parts in their order: writing together does one table after
/// the other, so it would mix up two parts of the same entity.
fn layers<'a>(parts: &[Numbered<'a>]) -> Vec<Vec<Numbered<'a>>> {
    let (mut depths, mut layers) = (HashMap::new(), Vec::<Vec<Numbered<'a>>>::new());
    for numbered in parts {
        let depth: &mut usize = depths.entry(&numbered.part.entity).or_default();
        match layers.get_mut(*depth) {
            Some(layer) => layer.push(*numbered),
            None => layers.push(vec![*numbered]),
        }
        *depth += 1;
    }
    layers
}

/// Writes all parts; `None` when at least one is refused, and then the transaction must end.
async fn write_together<D: Dialect>(
    turn: &mut Turn<D>,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<Option<Verdicts>, sqlx::Error> {
    turn.begin().await?;
    let fence = Fence::raise(turn, parts).await?;
    if !parts.iter().all(|part| fence.lets_through(part)) {
        return Ok(None);
    }
    heads.learn(turn, parts).await?;
    let numbered: Vec<_> = parts.iter().map(|part| number(part, part.seen, heads)).collect();
    for layer in layers(&numbered) {
        let these: Vec<&Part> = layer.iter().map(|numbered| numbered.part).collect();
        let fresh = judge::all_are_fresh(turn, &these, (heads, bugs)).await?;
        if !fresh || !inserts::write(turn, &layer, bugs).await? {
            return Ok(None);
        }
        heads.remember(layer.iter().filter_map(Numbered::newest));
    }
    Ok(Some(numbered.iter().map(|numbered| Ok(numbered.stored())).collect()))
}

/// Judges and writes part by part, in order; `None` when a part was judged free and is refused all the same.
async fn write_one_by_one<D: Dialect>(
    turn: &mut Turn<D>,
    parts: &[&Part],
    heads: &mut Heads,
    bugs: Bugs,
) -> Result<Option<Verdicts>, sqlx::Error> {
    turn.begin().await?;
    let fence = Fence::raise(turn, parts).await?;
    let mut verdicts = Verdicts::with_capacity(parts.len());
    for &part in parts {
        if !fence.lets_through(part) {
            verdicts.push(Err(PartRefusal::ShardLost(part.shard())));
            continue;
        }
        let after = match judge::judge(turn, part, bugs).await? {
            Err(refusal) => {
                verdicts.push(Err(refusal));
                continue;
            }
            Ok(after) => after,
        };
        heads.learn(turn, &[part]).await?;
        let numbered = number(part, after, heads);
        let stored = numbered.stored();
        if !inserts::write(turn, &[numbered], bugs).await? {
            return Ok(None);
        }
        verdicts.push(Ok(stored));
    }
    Ok(Some(verdicts))
}

fn number<'a>(part: &'a Part, after: Version, heads: &mut Heads) -> Numbered<'a> {
    let first_shard_seq = heads.hand_out(part.shard(), part.events.len());
    Numbered { part, after, first_shard_seq }
}
