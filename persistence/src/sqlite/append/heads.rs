//! The dense numbering of each shard's events.

use std::collections::{BTreeMap, HashMap};

use amazoff_supervisor::journal::Part;
use amazoff_supervisor::{Epoch, ShardId};
use sqlx::SqliteConnection;

use crate::sqlite::rows;

/// The newest `shard_seq` of the shards that are known. What was learnt under another epoch is outdated: in between, the
/// shard had another writer.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Heads(HashMap<ShardId, (Epoch, u64)>);

impl Heads {
    /// Reads the heads of those parts' shards that are not known yet.
    pub(super) async fn learn(
        &mut self,
        connection: &mut SqliteConnection,
        parts: &[&Part],
    ) -> Result<(), sqlx::Error> {
        let unknown: BTreeMap<u16, Epoch> = parts
            .iter()
            .filter(|part| self.0.get(&part.shard()).is_none_or(|(epoch, _)| *epoch != part.epoch))
            .map(|part| (part.shard().number(), part.epoch))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let shards: Vec<u16> = unknown.keys().copied().collect();
        let rows = sqlx::query(
            "SELECT value, (SELECT coalesce(max(shard_seq), 0) FROM journal WHERE shard_id = value) FROM json_each(?)",
        )
        .bind(serde_json::json!(shards).to_string())
        .fetch_all(connection)
        .await?;
        for row in &rows {
            let shard = rows::shard(row, 0)?;
            let epoch = unknown.get(&shard.number()).copied().unwrap_or_default();
            self.0.insert(shard, (epoch, rows::unsigned(row, 1)?));
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
