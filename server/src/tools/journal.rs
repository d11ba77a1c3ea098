//! `amazoff journal`: what happened, straight from the database. It writes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use amazoff_actors::tree::DOMAINS;
use amazoff_fsck::{past, verify};
use amazoff_http::redacted;
use amazoff_supervisor::archive::{JOURNAL, Rows};
use amazoff_supervisor::journal::{Journal, StoredEvent};
use amazoff_supervisor::{ShardId, Version};
use clap::Subcommand;
use serde_json::json;

use super::{ToolError, Verdict, entity, export, json_line, line, look, show};

/// Events read at once.
const PAGE: usize = 200;
/// How often somebody who follows is told of news.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is asked of the journal.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Shows the newest events, and with --follow those that come.
    Tail {
        /// Only of this shard, 0 to 255.
        #[arg(long)]
        shard: Option<u16>,
        /// All behind this number of the shard, instead of the newest.
        #[arg(long, requires = "shard")]
        after: Option<u64>,
        /// How many of the newest.
        #[arg(long, default_value_t = 20)]
        lines: usize,
        /// Goes on until it is stopped.
        #[arg(long)]
        follow: bool,
        /// One JSON object per line.
        #[arg(long)]
        json: bool,
    },
    /// Shows an entity: its events, and its state as today's code makes it.
    Show {
        /// Such as cart, order or payment.
        kind: String,
        /// An id as shoppers see it, or a UUID.
        id: String,
        /// The state after so many events, instead of all.
        #[arg(long)]
        at: Option<u64>,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Prints all events as of one moment, shard by shard, one JSON object per line.
    Export {
        /// Only of this kind.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Checks checksums, numbers and epochs, and that every entity can be replayed.
    Verify {
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Answers.
pub(crate) async fn run(command: Command) -> Result<Verdict, ToolError> {
    let (_config, stores) = look().await?;
    let journal = stores.journal();
    match command {
        Command::Tail { shard, after, lines, follow, json } => {
            let mut tail = Tail { journal: &*journal, shards: shards(shard)?, at: BTreeMap::new(), json };
            tail.begin(after, lines).await?;
            if !follow {
                return Ok(Verdict::Fine);
            }
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                tail.news().await?;
            }
        }
        Command::Show { kind, id, at, json } => one(&*journal, (&kind, &id), at.map(Version), json).await,
        Command::Export { kind } => {
            if let Some(kind) = kind.as_deref().filter(|kind| !DOMAINS.contains(kind)) {
                return Err(ToolError::Asked(format!(
                    "there is no kind `{kind}`; there are {}",
                    DOMAINS.join(", ")
                )));
            }
            let mut look = stores.archive().look().await?;
            let mut rows = Rows::of(&mut *look, &JOURNAL);
            while let Some(row) = rows.next().await? {
                let event = export::event(&row);
                if kind.as_ref().is_none_or(|kind| event["kind"] == **kind) {
                    json_line(&event)?;
                }
            }
            Ok(Verdict::Fine)
        }
        Command::Verify { json } => show::report(&verify(&*stores.archive()).await?, json),
    }
}

fn shards(wanted: Option<u16>) -> Result<Vec<ShardId>, ToolError> {
    let Some(wanted) = wanted else { return Ok(ShardId::all().collect()) };
    let shard = ShardId::from_number(wanted);
    Ok(vec![shard.ok_or_else(|| ToolError::Asked(format!("there is no shard {wanted}; they are 0 to 255")))?])
}

/// Whoever follows the journal.
struct Tail<'a> {
    journal: &'a dyn Journal,
    shards: Vec<ShardId>,
    /// What was shown of each shard.
    at: BTreeMap<ShardId, u64>,
    json: bool,
}

impl Tail<'_> {
    /// Shows the newest events of all shards by time, or those behind a number of one shard.
    async fn begin(&mut self, after: Option<u64>, lines: usize) -> Result<(), ToolError> {
        if let (Some(after), [shard]) = (after, self.shards.as_slice()) {
            self.at.insert(*shard, after);
            return self.news().await;
        }
        let mut newest = Vec::new();
        let wanted = u64::try_from(lines).unwrap_or(u64::MAX);
        for (shard, head) in self.journal.heads().await? {
            if self.shards.contains(&shard) {
                newest.extend(self.journal.tail(shard, head.saturating_sub(wanted), lines).await?);
                self.at.insert(shard, head);
            }
        }
        newest.sort_by_key(StoredEvent::position);
        newest.iter().skip(newest.len().saturating_sub(lines)).try_for_each(|event| self.print(event))
    }

    /// Shows what came since.
    async fn news(&mut self) -> Result<(), ToolError> {
        for (shard, head) in self.journal.heads().await? {
            if !self.shards.contains(&shard) {
                continue;
            }
            let mut at = self.at.get(&shard).copied().unwrap_or_default();
            while at < head {
                let page = self.journal.tail(shard, at, PAGE).await?;
                let Some(last) = page.last() else { break };
                at = last.shard_seq;
                page.iter().try_for_each(|event| self.print(event))?;
            }
            self.at.insert(shard, at);
        }
        Ok(())
    }

    fn print(&self, event: &StoredEvent) -> Result<(), ToolError> {
        if self.json { json_line(&show::event_json(event)) } else { line(&show::event_line(event)) }
    }
}

/// Shows one entity.
async fn one(
    journal: &dyn Journal,
    (kind, id): (&str, &str),
    at: Option<Version>,
    as_json: bool,
) -> Result<Verdict, ToolError> {
    let entity = entity(kind, id)?;
    let past = past(journal, &entity, at).await?;
    let past = past
        .filter(|past| past.version > 0)
        .ok_or_else(|| ToolError::Asked(format!("{entity} has no events")))?;
    if let Some(at) = at.filter(|at| at.0 != past.version) {
        return Err(ToolError::Asked(format!("{entity} has only {} events, not {at}", past.version)));
    }
    let (mut events, mut after) = (Vec::new(), Version(0));
    while after.0 < past.version {
        let page = journal.history(&entity, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for event in page.iter().filter(|event| event.seq.0 <= past.version) {
            if as_json {
                events.push(show::event_json(event));
            } else {
                line(&show::event_line(event))?;
            }
        }
    }
    let state = redacted(past.state);
    if as_json {
        json_line(&json!({
            "entity": entity.to_string(), "version": past.version, "at": past.at, "state": state, "events": events,
        }))?;
    } else {
        line(&format!("state after {} events:", past.version))?;
        line(&serde_json::to_string_pretty(&state).map_err(std::io::Error::other)?)?;
    }
    Ok(Verdict::Fine)
}
