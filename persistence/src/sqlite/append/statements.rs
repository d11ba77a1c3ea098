//! The statements that store parts: one per table for many rows.

use amazoff_supervisor::journal::{EffectMark, NewEvent};
use amazoff_supervisor::{EntityId, Timestamp};
use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite};

use super::Numbered;
use crate::bugs::Bugs;
use crate::{checksum, rules};

type Row<'b> = Separated<'b, Sqlite, &'static str>;
type Statements = Vec<QueryBuilder<Sqlite>>;

/// Most rows of one statement.
const ROWS_MAX: usize = 64;

/// Cuts rows into statements whose sizes are powers of two: so few different texts that each stays prepared.
fn many<T>(head: &str, rows: &[T], tail: &str, bind: impl Fn(&mut Row<'_>, &T)) -> Statements {
    let mut statements = Vec::new();
    let mut rest = rows;
    while let Some(bits) = rest.len().checked_ilog2() {
        let (these, others) = rest.split_at(ROWS_MAX.min(1 << bits));
        let mut statement = QueryBuilder::new(head);
        statement.push_values(these, |mut row, value| bind(&mut row, value));
        statement.push(tail);
        statements.push(statement);
        rest = others;
    }
    statements
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
    let gone = "DELETE FROM claim WHERE (namespace, key, owner_kind, owner_id) IN (";
    Claims {
        taken: takes.len(),
        takes: many(head, &takes, tail, bind),
        releases: many(gone, &releases, ")", bind),
    }
}

pub(super) fn effects(parts: &[Numbered<'_>], bugs: Bugs) -> Statements {
    let rows: Vec<_> =
        parts.iter().flat_map(|n| n.part.outbox.iter().map(|effect| (n.part.shard(), effect))).collect();
    let head = if bugs.no_version_check {
        "INSERT OR REPLACE INTO outbox (kind, id, seq, n, shard_id, destination, payload, correlation, attempts, next_at) "
    } else {
        "INSERT INTO outbox (kind, id, seq, n, shard_id, destination, payload, correlation, attempts, next_at) "
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
            .push_bind(effect.next_at.unix_ms());
    })
}

pub(super) fn effects_done(parts: &[Numbered<'_>]) -> Statements {
    let keys: Vec<_> = parts.iter().flat_map(|numbered| &numbered.part.outbox_done).collect();
    many("DELETE FROM outbox WHERE (kind, id, seq, n) IN (", &keys, ")", |row, key| {
        bind_entity(row, &key.entity);
        row.push_bind(key.seq.0.cast_signed()).push_bind(key.n);
    })
}

fn reminder_changes<'a>(parts: &'a [Numbered<'a>]) -> Vec<(&'a Numbered<'a>, &'a str, Option<Timestamp>)> {
    let changes = parts.iter().flat_map(|numbered| {
        let plan = rules::reminder_plan(&numbered.part.reminders);
        plan.into_iter().map(move |(name, due_at)| (numbered, name, due_at))
    });
    changes.collect()
}

pub(super) fn reminders_set(parts: &[Numbered<'_>]) -> Statements {
    let rows: Vec<_> = reminder_changes(parts)
        .into_iter()
        .filter_map(|(numbered, name, due_at)| Some((numbered, name, due_at?)))
        .collect();
    let head = "INSERT OR REPLACE INTO reminder (kind, id, name, shard_id, due_at) ";
    many(head, &rows, "", |row, (numbered, name, due_at)| {
        bind_entity(row, &numbered.part.entity);
        row.push_bind((*name).to_owned())
            .push_bind(numbered.part.shard().number())
            .push_bind(due_at.unix_ms());
    })
}

pub(super) fn reminders_cleared(parts: &[Numbered<'_>]) -> Statements {
    let rows: Vec<_> =
        reminder_changes(parts).into_iter().filter(|(_, _, due_at)| due_at.is_none()).collect();
    many("DELETE FROM reminder WHERE (kind, id, name) IN (", &rows, ")", |row, (numbered, name, _)| {
        bind_entity(row, &numbered.part.entity);
        row.push_bind((*name).to_owned());
    })
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
