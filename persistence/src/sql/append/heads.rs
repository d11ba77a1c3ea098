//! The dense numbering of each shard's events, and what is known of entities without asking.

use std::collections::{BTreeMap, HashMap};

use amazoff_supervisor::journal::Part;
use amazoff_supervisor::{EntityId, Epoch, ShardId, Version};

use crate::sql::dialect::Dialect;
use crate::sql::rows::{self, Cells as _};
use crate::sql::statement::for_shards;
use crate::sql::turns::Turn;

/// The newest `shard_seq` of the shards that are known. What was learnt under another epoch is outdated: in between, the
/// shard had another writer.
#[derive(Debug, Default)]
pub(in crate::sql) struct Heads {
    shards: HashMap<ShardId, (Epoch, u64)>,
    /// A stored event of each entity that lately had one, by its number: events are for ever, so this stays true whoever
    /// writes later ones.
    stored: HashMap<EntityId, Version>,
}

/// Entities that are remembered; then it begins anew.
const STORED_MAX: usize = 20_000;

impl Heads {
    /// Reads the heads of those parts' shards that are not known yet.
    pub(super) async fn learn<D: Dialect>(
        &mut self,
        turn: &mut Turn<D>,
        parts: &[&Part],
    ) -> Result<(), sqlx::Error> {
        let unknown: BTreeMap<ShardId, Epoch> = parts
            .iter()
            .filter(|part| self.shards.get(&part.shard()).is_none_or(|(epoch, _)| *epoch != part.epoch))
            .map(|part| (part.shard(), part.epoch))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let shards: Vec<ShardId> = unknown.keys().copied().collect();
        let newest = "SELECT shard_id, (SELECT shard_seq FROM journal WHERE journal.shard_id = shard.shard_id
                                        ORDER BY shard_seq DESC LIMIT 1)
                      FROM shard WHERE shard_id IN";
        for row in &turn.all_rows(&for_shards(D::ROWS_AT_ONCE, newest, "", &shards)).await? {
            let shard = rows::shard(row, 0)?;
            let epoch = unknown.get(&shard).copied().unwrap_or_default();
            let head = row.maybe_int(1)?.unwrap_or(0).cast_unsigned();
            self.shards.insert(shard, (epoch, head));
        }
        Ok(())
    }

    /// Whether an event is known to be stored; else it is to be asked for.
    pub(super) fn has(&self, entity: &EntityId, seq: Version) -> bool {
        self.stored.get(entity) == Some(&seq)
    }

    /// Remembers the newest events of parts that are stored.
    pub(super) fn remember<'a>(&mut self, newest: impl Iterator<Item = (&'a EntityId, Version)>) {
        if self.stored.len() >= STORED_MAX {
            self.stored.clear();
        }
        self.stored.extend(newest.map(|(entity, seq)| (entity.clone(), seq)));
    }

    /// Hands out `count` numbers of a shard that was learnt; returns the first.
    pub(super) fn hand_out(&mut self, shard: ShardId, count: usize) -> u64 {
        let (_, head) = self.shards.entry(shard).or_default();
        let first = *head + 1;
        *head += u64::try_from(count).unwrap_or(u64::MAX);
        first
    }
}
