//! The truth in memory as rows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use amazoff_supervisor::archive::{
    AUDIT, Archive, CLAIM, COMMAND_LOG, Cell, DEAD_LETTER, EFFECT_MARK, JOURNAL, Look, OUTBOX, PERSON_KEY,
    POSTING, QUARANTINE, REMINDER, Row, SHARD, SNAPSHOT, Table,
};
use amazoff_supervisor::journal::{
    CrashRecord, JournalError, OutboxRow, StoredEvent, event_checksum, snapshot_checksum,
};
use amazoff_supervisor::{AuditEntry, CommandId, EntityId, ShardId, Timestamp, Version};
use futures::future::{BoxFuture, ready};

use super::audit::MemoryAudit;
use super::keys::MemoryKeys;
use super::locked;
use super::tables::Tables;

/// The rows of a store.
pub(super) struct MemoryArchive {
    pub(super) tables: Arc<Mutex<Tables>>,
    pub(super) keys: Arc<MemoryKeys>,
    pub(super) audit: Arc<MemoryAudit>,
}

/// A copy of all rows.
struct Copy(BTreeMap<&'static str, Vec<Row>>);

impl Archive for MemoryArchive {
    fn look(&self) -> BoxFuture<'_, Result<Box<dyn Look>, JournalError>> {
        let tables = locked(&self.tables);
        let mut copy = of_tables(&tables);
        copy.push((&AUDIT, self.audit.entries().iter().map(of_audit).collect()));
        let keys = self.keys.all();
        copy.push((
            &PERSON_KEY,
            keys.into_iter()
                .map(|(person, wrapped)| {
                    let erased = if wrapped.is_some() { Cell::Null } else { Cell::Int(0) };
                    vec![bytes(person.as_bytes()), wrapped.map_or(Cell::Null, Cell::Bytes), erased]
                })
                .collect(),
        ));
        let sorted = copy.into_iter().map(|(table, mut rows)| {
            rows.sort_by_key(|row| table.position(row));
            (table.name, rows)
        });
        let look: Box<dyn Look> = Box::new(Copy(sorted.collect()));
        Box::pin(ready(Ok(look)))
    }
}

impl Look for Copy {
    fn page<'a>(
        &'a mut self,
        table: &'static Table,
        after: Option<&'a [Cell]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Row>, JournalError>> {
        let rows = self.0.get(table.name).map(Vec::as_slice).unwrap_or_default();
        let start =
            after.map_or(0, |after| rows.partition_point(|row| table.position(row).as_slice() <= after));
        Box::pin(ready(Ok(rows.iter().skip(start).take(limit).cloned().collect())))
    }
}

fn of_tables(tables: &Tables) -> Vec<(&'static Table, Vec<Row>)> {
    let claims = tables.claims.iter().map(|(claim, owner)| {
        let [kind, id] = entity(owner);
        vec![text(&claim.namespace), text(&claim.key), kind, id]
    });
    let commands = tables.commands.iter().map(|((of, id), record)| {
        let [kind, owner] = entity(of);
        vec![
            kind,
            owner,
            command(*id),
            number(record.fingerprint),
            text(&record.outcome),
            text(&record.sealed_command),
            text(&record.context),
            version(record.seq),
            time(record.expires_at),
        ]
    });
    let marks = tables.marks.iter().map(|((of, sender), high_water)| {
        let [kind, id] = entity(of);
        vec![kind, id, text(sender), number(*high_water), command(CommandId::derived(&[]))]
    });
    let reminders = tables.reminders.iter().map(|((of, name), (due_at, set_at))| {
        let [kind, id] = entity(of);
        vec![kind, id, text(name), shard(of.shard()), time(*due_at), version(*set_at)]
    });
    let snapshots = tables.snapshots.iter().map(|((of, seq), state)| {
        let [kind, id] = entity(of);
        let checksum = snapshot_checksum(of, seq.0, state.as_bytes());
        vec![kind, id, version(*seq), text(state), Cell::Int(checksum.into())]
    });
    let postings = (1..).zip(&tables.postings).map(|(place, (of, seq, posting))| {
        let [kind, id] = entity(of);
        vec![
            Cell::Int(place),
            shard(of.shard()),
            kind,
            id,
            version(*seq),
            text(&posting.account),
            text(&posting.asset),
            Cell::Int(posting.amount),
        ]
    });
    let epoch = |of: &ShardId| number(tables.epochs.get(of).copied().unwrap_or_default().0);
    vec![
        (&JOURNAL, tables.journal.values().map(of_event).collect()),
        (&CLAIM, claims.collect()),
        (&COMMAND_LOG, commands.collect()),
        (&EFFECT_MARK, marks.collect()),
        (&OUTBOX, tables.outbox.values().map(of_effect).collect()),
        (&DEAD_LETTER, tables.discarded.values().map(of_discarded).collect()),
        (&REMINDER, reminders.collect()),
        (&POSTING, postings.collect()),
        (&QUARANTINE, tables.crashes.values().map(of_crash).collect()),
        (&SNAPSHOT, snapshots.collect()),
        (&SHARD, ShardId::all().map(|of| vec![shard(of), epoch(&of)]).collect()),
    ]
}

