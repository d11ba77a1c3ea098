//! The statements that store parts: one per table for many rows.

use amazoff_supervisor::journal::{EffectMark, NewEvent};
use amazoff_supervisor::{EntityId, Timestamp};
use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite};

use super::Numbered;
use crate::bugs::Bugs;
use crate::rules::ReminderPlan;
use crate::{checksum, rules};

type Row<'b> = Separated<'b, Sqlite, &'static str>;
type Statements = Vec<QueryBuilder<Sqlite>>;

/// Most rows of one statement.
const ROWS_MAX: usize = 64;

/// Cuts rows into statements whose sizes are powers of two: so few different texts that each stays prepared.
fn sizes<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let (these, others) = rest.split_at(ROWS_MAX.min(1 << rest.len().checked_ilog2()?));
        rest = others;
        Some(these)
    })
}

/// Statements with a row of values for each of the rows.
fn many<T>(head: &str, rows: &[T], tail: &str, bind: impl Fn(&mut Row<'_>, &T)) -> Statements {
    let statement = |these: &[T]| {
        let mut statement = QueryBuilder::new(head);
        statement.push_values(these, |mut row, value| bind(&mut row, value));
        statement.push(tail);
        statement
    };
    sizes(rows).map(statement).collect()
}

/// Statements that delete the rows whose columns are those bound. Each is found by its key whatever the planner thinks of
/// lists of values: for `IN (VALUES …)`, SQLite 3.40 reads the whole table.
fn gone<T>(table: &str, columns: &str, rows: &[T], bind: impl Fn(&mut Row<'_>, &T)) -> Statements {
    let statement = |these: &[T]| {
        let mut statement = QueryBuilder::new("DELETE FROM ");
        statement.push(table);
        for (n, value) in these.iter().enumerate() {
            statement.push(if n == 0 { " WHERE (" } else { " OR (" }).push(columns).push(") = (");
            bind(&mut statement.separated(", "), value);
            statement.push(")");
        }
        statement
    };
    sizes(rows).map(statement).collect()
}

fn bind_entity(row: &mut Row<'_>, entity: &EntityId) {
    row.push_bind(entity.kind.as_str().to_owned()).push_bind(entity.id.as_bytes().to_vec());
}

pub(super) fn events(parts: &[Numbered<'_>]) -> Statements {
    let mut rows: Vec<(&Numbered<'_>, u64, &NewEvent)> = Vec::new();
    for numbered in parts {
        rows.extend((0..).zip(&numbered.part.events).map(|(offset, event)| (numbered, offset, event)));
    }
    let head =
        "INSERT INTO journal (kind, id, seq, shard_id, shard_seq, epoch, schema, at, command_id, causation,
                correlation, payload, checksum) ";
    many(head, &rows, "", |row, (numbered, offset, event)| {
        let part = numbered.part;
        let seq = numbered.after.0 + 1 + offset;
        bind_entity(row, &part.entity);
        row.push_bind(seq.cast_signed())
            .push_bind(part.shard().number())
            .push_bind((numbered.first_shard_seq + offset).cast_signed())
            .push_bind(part.epoch.0.cast_signed())
            .push_bind(event.schema)
            .push_bind(part.at.unix_ms())
            .push_bind(event.command_id.0.as_bytes().to_vec())
            .push_bind(event.causation.map(|id| id.0.as_bytes().to_vec()))
            .push_bind(event.correlation.0.as_bytes().to_vec())
            .push_bind(event.payload.clone())
            .push_bind(checksum::of_event(&part.entity, seq, event.schema, event.payload.as_bytes()));
    })
}

pub(super) fn commands(parts: &[Numbered<'_>], bugs: Bugs) -> Statements {
    let rows: Vec<_> =
        parts.iter().flat_map(|n| n.part.commands.iter().map(|record| (&n.part.entity, record))).collect();
    let head = if bugs.no_dedupe {
        "INSERT OR REPLACE INTO command_log (kind, id, command_id, fingerprint, outcome, sealed_command, context, seq, expires_at) "
    } else {
        "INSERT INTO command_log (kind, id, command_id, fingerprint, outcome, sealed_command, context, seq, expires_at) "
    };
    many(head, &rows, "", |row, (entity, record)| {
        bind_entity(row, entity);
        row.push_bind(record.command_id.0.as_bytes().to_vec())
            .push_bind(record.fingerprint.cast_signed())
            .push_bind(record.outcome.clone())
            .push_bind(record.sealed_command.clone())
            .push_bind(record.context.clone())
            .push_bind(record.seq.0.cast_signed())
            .push_bind(record.expires_at.unix_ms());
    })
}

pub(super) fn marks(parts: &[Numbered<'_>], bugs: Bugs) -> Statements {
    let rows: Vec<(&EntityId, &EffectMark)> =
        parts.iter().flat_map(|n| n.part.marks.iter().map(|mark| (&n.part.entity, mark))).collect();
    let head = "INSERT INTO effect_mark (kind, id, sender, high_water, command_id) ";
    let tail = if bugs.no_dedupe {
        " ON CONFLICT (kind, id, sender) DO UPDATE SET high_water = excluded.high_water"
    } else {
        " ON CONFLICT (kind, id, sender) DO UPDATE SET high_water = excluded.high_water,
         command_id = excluded.command_id WHERE high_water < excluded.high_water"
    };
    many(head, &rows, tail, |row, (entity, mark)| {
        bind_entity(row, entity);
        row.push_bind(mark.sender.clone())
            .push_bind(mark.high_water.cast_signed())
            .push_bind(mark.command_id.0.as_bytes().to_vec());
    })
}

/// Takes first, then releases. A key that one part gives up and another takes is then refused, and settled part by part.
pub(super) struct Claims {
    pub(super) takes: Statements,
    pub(super) taken: usize,
    pub(super) releases: Statements,
}

pub(super) fn claims(parts: &[Numbered<'_>], bugs: Bugs) -> Claims {
    let (mut takes, mut releases) = (Vec::new(), Vec::new());
    for numbered in parts {
        let plan = rules::claim_plan(&numbered.part.claims);
        takes.extend(plan.takes.into_iter().map(|claim| (claim, &numbered.part.entity)));
        releases.extend(plan.releases.into_iter().map(|claim| (claim, &numbered.part.entity)));
    }
    takes.sort_unstable();
    let tail = if bugs.claim_not_unique {
        " ON CONFLICT (namespace, key) DO UPDATE SET owner_kind = excluded.owner_kind, owner_id = excluded.owner_id"
    } else {
        " ON CONFLICT (namespace, key) DO UPDATE SET owner_id = owner_id
         WHERE owner_kind = excluded.owner_kind AND owner_id = excluded.owner_id"
    };
    let bind = |row: &mut Row<'_>, (claim, entity): &(&amazoff_supervisor::Claim, &EntityId)| {
        row.push_bind(claim.namespace.clone()).push_bind(claim.key.clone());
        bind_entity(row, entity);
    };
    let head = "INSERT INTO claim (namespace, key, owner_kind, owner_id) ";
    Claims {
        taken: takes.len(),
        takes: many(head, &takes, tail, bind),
        releases: gone("claim", "namespace, key, owner_kind, owner_id", &releases, bind),
    }
}

pub(super) fn effects(parts: &[Numbered<'_>], bugs: Bugs) -> Statements {
    let rows: Vec<_> =
        parts.iter().flat_map(|n| n.part.outbox.iter().map(|effect| (n.part.shard(), effect))).collect();
    let head = if bugs.no_version_check {
        "INSERT OR REPLACE INTO outbox (kind, id, seq, n, shard_id, destination, payload, correlation, attempts, next_at, at, reason, dead_since) "
    } else {
        "INSERT INTO outbox (kind, id, seq, n, shard_id, destination, payload, correlation, attempts, next_at, at, reason, dead_since) "
    };
    many(head, &rows, "", |row, (shard, effect)| {
        bind_entity(row, &effect.key.entity);
        row.push_bind(effect.key.seq.0.cast_signed())
            .push_bind(effect.key.n)
            .push_bind(shard.number())
            .push_bind(effect.destination.clone())
            .push_bind(effect.payload.clone())
            .push_bind(effect.correlation.0.as_bytes().to_vec())
            .push_bind(effect.attempts)
            .push_bind(effect.next_at.unix_ms())
            .push_bind(effect.at.unix_ms())
            .push_bind(effect.reason.clone())
            .push_bind(effect.dead_since.map(Timestamp::unix_ms));
    })
}

pub(super) fn effects_done(parts: &[Numbered<'_>]) -> Statements {
    let keys: Vec<_> = parts.iter().flat_map(|numbered| &numbered.part.outbox_done).collect();
    gone("outbox", "kind, id, seq, n", &keys, |row, key| {
        bind_entity(row, &key.entity);
        row.push_bind(key.seq.0.cast_signed()).push_bind(key.n);
    })
}

pub(super) struct Reminders {
    pub(super) set: Statements,
    pub(super) cleared: Statements,
    pub(super) lapsed: Statements,
}

pub(super) fn reminders(parts: &[Numbered<'_>]) -> Reminders {
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
    let head = "INSERT OR REPLACE INTO reminder (kind, id, name, shard_id, due_at, set_at) ";
    Reminders {
        set: many(head, &set, "", |row, (numbered, name, due_at)| {
            let part = numbered.part;
            bind_entity(row, &part.entity);
            row.push_bind((*name).to_owned()).push_bind(part.shard().number()).push_bind(due_at.unix_ms());
            row.push_bind(rules::version_after(part, numbered.after).0.cast_signed());
        }),
        cleared: gone("reminder", "kind, id, name", &cleared, |row, (part, name)| {
            bind_entity(row, &part.entity);
            row.push_bind((*name).to_owned());
        }),
        lapsed: gone("reminder", "kind, id, name, due_at", &lapsed, |row, (part, name, due_at)| {
            bind_entity(row, &part.entity);
            row.push_bind((*name).to_owned()).push_bind(due_at.unix_ms());
        }),
    }
}

pub(super) fn postings(parts: &[Numbered<'_>]) -> Statements {
    let rows: Vec<_> =
        parts.iter().flat_map(|n| n.part.postings.iter().map(move |posting| (n, posting))).collect();
    let head = "INSERT INTO posting (shard_id, kind, id, seq, account, asset, amount) ";
    many(head, &rows, "", |row, (numbered, posting)| {
        let part = numbered.part;
        row.push_bind(part.shard().number());
        bind_entity(row, &part.entity);
        row.push_bind(rules::version_after(part, numbered.after).0.cast_signed())
            .push_bind(posting.account.clone())
            .push_bind(posting.asset.clone())
            .push_bind(posting.amount);
    })
}

#[cfg(test)]
mod tests {
    use amazoff_supervisor::journal::{OutboxKey, Part};
    use amazoff_supervisor::{Claim, ClaimChange, Epoch, ReminderChange, Version};
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions, Row as _};
    use uuid::Uuid;

    use super::*;
    use crate::sqlite::JOURNAL_SCHEMA;

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
        let reminders = reminders(&parts);
        let all = [effects_done(&parts), claims(&parts, bugs).releases, reminders.cleared, reminders.lapsed];

        let mut connection = SqliteConnectOptions::new().in_memory(true).connect().await.unwrap();
        JOURNAL_SCHEMA.run(&mut connection).await.unwrap();
        for statement in all.iter().flatten() {
            let sql = statement.sql();
            let explain = format!("EXPLAIN QUERY PLAN {}", sql.as_str());
            let plan = sqlx::query(AssertSqlSafe(explain)).fetch_all(&mut connection).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            assert!(steps.iter().any(|step| step.starts_with("SEARCH")), "{steps:?}");
            assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{steps:?}");
        }
    }
}
