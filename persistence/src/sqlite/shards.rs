//! The table of shard owners.

use std::sync::Arc;

use amazoff_supervisor::journal::{JournalError, ShardTable};
use amazoff_supervisor::{Epoch, ShardId};
use futures::future::BoxFuture;

use super::database::Database;
use super::dialect::SqliteDialect;
use crate::sql::{rows, unreadable};

/// The tables `node` and `shard`.
pub(super) struct SqliteShards {
    database: Arc<Database>,
}

impl SqliteShards {
    /// The shards of an open database.
    pub(super) fn over(database: Arc<Database>) -> Self {
        Self { database }
    }

    async fn claim(&self, node: &str, address: &str) -> Result<Vec<(ShardId, Epoch)>, JournalError> {
        let register = sqlx::query_scalar::<_, i64>(
            "INSERT INTO node (node_id, generation, address, version, status) VALUES (?, 1, ?, ?, 'up')
             ON CONFLICT (node_id) DO UPDATE SET generation = generation + 1, address = excluded.address,
                 version = excluded.version, status = excluded.status
             RETURNING generation",
        )
        .bind(node.to_owned())
        .bind(address.to_owned())
        .bind(env!("CARGO_PKG_VERSION"));
        let claim = sqlx::query(
            "UPDATE shard SET owner_node = ?, owner_generation = ?, epoch = epoch + 1, state = 'owned'
             RETURNING shard_id, epoch",
        )
        .bind(node);
        let owned = self
            .database
            .transact(|connection| {
                Box::pin(async move {
                    let generation = register.fetch_one(&mut *connection).await?;
                    claim.bind(generation).fetch_all(connection).await
                })
            })
            .await?;
        let owned: Result<Vec<_>, sqlx::Error> =
            owned.iter().map(|row| Ok((rows::shard(row, 0)?, Epoch(rows::unsigned(row, 1)?)))).collect();
        let mut owned = owned.map_err(unreadable::<SqliteDialect>("shard"))?;
        owned.sort_unstable();
        Ok(owned)
    }
}

impl ShardTable for SqliteShards {
    fn claim_all<'a>(
        &'a self,
        node: &'a str,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, Epoch)>, JournalError>> {
        Box::pin(self.claim(node, address))
    }
}
