//! The dense numbering of each shard's events.

use std::collections::{BTreeMap, HashMap};

use amazoff_supervisor::journal::Part;
use amazoff_supervisor::{Epoch, ShardId};

use crate::sql::dialect::Dialect;
use crate::sql::rows::{self, Cells as _};
use crate::sql::statement::for_shards;
use crate::sql::turns::Turn;

/// The newest `shard_seq` of the shards that are known. What was learnt under another epoch is outdated: in between, the
/// shard had another writer.
#[derive(Debug, Default)]
pub(in crate::sql) struct Heads(HashMap<ShardId, (Epoch, u64)>);

impl Heads {
    /// Reads the heads of those parts' shards that are not known yet.
    pub(super) async fn learn<D: Dialect>(
        &mut self,
        turn: &mut Turn<D>,
        parts: &[&Part],
    ) -> Result<(), sqlx::Error> {
        let unknown: BTreeMap<ShardId, Epoch> = parts
            .iter()
            .filter(|part| self.0.get(&part.shard()).is_none_or(|(epoch, _)| *epoch != part.epoch))
            .map(|part| (part.shard(), part.epoch))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let shards: Vec<ShardId> = unknown.keys().copied().collect();
        let newest = "SELECT shard_id, (SELECT shard_seq FROM journal WHERE journal.shard_id = shard.shard_id
                                        ORDER BY shard_seq DESC LIMIT 1)
                      FROM shard WHERE shard_id IN";
        let statement = for_shards(newest, "", &shards);
        for row in &turn.rows(&statement).await? {
            let shard = rows::shard(row, 0)?;
            let epoch = unknown.get(&shard).copied().unwrap_or_default();
            let head = row.maybe_int(1)?.unwrap_or(0).cast_unsigned();
            self.0.insert(shard, (epoch, head));
        }
        Ok(())
    }

    /// Hands out `count` numbers of a shard that was learnt; returns the first.
    pub(super) fn hand_out(&mut self, shard: ShardId, count: usize) -> u64 {
        let (_, head) = self.0.entry(shard).or_default();
        let first = *head + 1;
        *head += u64::try_from(count).unwrap_or(u64::MAX);
        first
    }
}
