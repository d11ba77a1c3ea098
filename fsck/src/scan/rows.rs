//! What a row says by itself and beside the entities.

use std::collections::{HashMap, HashSet};

use amazoff_supervisor::archive::Row;
use amazoff_supervisor::journal::OutboxKey;
use amazoff_supervisor::{CommandId, EntityId, Kind, Timestamp, Version};
use serde::de::IgnoredAny;
use uuid::Uuid;

use super::Domains;
use crate::cells;
use crate::facts::Facts;
use crate::finding::{Code, Report};

/// How long an effect may have been due before somebody should look.
const OVERDUE_AFTER_MS: i64 = 15 * 60 * 1_000;

/// Remembers a unique key; its owner is asked later.
pub(super) fn claim(row: &Row, facts: &mut Facts) {
    let (namespace, key) = (cells::text(row, 0).unwrap_or_default(), cells::text(row, 1).unwrap_or_default());
    facts.claims.insert((namespace.to_owned(), key.to_owned()), cells::entity(row, 2, 3));
}

/// An undelivered effect.
pub(super) fn effect(
    row: &Row,
    now: Timestamp,
    facts: &mut Facts,
    (domains, report): (&Domains, &mut Report),
) {
    let entity = belongs(row, Code::EffectOrphan, facts, report);
    let name = format!("effect {} of event {}", cells::int(row, 3), cells::int(row, 2));
    let destination = cells::text(row, 5).unwrap_or_default();
    let payload = cells::text(row, 6).unwrap_or_default();
    match domains.iter().find(|domain| domain.kind() == entity.kind.as_str()) {
        Some(domain) => match domain.carries(entity.id, payload) {
            Ok(Some(carried)) => facts.in_flight.add(&key(row, &entity), carried, false),
            Ok(None) => {}
            Err(reason) => {
                report.note(Code::EffectUnreadable, &entity, format!("{name} to {destination}: {reason}"));
            }
        },
        None => report.note(Code::KindUnknown, &entity, name.clone()),
    }
    let reason = cells::text(row, 11).unwrap_or("never tried");
    if cells::is_there(row, 12) {
        report.note(Code::EffectDead, &entity, format!("{name} to {destination}: {reason}"));
    } else if cells::int(row, 9) + OVERDUE_AFTER_MS < now.unix_ms() {
        let due = Timestamp::from_unix_ms(cells::int(row, 9));
        report.note(
            Code::EffectOverdue,
            &entity,
            format!("{name} to {destination} is due since {due}: {reason}"),
        );
    }
    facts.sends.insert(entity);
}

/// An effect that was given up.
pub(super) fn discarded(row: &Row, facts: &mut Facts, (domains, report): (&Domains, &mut Report)) {
    let entity = belongs(row, Code::EffectOrphan, facts, report);
    let payload = cells::text(row, 6).unwrap_or_default();
    let domain = domains.iter().find(|domain| domain.kind() == entity.kind.as_str());
    if let Some(Ok(Some(carried))) = domain.map(|domain| domain.carries(entity.id, payload)) {
        facts.in_flight.add(&key(row, &entity), carried, true);
    }
}

/// The name of an effect.
fn key(row: &Row, entity: &EntityId) -> OutboxKey {
    let n = u16::try_from(cells::int(row, 3)).unwrap_or(u16::MAX);
    OutboxKey { entity: entity.clone(), seq: Version(cells::unsigned(row, 2)), n }
}

/// Notes a row whose event (kind, id, seq) does not exist.
fn belongs(row: &Row, code: Code, facts: &Facts, report: &mut Report) -> EntityId {
    let (entity, seq) = (cells::entity(row, 0, 1), cells::unsigned(row, 2));
    let version = facts.seen(&entity).map_or(0, |seen| seen.version);
    if seq == 0 || seq > version {
        report.note(code, &entity, format!("event {seq} does not exist; there are {version}"));
    }
    entity
}

/// A timer.
pub(super) fn reminder(row: &Row, facts: &mut Facts, report: &mut Report) {
    let entity = cells::entity(row, 0, 1);
    let version = facts.seen(&entity).map_or(0, |seen| seen.version);
    if version == 0 || cells::unsigned(row, 5) > version {
        let (name, set_at) = (cells::text(row, 2).unwrap_or_default(), cells::int(row, 5));
        let detail = format!("{name} was set at event {set_at}; there are {version}");
        report.note(Code::ReminderOrphan, &entity, detail);
    }
    facts.wakes.insert(entity);
}

