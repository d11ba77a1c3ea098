//! The dense numbering of each shard's events.

use std::collections::HashMap;

use amazoff_supervisor::ShardId;
use amazoff_supervisor::journal::Part;
use sqlx::SqliteConnection;

use crate::sqlite::rows;

/// The newest `shard_seq` of the shards that are known.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Heads(HashMap<ShardId, u64>);

impl Heads {
    /// Reads the heads of those parts' shards that are not known yet.
    pub(super) async fn learn(
        &mut self,
        connection: &mut SqliteConnection,
        parts: &[&Part],
    ) -> Result<(), sqlx::Error> {
        let mut unknown: Vec<u16> = parts
            .iter()
            .map(|part| part.shard())
            .filter(|shard| !self.0.contains_key(shard))
            .map(ShardId::number)
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        unknown.sort_unstable();
        unknown.dedup();
        let rows = sqlx::query(
            "SELECT value, (SELECT coalesce(max(shard_seq), 0) FROM journal WHERE shard_id = value) FROM json_each(?)",
        )
        .bind(serde_json::json!(unknown).to_string())
        .fetch_all(connection)
        .await?;
        for row in &rows {
            self.0.insert(rows::shard(row, 0)?, rows::unsigned(row, 1)?);
        }
        Ok(())
    }

    /// Hands out `count` numbers of a shard that was learnt; returns the first.
    pub(super) fn hand_out(&mut self, shard: ShardId, count: usize) -> u64 {
        let head = self.0.entry(shard).or_default();
        let first = *head + 1;
        *head += u64::try_from(count).unwrap_or(u64::MAX);
        first
    }
}
