//! What speaks against a part. Asked inside the transaction that would store it.

use std::collections::{HashMap, HashSet};

use amazoff_supervisor::journal::{Claim, Part, PartRefusal};
use amazoff_supervisor::{CommandId, Version};
use sqlx::{Row as _, SqliteConnection};

use crate::bugs::Bugs;
use crate::rules;
use crate::sqlite::rows;

/// Whether any of the parts comes from a lost shard, or has seen another version than the stored one.
pub(super) async fn any_is_outdated(
    connection: &mut SqliteConnection,
    parts: &[&Part],
) -> Result<bool, sqlx::Error> {
    let asked: Vec<_> = parts
        .iter()
        .map(|part| {
            let seen = (!part.events.is_empty()).then_some(part.seen.0);
            let id = part.entity.id.simple().to_string();
            serde_json::json!([part.shard().number(), part.epoch.0, part.entity.kind.as_str(), id, seen])
        })
        .collect();
    // An epoch belongs to one claim, so an equal epoch also means the same owner.
    let outdated = sqlx::query(
        "SELECT 1 FROM json_each(?) AS part
         LEFT JOIN shard ON shard.shard_id = part.value ->> 0 AND shard.state = 'owned'
         WHERE shard.epoch IS NOT part.value ->> 1
            OR part.value ->> 4 <> (SELECT coalesce(max(seq), 0) FROM journal
                                    WHERE kind = part.value ->> 2 AND id = unhex(part.value ->> 3))
         LIMIT 1",
    )
    .bind(serde_json::Value::from(asked).to_string())
    .fetch_optional(connection)
    .await?;
    Ok(outdated.is_some())
}

/// The version after which the part's events go, or why it is refused.
pub(super) async fn judge(
    connection: &mut SqliteConnection,
    part: &Part,
    bugs: Bugs,
) -> Result<Result<Version, PartRefusal>, sqlx::Error> {
    if !owned(connection, part).await? {
        return Ok(Err(PartRefusal::ShardLost(part.shard())));
    }
    let mut after = part.seen;
    if !part.events.is_empty() {
        let head = head(connection, part).await?;
        if bugs.no_version_check {
            after = head;
        } else if head != part.seen {
            return Ok(Err(PartRefusal::VersionTaken));
        }
    }
    if !bugs.no_version_check && outbox_key_taken(connection, part).await? {
        return Ok(Err(PartRefusal::VersionTaken));
    }
    if !bugs.no_dedupe {
        if let Some(known) = known_command(connection, part).await? {
            return Ok(Err(PartRefusal::CommandKnown(known)));
        }
        if let Some(applied) = applied_effect(connection, part).await? {
            return Ok(Err(PartRefusal::EffectApplied(applied)));
        }
    }
    if !bugs.claim_not_unique
        && let Some(taken) = taken_claim(connection, part).await?
    {
        return Ok(Err(PartRefusal::ClaimTaken(taken)));
    }
    Ok(Ok(after))
}

async fn owned(connection: &mut SqliteConnection, part: &Part) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT epoch FROM shard WHERE shard_id = ? AND state = 'owned'")
        .bind(part.shard().number())
        .fetch_optional(connection)
        .await?;
    let epoch = row.map(|row| rows::unsigned(&row, 0)).transpose()?;
    Ok(epoch == Some(part.epoch.0))
}

async fn head(connection: &mut SqliteConnection, part: &Part) -> Result<Version, sqlx::Error> {
    let row = sqlx::query("SELECT coalesce(max(seq), 0) FROM journal WHERE kind = ? AND id = ?")
        .bind(part.entity.kind.as_str())
        .bind(part.entity.id.as_bytes().as_slice())
        .fetch_one(connection)
        .await?;
    rows::unsigned(&row, 0).map(Version)
}

async fn outbox_key_taken(connection: &mut SqliteConnection, part: &Part) -> Result<bool, sqlx::Error> {
    let mut new = HashSet::new();
    for row in &part.outbox {
        let stored = sqlx::query("SELECT 1 FROM outbox WHERE kind = ? AND id = ? AND seq = ? AND n = ?")
            .bind(row.key.entity.kind.as_str())
            .bind(row.key.entity.id.as_bytes().as_slice())
            .bind(row.key.seq.0.cast_signed())
            .bind(row.key.n)
            .fetch_optional(&mut *connection)
            .await?;
        if stored.is_some() || !new.insert(&row.key) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn known_command(
    connection: &mut SqliteConnection,
    part: &Part,
) -> Result<Option<CommandId>, sqlx::Error> {
    if part.commands.is_empty() {
        return Ok(None);
    }
    let asked: Vec<_> = part.commands.iter().map(|record| record.command_id.to_string()).collect();
    let rows = sqlx::query(
        "SELECT command_id FROM command_log
         WHERE kind = ? AND id = ? AND command_id IN (SELECT unhex(value) FROM json_each(?))",
    )
    .bind(part.entity.kind.as_str())
    .bind(part.entity.id.as_bytes().as_slice())
    .bind(serde_json::Value::from(asked).to_string())
    .fetch_all(connection)
    .await?;
    let known: Result<HashSet<_>, _> = rows.iter().map(|row| rows::id(row, 0).map(CommandId)).collect();
    let known = known?;
    Ok(part.commands.iter().map(|record| record.command_id).find(|id| known.contains(id)))
}

async fn applied_effect(
    connection: &mut SqliteConnection,
    part: &Part,
) -> Result<Option<CommandId>, sqlx::Error> {
    if part.marks.is_empty() {
        return Ok(None);
    }
    let senders: Vec<_> = part.marks.iter().map(|mark| mark.sender.as_str()).collect();
    let rows = sqlx::query(
        "SELECT sender, high_water FROM effect_mark
         WHERE kind = ? AND id = ? AND sender IN (SELECT value FROM json_each(?))",
    )
    .bind(part.entity.kind.as_str())
    .bind(part.entity.id.as_bytes().as_slice())
    .bind(serde_json::Value::from(senders).to_string())
    .fetch_all(connection)
    .await?;
    let stored: Result<HashMap<String, u64>, sqlx::Error> =
        rows.iter().map(|row| Ok((row.try_get(0)?, rows::unsigned(row, 1)?))).collect();
    let stored = stored?;
    let applied = part
        .marks
        .iter()
        .find(|mark| stored.get(&mark.sender).is_some_and(|high_water| *high_water >= mark.high_water));
    Ok(applied.map(|mark| mark.command_id))
}

async fn taken_claim(connection: &mut SqliteConnection, part: &Part) -> Result<Option<Claim>, sqlx::Error> {
    for claim in rules::claim_plan(&part.claims).takes {
        let other = sqlx::query(
            "SELECT 1 FROM claim WHERE namespace = ? AND key = ? AND (owner_kind, owner_id) <> (?, ?)",
        )
        .bind(&claim.namespace)
        .bind(&claim.key)
        .bind(part.entity.kind.as_str())
        .bind(part.entity.id.as_bytes().as_slice())
        .fetch_optional(&mut *connection)
        .await?;
        if other.is_some() {
            return Ok(Some(claim.clone()));
        }
    }
    Ok(None)
}