/// The ledger while it is read.
#[derive(Default)]
pub(super) struct Ledger {
    /// What is left of commits whose postings do not sum to zero, or not yet.
    open: HashMap<(EntityId, u64, String), i128>,
}

impl Ledger {
    /// A movement.
    pub(super) fn posting(&mut self, row: &Row, facts: &mut Facts, report: &mut Report) {
        let (entity, seq, amount) = (cells::entity(row, 2, 3), cells::unsigned(row, 4), cells::int(row, 7));
        let account = cells::text(row, 5).unwrap_or_default().to_owned();
        let asset = cells::text(row, 6).unwrap_or_default().to_owned();
        let version = facts.seen(&entity).map_or(0, |seen| seen.version);
        if seq == 0 || seq > version {
            let detail = format!("{amount} of {asset} at event {seq}; there are {version}");
            report.note(Code::PostingOrphan, &entity, detail);
        }
        *facts.balances.entry((account, asset.clone())).or_default() += amount;
        let key = (entity, seq, asset);
        let left = self.open.remove(&key).unwrap_or_default() + i128::from(amount);
        if left != 0 {
            self.open.insert(key, left);
        }
    }

    /// All are read.
    pub(super) fn end(self, report: &mut Report) {
        for ((entity, seq, asset), left) in self.open {
            let detail = format!("the postings of {asset} at event {seq} sum to {left}");
            report.note(Code::PostingUnbalanced, entity, detail);
        }
    }
}

/// Whether an outcome is a reply or a refusal.
type Outcome = Result<IgnoredAny, IgnoredAny>;

/// The outcome of a command.
pub(super) fn command(row: &Row, facts: &mut Facts, report: &mut Report) {
    let entity = cells::entity(row, 0, 1);
    let version = facts.seen(&entity).map_or(0, |seen| seen.version);
    let seq = cells::unsigned(row, 7);
    let id = cells::id(row, 2).unwrap_or_default().simple();
    if seq > version {
        let detail = format!("command {id} led to event {seq}; there are {version}");
        report.note(Code::CommandAhead, &entity, detail);
    }
    let is_json = |place| serde_json::from_slice::<IgnoredAny>(cells::raw_text(row, place)).is_ok();
    if ![4, 5, 6].into_iter().all(is_json) {
        report.note(Code::CommandUnreadable, &entity, format!("command {id}"));
    }
    let outcome = serde_json::from_slice::<Outcome>(cells::raw_text(row, 4));
    if let (Some(id), Ok(outcome)) = (cells::id(row, 2), outcome) {
        facts.in_flight.answered(CommandId(id), outcome.is_ok());
    }
}

/// The newest effect of a sender that was applied.
pub(super) fn mark(row: &Row, facts: &mut Facts, report: &mut Report) {
    let (entity, sender) = (cells::entity(row, 0, 1), cells::text(row, 2).unwrap_or_default());
    let sender_id = sender.rsplit_once('_').and_then(|(kind, id)| {
        Some(EntityId { kind: Kind::stored(kind.to_owned()), id: Uuid::try_parse(id).ok()? })
    });
    let version = sender_id.and_then(|sender| facts.seen(&sender)).map_or(0, |seen| seen.version);
    let event = cells::unsigned(row, 3) >> 16;
    if event > version {
        let detail = format!("an effect of event {event} of {sender} counts as applied; there are {version}");
        report.note(Code::MarkAhead, &entity, detail);
    }
    facts.in_flight.marked(entity, sender, cells::unsigned(row, 3));
}

/// A command that crashed.
pub(super) fn crash(row: &Row, report: &mut Report) {
    let is_open = cells::int(row, 9) != 0 && cells::int(row, 10) == 0;
    if is_open {
        let id = cells::id(row, 2).unwrap_or_default().simple();
        let cause = cells::text(row, 4).unwrap_or_default();
        report.note(Code::CommandQuarantined, cells::entity(row, 0, 1), format!("command {id}: {cause}"));
    }
}

/// Persons' keys while they are read.
#[derive(Default)]
pub(super) struct Keys {
    known: HashSet<Uuid>,
}

impl Keys {
    /// A key, or that there was one.
    pub(super) fn key(&mut self, row: &Row) {
        self.known.extend(cells::id(row, 0));
    }

    /// All are read.
    pub(super) fn end(&self, facts: &Facts, report: &mut Report) {
        for person in facts.persons.difference(&self.known) {
            report.note(
                Code::KeyMissing,
                format!("person {}", person.simple()),
                "there is no key, and no erasure",
            );
        }
    }
}
