//! Who this process is among those on the same database, and how long it may act.

use std::sync::Arc;
use std::time::Duration;

use amazoff_cluster::{DataFolder, LeaseEnd, LeasedNode, SingleNode, TakeError, Waiting};
use amazoff_http::WaitingFor;
use amazoff_supervisor::journal::{ShardTable, Shards, Standing};
use amazoff_supervisor::spawn_guarded;
use tokio::sync::watch;

use crate::waiting::WaitingRoom;

/// The owner of the shards.
#[derive(Clone)]
pub(crate) enum Node {
    /// Alone with its files.
    Single(Arc<SingleNode>),
    /// One of those on a database server.
    Leased {
        /// Holds the lease.
        node: Arc<LeasedNode>,
        /// How the lease ended, once it has.
        ended: watch::Receiver<Option<LeaseEnd>>,
    },
}

impl Node {
    /// Claims the shards of files that nobody else has open.
    pub(crate) async fn alone(
        folder: DataFolder,
        table: &dyn ShardTable,
        address: &str,
    ) -> Result<Self, TakeError> {
        Ok(Self::Single(Arc::new(SingleNode::claim(folder, table, address).await?)))
    }

    /// Claims the shards on a server, as soon as no other node owns them, and keeps the lease alive from then on.
    pub(crate) async fn leased(
        folder: DataFolder,
        table: Arc<dyn ShardTable>,
        (address, ttl): (&str, Duration),
        room: &WaitingRoom,
    ) -> Result<Self, TakeError> {
        let waiting = |why: Waiting<'_>| match why {
            Waiting::Owner(name) => room.tell(WaitingFor::Turn, &format!("node {name} owns the shards")),
            Waiting::Database(error) => room.tell(WaitingFor::Database, error),
        };
        let node = Arc::new(LeasedNode::take(folder, table, address, ttl, waiting).await?);
        let (tell, ended) = watch::channel(None);
        let keeper = Arc::clone(&node);
        spawn_guarded("lease", async move {
            let end = keeper.keep().await;
            tell.send_replace(Some(end));
        });
        Ok(Self::Leased { node, ended })
    }

    /// What it may write.
    pub(crate) fn shards(&self) -> Arc<dyn Shards> {
        match self {
            Self::Single(node) => Arc::<SingleNode>::clone(node),
            Self::Leased { node, .. } => Arc::<LeasedNode>::clone(node),
        }
    }

    /// Waits until another process has taken the shards; for ever in a process that is alone, or gave them up itself.
    pub(crate) async fn lost(&self) -> LeaseEnd {
        let Self::Leased { ended, .. } = self else { return std::future::pending().await };
        let mut ended = ended.clone();
        let end = match ended.wait_for(Option::is_some).await {
            Ok(end) => *end,
            // The keeper is gone, so the lease runs out.
            Err(_) => None,
        };
        match end {
            Some(LeaseEnd::Released) => std::future::pending().await,
            Some(LeaseEnd::Lost) | None => LeaseEnd::Lost,
        }
    }

    /// Whether it doubts that the shards are still its own.
    pub(crate) fn is_unsure(&self) -> bool {
        self.shards().standing() != Standing::Owner
    }

    /// Gives the shards up, so that a standby serves at once.
    pub(crate) async fn release(&self) {
        if let Self::Leased { node, .. } = self
            && let Err(error) = node.release().await
        {
            tracing::warn!(%error, "the lease could not be given up; it runs out by itself");
        }
    }
}
