//! The table of shard owners.

use std::sync::Arc;

use amazoff_supervisor::journal::{JournalError, ShardTable};
use amazoff_supervisor::{Epoch, ShardId};
use futures::future::BoxFuture;

use super::dialect::MariaDialect;
use crate::sql::{Database, Dialect as _, Statement, rows, unreadable};

/// The tables `node` and `shard`.
pub(super) struct MariaShards {
    database: Arc<Database<MariaDialect>>,
}

impl MariaShards {
    /// The shards of an open database.
    pub(super) fn over(database: Arc<Database<MariaDialect>>) -> Self {
        Self { database }
    }

    async fn claim(&self, node: &str, address: &str) -> Result<Vec<(ShardId, Epoch)>, JournalError> {
        let known = format!(
            "INSERT INTO node (node_id, generation, address, version, status) VALUES (?, 0, '', '', 'up'){}",
            MariaDialect::unless_there("node_id")
        );
        let statements = [
            Statement::new(known).bind(node),
            Statement::new(
                "UPDATE node SET generation = generation + 1, address = ?, version = ?, status = 'up' WHERE node_id = ?",
            )
            .bind(address)
            .bind(env!("CARGO_PKG_VERSION"))
            .bind(node),
            // Waits for every append that has locked one of these rows.
            Statement::new(
                "UPDATE shard SET owner_node = ?, owner_generation = (SELECT generation FROM node WHERE node_id = ?),
                     epoch = epoch + 1, state = 'owned'",
            )
            .bind(node)
            .bind(node),
            Statement::new("SELECT shard_id, epoch FROM shard ORDER BY shard_id"),
        ];
        let answers = self.database.write(&statements).await?;
        let rows = answers.last().map_or(&[][..], |answer| &answer.rows);
        let owned: Result<Vec<_>, sqlx::Error> =
            rows.iter().map(|row| Ok((rows::shard(row, 0)?, Epoch(rows::unsigned(row, 1)?)))).collect();
        owned.map_err(unreadable::<MariaDialect>("shard"))
    }
}

impl ShardTable for MariaShards {
    fn claim_all<'a>(
        &'a self,
        node: &'a str,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, Epoch)>, JournalError>> {
        Box::pin(self.claim(node, address))
    }
}
