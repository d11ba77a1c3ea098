//! Building documents anew while no shop runs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::shop::read_models;
use amazoff_cluster::{DataFolder, LeaseEnd, LeasedNode, SingleNode, TakeError, Waiting};
use amazoff_supervisor::journal::{JournalError, ShardTable, Shards};
use amazoff_supervisor::tree::{SupervisorSpec, TreeError, TreeHandle};
use amazoff_supervisor::{CellLimits, Ports, RebuildError, Runtime, SystemClock};
use tokio::sync::Notify;

use crate::config::{Config, TruthAt};
use crate::stores::{OpenError, Stores};

/// What others see instead of an address.
const TOOL: &str = "amazoff fsck --repair";
/// How often the rebuild is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often in a row a shard may fail before it is given up.
const FAILURES_MAX: u32 = 8;

/// Why documents could not be built anew.
#[derive(Debug, thiserror::Error)]
pub(super) enum RebuildFailure {
    /// Somebody else has the data.
    #[error(transparent)]
    Taken(#[from] TakeError),
    /// A database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A database is away.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It does not begin.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// What does the work cannot be started.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A shop on another machine has the shards.
    #[error("another node owns the shards")]
    Owned,
    /// Another node took the shards meanwhile.
    #[error("{0}")]
    Lost(LeaseEnd),
    /// What does the work gave up.
    #[error("it gave up: {0}")]
    GaveUp(String),
    /// A shard cannot be projected.
    #[error("shard {shard} of `{name}` cannot be projected: {error}")]
    Fails {
        /// Which projection.
        name: &'static str,
        /// Which shard.
        shard: u16,
        /// Why.
        error: String,
    },
}

/// Takes the data as a shop would, builds projections anew and returns the generations that serve now.
pub(super) async fn rebuild(
    config: &Config,
    projections: &BTreeSet<&'static str>,
) -> Result<Vec<(&'static str, u64)>, RebuildFailure> {
    let folder = DataFolder::lock(&config.data_dir)?;
    let stores = Stores::open(config).await?;
    let built = match config.truth {
        TruthAt::Sqlite(_) => {
            let node = SingleNode::claim(folder, &*stores.shard_table(), TOOL).await?;
            with(&stores, Arc::new(node), projections).await
        }
        TruthAt::MariaDb(_) => {
            let node = Arc::new(leased(folder, stores.shard_table(), config.lease, TOOL).await?);
            let built = tokio::select! {
                built = with(&stores, Arc::<LeasedNode>::clone(&node), projections) => built,
                end = node.keep() => Err(RebuildFailure::Lost(end)),
            };
            node.release().await?;
            built
        }
    };
    stores.close().await?;
    built
}

/// Takes the shards of a server, unless somebody else has them.
pub(super) async fn leased(
    folder: DataFolder,
    table: Arc<dyn ShardTable>,
    lease: Duration,
    tool: &str,
) -> Result<LeasedNode, RebuildFailure> {
    let held = Notify::new();
    let waiting = |why: Waiting<'_>| match why {
        Waiting::Owner(_) => held.notify_one(),
        Waiting::Database(error) => tracing::warn!(%error, "the database is away"),
    };
    tokio::select! {
        node = LeasedNode::take(folder, table, tool, lease, waiting) => Ok(node?),
        () = held.notified() => Err(RebuildFailure::Owned),
    }
}

async fn with(
    stores: &Stores,
    shards: Arc<dyn Shards>,
    projections: &BTreeSet<&'static str>,
) -> Result<Vec<(&'static str, u64)>, RebuildFailure> {
    let ports = Ports {
        journal: stores.journal(),
        documents: stores.documents(),
        clock: Arc::new(SystemClock),
        shards,
        keys: stores.key_table(),
        audit: stores.audit(),
    };
    let runtime = read_models(&ports, CellLimits::default());
    let tree = TreeHandle::start(SupervisorSpec::one_for_one("repair").child(runtime.projections())).await?;
    let built = tokio::select! {
        built = build(&runtime, projections) => built,
        cause = tree.failed() => Err(RebuildFailure::GaveUp(cause)),
    };
    tree.stop().await;
    built
}

async fn build(
    runtime: &Runtime,
    projections: &BTreeSet<&'static str>,
) -> Result<Vec<(&'static str, u64)>, RebuildFailure> {
    let mut built = Vec::new();
    for name in projections {
        let generation = match runtime.rebuild(name).await {
            Ok(generation) => generation,
            // One that was interrupted goes on.
            Err(RebuildError::Running { generation, .. }) => generation,
            Err(error) => return Err(error.into()),
        };
        serves(runtime, name, generation).await?;
        built.push((*name, generation));
    }
    Ok(built)
}

/// Waits until a generation serves.
async fn serves(runtime: &Runtime, name: &'static str, generation: u64) -> Result<(), RebuildFailure> {
    loop {
        let all = runtime.projection_stats().await?;
        if let Some(stats) = all.into_iter().find(|stats| stats.name == name) {
            if stats.generation == generation {
                return Ok(());
            }
            let mut failing = stats.rebuilding.into_iter().flat_map(|rebuilding| rebuilding.failing);
            if let Some(failing) = failing.find(|failing| failing.times > FAILURES_MAX) {
                return Err(RebuildFailure::Fails { name, shard: failing.shard, error: failing.error });
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
