//! What the memory journal holds.

use std::collections::{BTreeMap, HashMap, VecDeque};

use amazoff_supervisor::journal::{
    Claim, CommandRecord, CrashRecord, OutboxKey, OutboxRow, Posting, StoredEvent,
};
use amazoff_supervisor::{CommandId, EntityId, Epoch, ShardId, Timestamp, Version};

use super::append::AppendFailure;
use super::shards::Nodes;

/// The tables, keyed as in a database.
#[derive(Default)]
pub(super) struct Tables {
    /// Epochs of the shards that were ever claimed.
    pub(super) epochs: HashMap<ShardId, Epoch>,
    /// The nodes, and which of them owns the shards.
    pub(super) nodes: Nodes,
    /// Events by (entity, seq).
    pub(super) journal: BTreeMap<(EntityId, Version), StoredEvent>,
    /// The same events by (shard, `shard_seq`).
    pub(super) shards: BTreeMap<(ShardId, u64), (EntityId, Version)>,
    pub(super) commands: BTreeMap<(EntityId, CommandId), CommandRecord>,
    /// The newest applied effect by (receiver, sender).
    pub(super) marks: HashMap<(EntityId, String), u64>,
    pub(super) claims: HashMap<Claim, EntityId>,
    pub(super) outbox: BTreeMap<OutboxKey, OutboxRow>,
    /// Effects that a person gave up.
    pub(super) discarded: BTreeMap<OutboxKey, OutboxRow>,
    /// When each is due, and the version at which it was set.
    pub(super) reminders: BTreeMap<(EntityId, String), (Timestamp, Version)>,
    /// Movements, with whose commit they belong to.
    pub(super) postings: Vec<(EntityId, Version, Posting)>,
    /// Their sums by (account, asset).
    pub(super) balances: BTreeMap<(String, String), i64>,
    pub(super) snapshots: BTreeMap<(EntityId, Version), String>,
    pub(super) crashes: BTreeMap<(EntityId, CommandId), CrashRecord>,
    /// Failures that the next appends will have.
    pub(super) failures: VecDeque<AppendFailure>,
}

impl Tables {
    /// An entity's version.
    pub(super) fn head(&self, entity: &EntityId) -> Version {
        let all = (entity.clone(), Version(0))..=(entity.clone(), Version(u64::MAX));
        self.journal.range(all).next_back().map_or(Version(0), |((_, seq), _)| *seq)
    }

    /// A shard's newest `shard_seq`, 0 before its first.
    pub(super) fn shard_head(&self, shard: ShardId) -> u64 {
        self.shards.range((shard, 0)..=(shard, u64::MAX)).next_back().map_or(0, |((_, seq), _)| *seq)
    }
}