fn of_event(stored: &StoredEvent) -> Row {
    let [kind, id] = entity(&stored.entity);
    let event = &stored.event;
    let checksum = event_checksum(&stored.entity, stored.seq.0, event.schema, event.payload.as_bytes());
    vec![
        kind,
        id,
        version(stored.seq),
        shard(stored.shard),
        number(stored.shard_seq),
        number(stored.epoch.0),
        Cell::Int(event.schema.into()),
        time(stored.at),
        command(event.command_id),
        event.causation.map_or(Cell::Null, command),
        command(event.correlation),
        text(&event.payload),
        Cell::Int(checksum.into()),
    ]
}

fn of_effect(row: &OutboxRow) -> Row {
    let [kind, id] = entity(&row.key.entity);
    vec![
        kind,
        id,
        version(row.key.seq),
        Cell::Int(row.key.n.into()),
        shard(row.key.entity.shard()),
        text(&row.destination),
        text(&row.payload),
        command(row.correlation),
        Cell::Int(row.attempts.into()),
        time(row.next_at),
        time(row.at),
        row.reason.as_deref().map_or(Cell::Null, text),
        row.dead_since.map_or(Cell::Null, time),
    ]
}

fn of_discarded(row: &OutboxRow) -> Row {
    let mut cells = of_effect(row);
    let rest = cells.split_off(8);
    // The same columns in another order, and when it was discarded, which memory does not keep.
    let [attempts, next_at, at, reason, dead_since] = [0, 1, 2, 3, 4].map(|place: usize| rest[place].clone());
    cells.extend([at, attempts, next_at, reason, dead_since.clone(), dead_since]);
    cells
}

fn of_crash(record: &CrashRecord) -> Row {
    let crash = &record.crash;
    let [kind, id] = entity(&crash.entity);
    vec![
        kind,
        id,
        command(crash.command_id),
        version(crash.seq),
        text(&crash.cause),
        text(&crash.sealed_command),
        text(&crash.context),
        time(crash.at),
        Cell::Int(record.attempts.into()),
        Cell::Int(record.quarantined.into()),
        Cell::Int(record.dismissed.into()),
    ]
}

fn of_audit(entry: &AuditEntry) -> Row {
    vec![
        number(entry.number),
        time(entry.at),
        text(&entry.actor),
        text(&entry.action),
        text(&entry.subject),
        text(&entry.detail),
        bytes(&entry.hash),
    ]
}

fn entity(entity: &EntityId) -> [Cell; 2] {
    [text(entity.kind.as_str()), bytes(entity.id.as_bytes())]
}
fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}
fn bytes(bytes: &[u8]) -> Cell {
    Cell::Bytes(bytes.to_vec())
}
fn number(number: u64) -> Cell {
    Cell::Int(number.cast_signed())
}
fn version(version: Version) -> Cell {
    number(version.0)
}
fn shard(shard: ShardId) -> Cell {
    Cell::Int(shard.number().into())
}
fn time(at: Timestamp) -> Cell {
    Cell::Int(at.unix_ms())
}
fn command(id: CommandId) -> Cell {
    bytes(id.0.as_bytes())
}
