//! Reading the truth as of one moment, and what each row says by itself.

mod rows;

use amazoff_actors::stock::Stock;
use amazoff_supervisor::archive::{
    CLAIM, COMMAND_LOG, DEAD_LETTER, EFFECT_MARK, JOURNAL, Look, OUTBOX, PERSON_KEY, POSTING, QUARANTINE,
    REMINDER, Row, Rows, SNAPSHOT, Table,
};
use amazoff_supervisor::journal::{JournalError, NewEvent, StoredEvent, event_checksum};
use amazoff_supervisor::{CommandId, Entity as _, EntityId, Epoch, ShardId, Timestamp, Version};
use uuid::Uuid;

use self::rows::{Keys, Ledger};
use crate::cells;
use crate::documents::Replay;
use crate::facts::Facts;
use crate::finding::{Code, Report};
use crate::histories::{Domain, domains};
use crate::media::Unnamed;

type Domains = Vec<Box<dyn Domain>>;

/// Reads everything.
pub(crate) async fn read(
    look: &mut dyn Look,
    now: Timestamp,
    (unnamed, replay): (&mut Unnamed, Option<Replay>),
    report: &mut Report,
) -> Result<Facts, JournalError> {
    let (mut facts, domains) = events(look, (unnamed, replay), report).await?;
    let facts = &mut facts;
    each(look, &CLAIM, report, |row, _| rows::claim(row, facts)).await?;
    each(look, &OUTBOX, report, |row, report| rows::effect(row, now, facts, (&domains, report))).await?;
    each(look, &DEAD_LETTER, report, |row, report| rows::discarded(row, facts, (&domains, report))).await?;
    each(look, &REMINDER, report, |row, report| rows::reminder(row, facts, report)).await?;
    let mut ledger = Ledger::default();
    each(look, &POSTING, report, |row, report| ledger.posting(row, facts, report)).await?;
    ledger.end(report);
    each(look, &COMMAND_LOG, report, |row, report| rows::command(row, facts, report)).await?;
    each(look, &EFFECT_MARK, report, |row, report| rows::mark(row, facts, report)).await?;
    each(look, &QUARANTINE, report, rows::crash).await?;
    let mut keys = Keys::default();
    each(look, &PERSON_KEY, report, |row, _| keys.key(row)).await?;
    keys.end(facts, report);
    Ok(std::mem::take(facts))
}

