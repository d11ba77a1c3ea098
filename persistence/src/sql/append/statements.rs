//! The statements that store parts: one per table for many rows.

use amazoff_supervisor::EntityId;
use amazoff_supervisor::journal::{Claim, EffectMark, NewEvent, event_checksum};

use super::Numbered;
use crate::bugs::Bugs;
use crate::rules;
use crate::rules::ReminderPlan;
use crate::sql::dialect::Dialect;
use crate::sql::statement::{Statement, Values, any_of, many};

type Statements<'a> = Vec<Statement<'a>>;

pub(super) fn events<'a, D: Dialect>(parts: &[Numbered<'a>]) -> Statements<'a> {
    let mut rows: Vec<(&Numbered<'a>, u64, &'a NewEvent)> = Vec::new();
    for numbered in parts {
        rows.extend((0..).zip(&numbered.part.events).map(|(offset, event)| (numbered, offset, event)));
    }
    let head =
        "INSERT INTO journal (kind, id, seq, shard_id, shard_seq, epoch, `schema`, at, command_id, causation,
                correlation, payload, checksum) ";
    many(D::ROWS_AT_ONCE, head, &rows, "", |row, (numbered, offset, event)| {
        let part = numbered.part;
        let seq = numbered.after.0 + 1 + offset;
        row.entity(&part.entity)
            .bind(seq)
            .bind(part.shard())
            .bind(numbered.first_shard_seq + offset)
            .bind(part.epoch)
            .bind(event.schema)
            .bind(part.at)
            .bind(event.command_id)
            .bind(event.causation)
            .bind(event.correlation)
            .bind(&event.payload)
            .bind(event_checksum(&part.entity, seq, event.schema, event.payload.as_bytes()));
    })
}

pub(super) fn commands<'a, D: Dialect>(parts: &[Numbered<'a>], bugs: Bugs) -> Statements<'a> {
    let rows: Vec<_> =
        parts.iter().flat_map(|n| n.part.commands.iter().map(|record| (&n.part.entity, record))).collect();
    let head = if bugs.no_dedupe {
        "REPLACE INTO command_log (kind, id, command_id, fingerprint, outcome, sealed_command, context, seq, expires_at) "
    } else {
        "INSERT INTO command_log (kind, id, command_id, fingerprint, outcome, sealed_command, context, seq, expires_at) "
    };
    many(D::ROWS_AT_ONCE, head, &rows, "", |row, (entity, record)| {
        row.entity(entity)
            .bind(record.command_id)
            .bind(record.fingerprint)
            .bind(&record.outcome)
            .bind(&record.sealed_command)
            .bind(&record.context)
            .bind(record.seq)
            .bind(record.expires_at);
    })
}

pub(super) fn marks<'a, D: Dialect>(parts: &[Numbered<'a>]) -> Statements<'a> {
    let rows: Vec<(&'a EntityId, &'a EffectMark)> =
        parts.iter().flat_map(|n| n.part.marks.iter().map(|mark| (&n.part.entity, mark))).collect();
    let head = "REPLACE INTO effect_mark (kind, id, sender, high_water, command_id) ";
    many(D::ROWS_AT_ONCE, head, &rows, "", |row, (entity, mark)| {
        row.entity(entity).bind(&mark.sender).bind(mark.high_water).bind(mark.command_id);
    })
}

/// Takes first, then releases. A key that one part gives up and another takes is then refused, and settled part by part.
pub(super) struct Claims<'a> {
    /// Takes the keys that are free.
    pub(super) takes: Statements<'a>,
    /// Count the keys that now belong to whom they should.
    pub(super) taken: Statements<'a>,
    /// How many they must be.
    pub(super) count: u64,
    pub(super) releases: Statements<'a>,
}

