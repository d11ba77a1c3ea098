//! Shard owners in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amazoff_supervisor::journal::{
    Candidate, JournalError, Ownership, Renewal, ShardTable, Shards, Takeover,
};
use amazoff_supervisor::{Epoch, ShardId};
use futures::future::BoxFuture;
use tokio::time::Instant;

use super::locked;
use super::tables::Tables;

/// The table of shard owners.
pub(super) struct MemoryShards {
    tables: Arc<Mutex<Tables>>,
}

impl MemoryShards {
    /// The shards of a store.
    pub(super) fn over(tables: Arc<Mutex<Tables>>) -> Self {
        Self { tables }
    }
}

impl ShardTable for MemoryShards {
    fn claim<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<Takeover, JournalError>> {
        Box::pin(async move { Ok(claim(&self.tables, candidate)) })
    }

    fn renew<'a>(
        &'a self,
        node: &'a str,
        generation: u64,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Renewal, JournalError>> {
        Box::pin(async move { Ok(locked(&self.tables).nodes.renew(node, generation, lease)) })
    }

    fn announce<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            locked(&self.tables).nodes.announce(candidate);
            Ok(())
        })
    }

    fn release<'a>(&'a self, node: &'a str, generation: u64) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            locked(&self.tables).nodes.release(node, generation);
            Ok(())
        })
    }

    fn raise_epochs(&self, by: u32) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            let mut tables = locked(&self.tables);
            tables.nodes.owner = None;
            for shard in ShardId::all() {
                tables.epochs.entry(shard).or_default().0 += u64::from(by);
            }
            Ok(())
        })
    }
}

/// The nodes that ever claimed or announced themselves. There is one owner of all shards, or none.
pub(super) struct Nodes {
    began: Instant,
    shifted_ms: i64,
    nodes: BTreeMap<String, Node>,
    owner: Option<String>,
}

#[derive(Default)]
struct Node {
    generation: u64,
    /// `None`: no lease.
    lease_until_ms: Option<i64>,
}

impl Default for Nodes {
    fn default() -> Self {
        Self { began: Instant::now(), shifted_ms: 0, nodes: BTreeMap::new(), owner: None }
    }
}

impl Nodes {
    /// Whether no shard has an owner.
    pub(super) fn nobody_owns(&self) -> bool {
        self.owner.is_none()
    }

    /// Moves the clock.
    pub(super) fn shift_clock(&mut self, ms: i64) {
        self.shifted_ms = self.shifted_ms.saturating_add(ms);
    }

    fn now_ms(&self) -> i64 {
        ms(self.began.elapsed()).saturating_add(self.shifted_ms)
    }

    fn until(&self, lease: Option<Duration>) -> Option<i64> {
        lease.map(|lease| self.now_ms().saturating_add(ms(lease)))
    }

    /// How long a node's lease lasts; `None` when it has ended.
    fn left(&self, node: &Node) -> Option<Duration> {
        let left = node.lease_until_ms?.saturating_sub(self.now_ms());
        u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }

    /// Who stands in the way of a candidate.
    fn holder(&self, candidate: &Candidate<'_>) -> Option<Takeover> {
        let by = self.owner.as_ref()?;
        let owner = self.nodes.get(by)?;
        let for_another = self.left(owner)?;
        let itself = by == candidate.node && Some(owner.generation) == candidate.last_generation;
        (!itself).then(|| Takeover::Held { by: by.clone(), for_another })
    }

    /// The node's new generation.
    fn install(&mut self, candidate: &Candidate<'_>) -> u64 {
        let lease_until_ms = self.until(candidate.lease);
        // Without a lease, nobody takes it for alive.
        if let Some(former) = self.owner.take().and_then(|former| self.nodes.get_mut(&former)) {
            former.lease_until_ms = None;
        }
        let node = self.nodes.entry(candidate.node.to_owned()).or_default();
        node.generation += 1;
        node.lease_until_ms = lease_until_ms;
        self.owner = Some(candidate.node.to_owned());
        node.generation
    }

    fn owns(&self, node: &str, generation: u64) -> bool {
        self.owner.as_deref() == Some(node)
            && self.nodes.get(node).is_some_and(|known| known.generation == generation)
    }

    fn renew(&mut self, node: &str, generation: u64, lease: Duration) -> Renewal {
        if !self.owns(node, generation) {
            return Renewal::Lost;
        }
        let until = self.until(Some(lease));
        if let Some(known) = self.nodes.get_mut(node) {
            known.lease_until_ms = until;
        }
        let mut others = self.nodes.iter().filter(|(name, _)| *name != node);
        Renewal::Kept { sole: others.all(|(_, other)| self.left(other).is_none()) }
    }

    fn announce(&mut self, candidate: &Candidate<'_>) {
        if self.owner.as_deref() != Some(candidate.node) {
            let until = self.until(candidate.lease);
            self.nodes.entry(candidate.node.to_owned()).or_default().lease_until_ms = until;
        }
    }

    fn release(&mut self, node: &str, generation: u64) {
        if self.owns(node, generation) {
            self.owner = None;
            if let Some(known) = self.nodes.get_mut(node) {
                known.lease_until_ms = None;
            }
        }
    }
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// What a node owns since it took every shard.
pub(super) struct Taken {
    node: String,
    epochs: BTreeMap<ShardId, Epoch>,
}

impl Shards for Taken {
    fn epoch(&self, shard: ShardId) -> Option<Epoch> {
        self.epochs.get(&shard).copied()
    }

    fn node(&self) -> &str {
        &self.node
    }
}

/// Takes every shard for a node, whoever owns them.
pub(super) fn take_all(tables: &Mutex<Tables>, node: &str) -> Taken {
    let candidate = Candidate { node, address: "", version: "", last_generation: None, lease: None };
    let mut tables = locked(tables);
    let ownership = install(&mut tables, &candidate);
    Taken { node: node.to_owned(), epochs: ownership.epochs.into_iter().collect() }
}

fn claim(tables: &Mutex<Tables>, candidate: &Candidate<'_>) -> Takeover {
    let mut tables = locked(tables);
    match tables.nodes.holder(candidate) {
        Some(held) => held,
        None => Takeover::Owned(install(&mut tables, candidate)),
    }
}

fn install(tables: &mut Tables, candidate: &Candidate<'_>) -> Ownership {
    let generation = tables.nodes.install(candidate);
    let epochs = ShardId::all().map(|shard| {
        let epoch = tables.epochs.entry(shard).or_default();
        epoch.0 += 1;
        (shard, *epoch)
    });
    Ownership { generation, epochs: epochs.collect() }
}
