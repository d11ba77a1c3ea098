//! What speaks against a part. Asked inside the transaction that would store it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use amazoff_supervisor::journal::{Claim, OutboxKey, Part, PartRefusal};
use amazoff_supervisor::{CommandId, EntityId, Epoch, ShardId, Version};

use super::Heads;
use crate::bugs::Bugs;
use crate::rules;
use crate::sql::dialect::Dialect;
use crate::sql::rows::{self, Cells as _};
use crate::sql::statement::{Statement, any_of, for_shards};
use crate::sql::turns::Turn;

const MARK_APPLIED: &str = "kind = ? AND id = ? AND sender = ? AND high_water >= ?";

/// Who owns the shards of parts. Until the transaction ends, nobody else can claim them.
#[derive(Debug)]
pub(super) struct Fence(BTreeMap<ShardId, Epoch>);

impl Fence {
    /// Locks the parts' shards, always in the order of their numbers.
    pub(super) async fn raise<D: Dialect>(turn: &mut Turn<D>, parts: &[&Part]) -> Result<Self, sqlx::Error> {
        let shards: BTreeSet<ShardId> = parts.iter().map(|part| part.shard()).collect();
        let shards: Vec<ShardId> = shards.into_iter().collect();
        let head = "SELECT shard_id, epoch FROM shard WHERE state = 'owned' AND shard_id IN";
        let tail = format!("ORDER BY shard_id{}", D::SHARE_LOCK);
        let rows = turn.all_rows(&for_shards(D::ROWS_AT_ONCE, head, &tail, &shards)).await?;
        let epochs: Result<_, sqlx::Error> =
            rows.iter().map(|row| Ok((rows::shard(row, 0)?, Epoch(rows::unsigned(row, 1)?)))).collect();
        epochs.map(Self)
    }

    /// Whether the part's writer owns its shard. An epoch belongs to one claim, so an equal epoch also means the same owner.
    pub(super) fn lets_through(&self, part: &Part) -> bool {
        self.0.get(&part.shard()) == Some(&part.epoch)
    }
}

/// Whether parts of different entities have all seen events that are stored, and no effect of theirs is applied. That
/// there are no later events shows when theirs are inserted.
pub(super) async fn all_are_fresh<D: Dialect>(
    turn: &mut Turn<D>,
    parts: &[&Part],
    (heads, bugs): (&Heads, Bugs),
) -> Result<bool, sqlx::Error> {
    let seen: Vec<(&EntityId, Version)> = parts
        .iter()
        .filter(|part| !part.events.is_empty() && part.seen > Version(0))
        .filter(|part| !heads.has(&part.entity, part.seen))
        .map(|part| (&part.entity, part.seen))
        .collect();
    let stored = any_of(
        D::ROWS_AT_ONCE,
        "SELECT count(*) FROM journal",
        "kind = ? AND id = ? AND seq = ?",
        &seen,
        |row, (entity, seq)| {
            row.entity(entity).bind(*seq);
        },
    );
    if count(turn, &stored).await? < u64::try_from(seen.len()).unwrap_or(u64::MAX) {
        return Ok(false);
    }
    if bugs.no_dedupe {
        return Ok(true);
    }
    let marks: Vec<_> =
        parts.iter().flat_map(|part| part.marks.iter().map(|mark| (&part.entity, mark))).collect();
    let those = "SELECT count(*) FROM effect_mark";
    let applied = any_of(D::ROWS_AT_ONCE, those, MARK_APPLIED, &marks, |row, (entity, mark)| {
        row.entity(entity).bind(&mark.sender).bind(mark.high_water);
    });
    Ok(count(turn, &applied).await? == 0)
}

/// The version after which the part's events go, or why it is refused.
pub(super) async fn judge<D: Dialect>(
    turn: &mut Turn<D>,
    part: &Part,
    bugs: Bugs,
) -> Result<Result<Version, PartRefusal>, sqlx::Error> {
    let mut after = part.seen;
    if !part.events.is_empty() {
        let head = head(turn, part).await?;
        if bugs.no_version_check {
            after = head;
        } else if head != part.seen {
            return Ok(Err(PartRefusal::VersionTaken));
        }
    }
    if !bugs.no_version_check && outbox_key_taken(turn, part).await? {
        return Ok(Err(PartRefusal::VersionTaken));
    }
    if !bugs.no_dedupe {
        if let Some(known) = known_command(turn, part).await? {
            return Ok(Err(PartRefusal::CommandKnown(known)));
        }
        if let Some(applied) = applied_effect(turn, part).await? {
            return Ok(Err(PartRefusal::EffectApplied(applied)));
        }
    }
    if !bugs.claim_not_unique
        && let Some(taken) = taken_claim(turn, part).await?
    {
        return Ok(Err(PartRefusal::ClaimTaken(taken)));
    }
    Ok(Ok(after))
}

