//! Shard owners in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use amazoff_supervisor::journal::{JournalError, ShardTable, Shards};
use amazoff_supervisor::{Epoch, ShardId};
use futures::future::BoxFuture;

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
    fn claim_all<'a>(
        &'a self,
        _node: &'a str,
        _address: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, Epoch)>, JournalError>> {
        Box::pin(async move { Ok(claim(&self.tables)) })
    }
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

/// Takes every shard for a node.
pub(super) fn take_all(tables: &Mutex<Tables>, node: &str) -> Taken {
    Taken { node: node.to_owned(), epochs: claim(tables).into_iter().collect() }
}

fn claim(tables: &Mutex<Tables>) -> Vec<(ShardId, Epoch)> {
    let mut tables = locked(tables);
    ShardId::all()
        .map(|shard| {
            let epoch = tables.epochs.entry(shard).or_default();
            epoch.0 += 1;
            (shard, *epoch)
        })
        .collect()
}
