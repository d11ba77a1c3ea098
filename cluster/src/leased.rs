//! A process that owns every shard as long as it renews its lease.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::journal::{JournalError, Ownership, Renewal, ShardTable, Shards, Standing};
use amazoff_supervisor::{Epoch, ShardId};
use rand::Rng as _;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use crate::belief::{Belief, LeaseEnd};
use crate::folder::DataFolder;

/// The usual length of a lease. A standby takes over about so long after an owner is gone.
pub const TTL_DEFAULT: Duration = Duration::from_secs(8);

/// A lease is renewed so often while it lasts. A renewal that takes longer than the pause between two is given up; so one that
/// hangs leaves time for another before the node fences itself.
const RENEWALS: u32 = 4;
/// A renewal that failed is tried again after this part of the lease.
const RETRIES: u32 = 16;

/// The owner of every shard, for the time being. Holds the folder's lock as long as it lives.
///
/// Somebody has to run [`LeasedNode::keep`]; without it the node fences itself.
pub struct LeasedNode {
    folder: DataFolder,
    table: Arc<dyn ShardTable>,
    generation: u64,
    epochs: BTreeMap<ShardId, Epoch>,
    ttl: Duration,
    belief: Belief,
    /// Renew now, or see that there is nothing to renew any more.
    look: Notify,
}

impl LeasedNode {
    /// The owner after a claim that was asked for at a moment.
    pub(crate) fn owning(
        folder: DataFolder,
        table: Arc<dyn ShardTable>,
        ownership: Ownership,
        (asked, ttl): (Instant, Duration),
    ) -> Self {
        let Ownership { generation, epochs } = ownership;
        let (epochs, belief) = (epochs.into_iter().collect(), Belief::since(asked, ttl));
        Self { folder, table, generation, epochs, ttl, belief, look: Notify::new() }
    }

    /// How often this node's name has taken the shards.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Renews the lease until it ends. Dropping this future is safe; the lease then runs out.
    pub async fn keep(&self) -> LeaseEnd {
        let mut seen = Standing::Owner;
        let mut next = Instant::now();
        loop {
            tokio::select! {
                () = sleep_until(next) => {}
                () = self.look.notified() => {}
            }
            if let Some(end) = self.belief.ended() {
                return end;
            }
            let asked = Instant::now();
            match self.renew(asked).await {
                Ok(()) => next = asked + self.ttl / RENEWALS,
                Err(Some(reason)) => {
                    let pause = (self.ttl / RETRIES).mul_f64(rand::rng().random_range(0.75..1.25));
                    next = Instant::now() + pause;
                    tracing::debug!(reason, "the lease could not be renewed");
                }
                Err(None) => {
                    let end = self.belief.end(LeaseEnd::Lost);
                    tracing::error!(node = self.node(), "node {}: {end}", self.node());
                    return end;
                }
            }
            self.tell(&mut seen);
        }
    }

    /// One attempt; the error is why it failed, or nothing when the shards are lost.
    async fn renew(&self, asked: Instant) -> Result<(), Option<String>> {
        let renewal = self.table.renew(self.folder.node_name(), self.generation, self.ttl);
        match timeout(self.ttl / RENEWALS, renewal).await {
            Ok(Ok(Renewal::Kept { sole })) => {
                self.belief.renewed(asked, sole);
                Ok(())
            }
            Ok(Ok(Renewal::Lost)) => Err(None),
            Ok(Err(error)) => Err(Some(error.to_string())),
            Err(_late) => Err(Some("the database does not answer".to_owned())),
        }
    }

    /// Says once when the node begins to doubt, and when it does not any more.
    fn tell(&self, seen: &mut Standing) {
        let (before, now) = (std::mem::replace(seen, self.standing()), self.standing());
        if before == now {
            return;
        }
        match now {
            Standing::Owner => tracing::info!("the lease is renewed again; nobody has taken the shards"),
            Standing::Stale => tracing::warn!(
                "the lease cannot be renewed; no other node was seen, so reads are answered from memory and marked stale"
            ),
            Standing::Fenced => {
                tracing::warn!(
                    "the lease cannot be renewed; another node may own the shards, so nothing is answered"
                );
            }
        }
    }

    /// Gives the shards up, so that a standby takes over at once. From now on this node writes nothing; the renewals end.
    ///
    /// # Errors
    /// When the database is away; the lease then runs out by itself.
    pub async fn release(&self) -> Result<(), JournalError> {
        self.belief.end(LeaseEnd::Released);
        self.look.notify_one();
        match timeout(self.ttl, self.table.release(self.folder.node_name(), self.generation)).await {
            Ok(released) => released,
            Err(_late) => Err(JournalError::Unavailable("the database does not answer".to_owned())),
        }
    }
}

impl Shards for LeasedNode {
    fn epoch(&self, shard: ShardId) -> Option<Epoch> {
        let owns = self.belief.standing() == Standing::Owner;
        self.epochs.get(&shard).copied().filter(|_| owns)
    }

    fn node(&self) -> &str {
        self.folder.node_name()
    }

    fn standing(&self) -> Standing {
        self.belief.standing()
    }

    /// Fences the node until a renewal tells who is right.
    fn refused(&self, shard: ShardId) {
        if self.belief.doubt() {
            tracing::warn!(shard = shard.number(), "an append was refused: the shards may have been taken");
            self.look.notify_one();
        }
    }
}

impl std::fmt::Debug for LeasedNode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { folder, generation, ttl, belief, .. } = self;
        let mut debug = formatter.debug_struct("LeasedNode");
        debug
            .field("folder", folder)
            .field("generation", generation)
            .field("ttl", ttl)
            .field("belief", belief);
        debug.finish_non_exhaustive()
    }
}