pub(super) fn claims<'a, D: Dialect>(parts: &[Numbered<'a>], bugs: Bugs) -> Claims<'a> {
    const OWNED: &str = "namespace = ? AND `key` = ? AND owner_kind = ? AND owner_id = ?";
    let (mut takes, mut releases) = (Vec::new(), Vec::new());
    for numbered in parts {
        let part = numbered.part;
        let plan = rules::claim_plan(&part.claims);
        takes.extend(plan.takes.into_iter().map(|claim| (claim, &part.entity)));
        releases.extend(plan.releases.into_iter().map(|claim| (claim, &part.entity)));
    }
    takes.sort_unstable();
    let (verb, tail) = if bugs.claim_not_unique {
        ("REPLACE", String::new())
    } else {
        ("INSERT", D::unless_there("namespace"))
    };
    let bind = |row: &mut Values<'a>, (claim, entity): &(&'a Claim, &'a EntityId)| {
        row.bind(&claim.namespace).bind(&claim.key).entity(entity);
    };
    let head = format!("{verb} INTO claim (namespace, `key`, owner_kind, owner_id) ");
    Claims {
        takes: many(D::ROWS_AT_ONCE, &head, &takes, &tail, bind),
        taken: any_of(D::ROWS_AT_ONCE, "SELECT count(*) FROM claim", OWNED, &takes, bind),
        count: u64::try_from(takes.len()).unwrap_or(u64::MAX),
        releases: any_of(D::ROWS_AT_ONCE, "DELETE FROM claim", OWNED, &releases, bind),
    }
}

pub(super) fn effects<'a, D: Dialect>(parts: &[Numbered<'a>], bugs: Bugs) -> Statements<'a> {
    let rows: Vec<_> =
        parts.iter().flat_map(|n| n.part.outbox.iter().map(|effect| (n.part.shard(), effect))).collect();
    let head = if bugs.no_version_check {
        "REPLACE INTO outbox (kind, id, seq, n, shard_id, destination, payload, correlation, attempts, next_at, at, reason, dead_since) "
    } else {
        "INSERT INTO outbox (kind, id, seq, n, shard_id, destination, payload, correlation, attempts, next_at, at, reason, dead_since) "
    };
    many(D::ROWS_AT_ONCE, head, &rows, "", |row, (shard, effect)| {
        row.entity(&effect.key.entity)
            .bind(effect.key.seq)
            .bind(effect.key.n)
            .bind(*shard)
            .bind(&effect.destination)
            .bind(&effect.payload)
            .bind(effect.correlation)
            .bind(effect.attempts)
            .bind(effect.next_at)
            .bind(effect.at)
            .bind(effect.reason.as_ref())
            .bind(effect.dead_since);
    })
}

pub(super) fn effects_done<'a, D: Dialect>(parts: &[Numbered<'a>]) -> Statements<'a> {
    let keys: Vec<_> = parts.iter().flat_map(|numbered| &numbered.part.outbox_done).collect();
    any_of(
        D::ROWS_AT_ONCE,
        "DELETE FROM outbox",
        "kind = ? AND id = ? AND seq = ? AND n = ?",
        &keys,
        |row, key| {
            row.entity(&key.entity).bind(key.seq).bind(key.n);
        },
    )
}

pub(super) struct Reminders<'a> {
    pub(super) set: Statements<'a>,
    pub(super) cleared: Statements<'a>,
    pub(super) lapsed: Statements<'a>,
}