async fn each(
    look: &mut dyn Look,
    table: &'static Table,
    report: &mut Report,
    mut check: impl FnMut(&Row, &mut Report),
) -> Result<(), JournalError> {
    let mut rows = Rows::of(look, table);
    while let Some(row) = rows.next().await? {
        report.rows += 1;
        check(&row, report);
        // A store in memory never waits; others want to run too.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Reads the journal: every number of every shard, and every entity replayed.
pub(crate) async fn events(
    look: &mut dyn Look,
    (unnamed, mut replay): (&mut Unnamed, Option<Replay>),
    report: &mut Report,
) -> Result<(Facts, Domains), JournalError> {
    let (mut facts, mut domains) = (Facts::default(), domains());
    each(look, &SNAPSHOT, report, |row, report| {
        let kind = cells::text(row, 0).unwrap_or_default();
        if let Some(domain) = domains.iter_mut().find(|domain| domain.kind() == kind) {
            domain.snapshot(row, report);
        }
    })
    .await?;
    let mut shard = Shard::default();
    let mut rows = Rows::of(look, &JOURNAL);
    while let Some(row) = rows.next().await? {
        report.events += 1;
        let number = cells::int(&row, 3);
        if shard.number != Some(number) {
            shard.end(&mut facts, &mut domains, report);
            shard = Shard { number: Some(number), ..Shard::default() };
        }
        shard.numbered(&row, report);
        persons_in(cells::raw_text(&row, 11), &mut facts);
        unnamed.named_in(cells::raw_text(&row, 11));
        if let Some(event) = event(&row, number, report) {
            match domains.iter_mut().find(|domain| domain.kind() == event.entity.kind.as_str()) {
                Some(domain) => domain.apply(&event, report),
                None => report.note(Code::KindUnknown, &event.entity, format!("event {}", event.seq.0)),
            }
            if let Some(replay) = &mut replay {
                replay.take(&event).await?;
            }
        }
        tokio::task::yield_now().await;
    }
    shard.end(&mut facts, &mut domains, report);
    if let Some(replay) = replay {
        replay.tell(&mut facts);
    }
    Ok((facts, domains))
}

/// The shard that is being read.
#[derive(Default)]
struct Shard {
    number: Option<i64>,
    at: u64,
    epoch: u64,
}

impl Shard {
    /// Compares an event's numbers with those before it.
    fn numbered(&mut self, row: &Row, report: &mut Report) {
        let (number, epoch) = (cells::unsigned(row, 4), cells::unsigned(row, 5));
        let entity = cells::entity(row, 0, 1);
        if number == self.at {
            report.note(Code::ShardNumberTwice, self.name(), format!("number {number}, once for {entity}"));
        } else if number != self.at + 1 {
            let detail = format!("numbers {} to {} are missing before {entity}", self.at + 1, number - 1);
            report.note(Code::ShardGap, self.name(), detail);
        }
        if epoch < self.epoch {
            let detail = format!("number {number} of {entity} has epoch {epoch} after {}", self.epoch);
            report.note(Code::EpochBackwards, self.name(), detail);
        }
        (self.at, self.epoch) = (number, epoch.max(self.epoch));
    }

    fn name(&self) -> String {
        format!("shard {}", self.number.unwrap_or_default())
    }

    /// All events of its entities are read.
    fn end(&self, facts: &mut Facts, domains: &mut Domains, report: &mut Report) {
        let number = self.number.and_then(|number| u16::try_from(number).ok());
        if let Some(shard) = number.and_then(ShardId::from_number) {
            facts.heads.insert(shard, self.at);
        }
        for domain in domains {
            domain.tell(facts, report);
        }
    }
}

/// Reads an event; one that is damaged is noted, and not applied.
fn event(row: &Row, shard: i64, report: &mut Report) -> Option<StoredEvent> {
    let (entity, seq) = (cells::entity(row, 0, 1), cells::unsigned(row, 2));
    if i64::from(entity.shard().number()) != shard {
        report.note(Code::EventMisplaced, &entity, format!("event {seq} is in shard {shard}"));
    }
    let schema = u16::try_from(cells::int(row, 6)).unwrap_or(u16::MAX);
    let payload = cells::raw_text(row, 11);
    let whole = i64::from(event_checksum(&entity, seq, schema, payload)) == cells::int(row, 12);
    let Some(payload) = cells::text(row, 11).filter(|_| whole) else {
        report.note(Code::EventDamaged, &entity, format!("event {seq} does not match its checksum"));
        return None;
    };
    causes(row, (&entity, seq), report);
    let command = |place| cells::id(row, place).map(CommandId);
    let event = NewEvent {
        schema,
        payload: payload.to_owned(),
        command_id: command(8).unwrap_or(CommandId(Uuid::nil())),
        causation: command(9),
        correlation: command(10).unwrap_or(CommandId(Uuid::nil())),
    };
    Some(StoredEvent {
        shard: entity.shard(),
        seq: Version(seq),
        shard_seq: cells::unsigned(row, 4),
        epoch: Epoch(cells::unsigned(row, 5)),
        at: Timestamp::from_unix_ms(cells::int(row, 7)),
        event,
        entity,
    })
}

/// Whatever no effect caused is its own first cause; but for a stock that is made known, which a command to its product asked for.
fn causes(row: &Row, (entity, seq): (&EntityId, u64), report: &mut Report) {
    let (command, correlation) = (cells::id(row, 8), cells::id(row, 10));
    if command.is_none() || correlation.is_none() {
        report.note(Code::EventCauseless, entity, format!("event {seq} has no command or no first cause"));
    } else if !cells::is_there(row, 9)
        && command != correlation
        && !(entity.kind.as_str() == Stock::KIND && seq == 1)
    {
        report.note(Code::EventCauseless, entity, format!("event {seq} has a first cause, but no cause"));
    }
}

/// Notes whose sealed data an event holds.
fn persons_in(payload: &[u8], facts: &mut Facts) {
    const NEXT_IS_AN_ID: &str = "\"person\":\"";
    let Ok(mut rest) = std::str::from_utf8(payload) else { return };
    while let Some((_, after)) = rest.split_once(NEXT_IS_AN_ID) {
        if let Some(person) = after.get(..36).and_then(|id| Uuid::try_parse(id).ok()) {
            facts.persons.insert(person);
        }
        rest = after;
    }
}
