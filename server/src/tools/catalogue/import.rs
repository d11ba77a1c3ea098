//! `amazoff catalogue import`.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use amazoff_actors::shop::shelves;
use amazoff_actors::tree;
use amazoff_cluster::{DataFolder, SingleNode};
use amazoff_supervisor::journal::Shards;
use amazoff_supervisor::tree::TreeHandle;
use amazoff_supervisor::{AuditNote, CellLimits, Clock as _, Ports, SystemClock};
use futures::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::lines::{self, Once, Wrong};
use super::way::{Outcome, Way};
use super::{Format, ImportArguments, ToolError, Verdict, csv};
use crate::config::{Config, TruthAt};
use crate::stores::Stores;
use crate::tools::{config, line, look, rebuild};

/// What others see instead of an address.
const TOOL: &str = "amazoff catalogue import";
/// Products that are written at the same time.
const PARALLEL: usize = 64;

/// What came of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    new: u64,
    changed: u64,
    same: u64,
    refused: u64,
}

impl Counts {
    fn note(&mut self, came: &Result<Outcome, Wrong>) {
        let count = match came {
            Ok(Outcome::New) => &mut self.new,
            Ok(Outcome::Changed) => &mut self.changed,
            Ok(Outcome::Same) => &mut self.same,
            Err(_) => &mut self.refused,
        };
        *count += 1;
    }
}

pub(super) async fn run(arguments: ImportArguments) -> Result<Verdict, ToolError> {
    let ImportArguments { file, format, dry_run } = arguments;
    let format = format.or_else(|| Format::of(&file)).ok_or_else(|| {
        ToolError::Asked("say how the file is written: --format csv or --format jsonl".to_owned())
    })?;
    let unreadable = |error: std::io::Error| ToolError::Asked(format!("{}: {error}", file.display()));
    let opened = File::open(&file).map_err(unreadable)?;
    let counts = if dry_run {
        let (_config, stores) = look().await?;
        let way = Way { journal: stores.journal(), blobs: stores.blobs(), doers: None };
        read((opened, format), &way).await?
    } else {
        written(&config()?, &file, (opened, format)).await?
    };
    let Counts { new, changed, same, refused } = counts;
    let would = if dry_run { "would be " } else { "" };
    line(&format!(
        "{new} {would}drafted, {changed} {would}changed, {same} so already, {refused} lines refused"
    ))?;
    Ok(if refused > 0 { Verdict::Findings } else { Verdict::Fine })
}

/// Takes the data as a shop would, and makes its products what the file says.
async fn written(config: &Config, name: &Path, file: (File, Format)) -> Result<Counts, ToolError> {
    let taken = |error: String| ToolError::Asked(format!("{error}; stop the shop first, or try --dry-run"));
    let folder = DataFolder::lock(&config.data_dir).map_err(|error| taken(error.to_string()))?;
    let stores = Stores::open(config).await?;
    let counts = match config.truth {
        TruthAt::Sqlite(_) => {
            let node = SingleNode::claim(folder, &*stores.shard_table(), TOOL).await;
            let node = node.map_err(|error| taken(error.to_string()))?;
            with(&stores, Arc::new(node), (name, file)).await
        }
        TruthAt::MariaDb(_) => {
            let node = rebuild::leased(folder, stores.shard_table(), config.lease, TOOL).await;
            let node = Arc::new(node.map_err(|error| taken(error.to_string()))?);
            let shards: Arc<dyn Shards> = Arc::<amazoff_cluster::LeasedNode>::clone(&node);
            let counts = tokio::select! {
                counts = with(&stores, shards, (name, file)) => counts,
                end = node.keep() => Err(ToolError::Asked(end.to_string())),
            };
            node.release().await?;
            counts
        }
    };
    stores.close().await?;
    counts
}

/// Every import is told in the audit trail before it begins, and what came of it afterwards.
async fn with(
    stores: &Stores,
    shards: Arc<dyn Shards>,
    (name, file): (&Path, (File, Format)),
) -> Result<Counts, ToolError> {
    let ports = Ports {
        journal: stores.journal(),
        documents: stores.documents(),
        clock: Arc::new(SystemClock),
        shards,
        keys: stores.key_table(),
        audit: stores.audit(),
    };
    let (products, stocks, runtime) = shelves(&ports, Arc::new(stores.search()), CellLimits::default());
    let started = TreeHandle::start(tree::commands_only(&runtime)).await;
    let tree = started.map_err(|error| ToolError::Asked(error.to_string()))?;
    let way = Way { journal: stores.journal(), blobs: stores.blobs(), doers: Some((products, stocks)) };
    let subject = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    note(stores, "catalogue-import", (&subject, json!({}))).await?;
    let counts = tokio::select! {
        counts = read(file, &way) => counts,
        cause = tree.failed() => Err(ToolError::Asked(cause)),
    };
    tree.stop().await;
    let (action, detail) = match &counts {
        Ok(Counts { new, changed, same, refused }) => (
            "catalogue-imported",
            json!({ "new": new, "changed": changed, "same": same, "refused": refused }),
        ),
        Err(error) => ("catalogue-import-failed", json!({ "cause": error.to_string() })),
    };
    note(stores, action, (&subject, detail)).await?;
    counts
}

async fn note(stores: &Stores, action: &str, (subject, detail): (&str, Value)) -> Result<(), ToolError> {
    let note = AuditNote {
        at: SystemClock.now(),
        actor: TOOL.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
    };
    stores.audit().append(&note).await?;
    Ok(())
}

/// Takes in the products of a file, many at the same time, and tells what is wrong in the file's order.
async fn read((file, format): (File, Format), way: &Way) -> Result<Counts, ToolError> {
    let bar = progress(file.metadata().map_or(0, |known| known.len()));
    let bytes = BufReader::new(bar.wrap_read(file));
    let all: Box<dyn Iterator<Item = lines::Read> + Send> = match format {
        Format::Csv => Box::new(csv::products(bytes)),
        Format::Jsonl => Box::new(lines::products(bytes)),
    };
    let counts = taken_in(all, way, |wrong| bar.suspend(|| line(&wrong.to_string()))).await;
    bar.finish_and_clear();
    counts
}

async fn taken_in(
    all: impl Iterator<Item = lines::Read>,
    way: &Way,
    tell: impl Fn(&Wrong) -> Result<(), ToolError>,
) -> Result<Counts, ToolError> {
    let mut once = Once::default();
    let taking = all.map(|read| once.check(read)).map(|read| async {
        match read {
            Ok((line, record)) => way.take(line, record).await,
            Err(wrong) => Ok(Err(wrong)),
        }
    });
    let mut taking = std::pin::pin!(futures::stream::iter(taking).buffered(PARALLEL));
    let mut counts = Counts::default();
    while let Some(came) = taking.next().await {
        let came = came?;
        if let Err(wrong) = &came {
            tell(wrong)?;
        }
        counts.note(&came);
    }
    Ok(counts)
}

/// A bar over the bytes of the file; nothing where nobody watches.
fn progress(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    match ProgressStyle::with_template("{bar:40} {percent:>3} %  {binary_bytes_per_sec}  {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