pub(super) fn reminders<'a, D: Dialect>(parts: &[Numbered<'a>]) -> Reminders<'a> {
    let (mut set, mut cleared, mut lapsed) = (Vec::new(), Vec::new(), Vec::new());
    for numbered in parts {
        let part = numbered.part;
        for (name, plan) in rules::reminder_plan(&part.reminders) {
            match plan {
                ReminderPlan::Set(due_at) => set.push((numbered, name, due_at)),
                ReminderPlan::Clear => cleared.push((part, name)),
                ReminderPlan::Lapse(times) => {
                    lapsed.extend(times.into_iter().map(|due_at| (part, name, due_at)));
                }
            }
        }
    }
    let head = "REPLACE INTO reminder (kind, id, name, shard_id, due_at, set_at) ";
    let (by_name, by_time) =
        ("kind = ? AND id = ? AND name = ?", "kind = ? AND id = ? AND name = ? AND due_at = ?");
    Reminders {
        set: many(D::ROWS_AT_ONCE, head, &set, "", |row, (numbered, name, due_at)| {
            let part = numbered.part;
            row.entity(&part.entity).bind(*name).bind(part.shard()).bind(*due_at);
            row.bind(rules::version_after(part, numbered.after));
        }),
        cleared: any_of(D::ROWS_AT_ONCE, "DELETE FROM reminder", by_name, &cleared, |row, (part, name)| {
            row.entity(&part.entity).bind(*name);
        }),
        lapsed: any_of(
            D::ROWS_AT_ONCE,
            "DELETE FROM reminder",
            by_time,
            &lapsed,
            |row, (part, name, due_at)| {
                row.entity(&part.entity).bind(*name).bind(*due_at);
            },
        ),
    }
}

pub(super) fn postings<'a, D: Dialect>(parts: &[Numbered<'a>]) -> Statements<'a> {
    let rows: Vec<_> =
        parts.iter().flat_map(|n| n.part.postings.iter().map(move |posting| (n, posting))).collect();
    let head = "INSERT INTO posting (shard_id, kind, id, seq, account, asset, amount) ";
    many(D::ROWS_AT_ONCE, head, &rows, "", |row, (numbered, posting)| {
        let part = numbered.part;
        row.bind(part.shard())
            .entity(&part.entity)
            .bind(rules::version_after(part, numbered.after))
            .bind(&posting.account)
            .bind(&posting.asset)
            .bind(posting.amount);
    })
}

#[cfg(test)]
mod tests {
    use amazoff_supervisor::journal::{OutboxKey, Part};
    use amazoff_supervisor::{ClaimChange, Epoch, ReminderChange, Timestamp, Version};
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions, Row as _};
    use uuid::Uuid;

    use super::*;
    use crate::sqlite::{JOURNAL_SCHEMA, SqliteDialect};

    #[tokio::test]
    async fn nothing_that_a_part_takes_away_is_looked_for_in_the_whole_table() {
        let entity = EntityId::new("cart", Uuid::now_v7());
        let due_at = Timestamp::from_unix_ms(1);
        let mut part = Part::empty(entity.clone(), Version(0), Epoch(1), due_at);
        for n in 0..3 {
            let (name, key) = (n.to_string(), n.to_string());
            part.outbox_done.push(OutboxKey { entity: entity.clone(), seq: Version(1), n });
            part.claims.push(ClaimChange::Release(Claim { namespace: "email".to_owned(), key }));
            part.reminders.push(ReminderChange::Clear { name: name.clone() });
            part.reminders.push(ReminderChange::Lapse { name: format!("{name}b"), due_at });
        }
        let parts = [Numbered { part: &part, after: Version(0), first_shard_seq: 1 }];
        let bugs = Bugs { no_dedupe: false, no_version_check: false, claim_not_unique: false };
        let reminders = reminders::<SqliteDialect>(&parts);
        let all = [
            effects_done::<SqliteDialect>(&parts),
            claims::<SqliteDialect>(&parts, bugs).releases,
            reminders.cleared,
            reminders.lapsed,
        ];

        let mut connection = SqliteConnectOptions::new().in_memory(true).connect().await.unwrap();
        JOURNAL_SCHEMA.run(&mut connection).await.unwrap();
        for statement in all.iter().flatten() {
            let sql = statement.sql();
            let explain = format!("EXPLAIN QUERY PLAN {sql}");
            let plan = sqlx::query(AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            assert!(steps.iter().any(|step| step.starts_with("SEARCH")), "{steps:?}");
            assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{steps:?}");
        }
    }
}