/// The sum of what statements count.
pub(super) async fn count<D: Dialect>(
    turn: &mut Turn<D>,
    statements: &[Statement<'_>],
) -> Result<u64, sqlx::Error> {
    turn.all_rows(statements).await?.iter().map(|row| rows::unsigned(row, 0)).sum()
}

async fn head<D: Dialect>(turn: &mut Turn<D>, part: &Part) -> Result<Version, sqlx::Error> {
    let newest =
        Statement::new("SELECT seq FROM journal WHERE kind = ? AND id = ? ORDER BY seq DESC LIMIT 1")
            .entity(&part.entity);
    let rows = turn.rows(&newest).await?;
    let seq = rows.first().map(|row| rows::unsigned(row, 0)).transpose()?;
    Ok(Version(seq.unwrap_or(0)))
}

async fn outbox_key_taken<D: Dialect>(turn: &mut Turn<D>, part: &Part) -> Result<bool, sqlx::Error> {
    let keys: HashSet<&OutboxKey> = part.outbox.iter().map(|row| &row.key).collect();
    if keys.len() < part.outbox.len() {
        return Ok(true);
    }
    let stored = any_of(
        D::ROWS_AT_ONCE,
        "SELECT count(*) FROM outbox",
        "kind = ? AND id = ? AND seq = ? AND n = ?",
        &keys.into_iter().collect::<Vec<_>>(),
        |row, key| {
            row.entity(&key.entity).bind(key.seq).bind(key.n);
        },
    );
    Ok(count(turn, &stored).await? > 0)
}

async fn known_command<D: Dialect>(
    turn: &mut Turn<D>,
    part: &Part,
) -> Result<Option<CommandId>, sqlx::Error> {
    let asked: Vec<CommandId> = part.commands.iter().map(|record| record.command_id).collect();
    let stored = any_of(
        D::ROWS_AT_ONCE,
        "SELECT command_id FROM command_log",
        "kind = ? AND id = ? AND command_id = ?",
        &asked,
        |row, id| {
            row.entity(&part.entity).bind(*id);
        },
    );
    let mut known = HashSet::new();
    for row in &turn.all_rows(&stored).await? {
        known.insert(CommandId(rows::id(row, 0)?));
    }
    Ok(asked.into_iter().find(|id| known.contains(id)))
}

async fn applied_effect<D: Dialect>(
    turn: &mut Turn<D>,
    part: &Part,
) -> Result<Option<CommandId>, sqlx::Error> {
    let marks: Vec<_> = part.marks.iter().collect();
    let those = "SELECT sender FROM effect_mark";
    let stored = any_of(D::ROWS_AT_ONCE, those, MARK_APPLIED, &marks, |row, mark| {
        row.entity(&part.entity).bind(&mark.sender).bind(mark.high_water);
    });
    let mut applied = HashSet::new();
    for row in &turn.all_rows(&stored).await? {
        applied.insert(row.text(0)?.to_owned());
    }
    // The marks of one sender grow, so the first of them is applied when any is.
    Ok(marks.into_iter().find(|mark| applied.contains(&mark.sender)).map(|mark| mark.command_id))
}

async fn taken_claim<D: Dialect>(turn: &mut Turn<D>, part: &Part) -> Result<Option<Claim>, sqlx::Error> {
    for claim in rules::claim_plan(&part.claims).takes {
        let other = Statement::new(
            "SELECT 1 FROM claim WHERE namespace = ? AND `key` = ? AND NOT (owner_kind = ? AND owner_id = ?)",
        )
        .bind(&claim.namespace)
        .bind(&claim.key)
        .entity(&part.entity);
        if !turn.rows(&other).await?.is_empty() {
            return Ok(Some(claim.clone()));
        }
    }
    Ok(None)
}
