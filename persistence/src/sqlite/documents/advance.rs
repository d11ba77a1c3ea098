//! How far projections have come, and the documents that brings. What several shards and projections bring at once is one
//! transaction: the many indices of documents share their pages.

use std::collections::BTreeMap;

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::DocumentPut;
use serde_json::Value;

use crate::sql::{Dialect as _, Item, Turn, many};
use crate::sqlite::dialect::SqliteDialect;

/// How far a projection has come in a shard, and the documents that brings.
pub(super) struct Advance {
    pub(super) projection: String,
    pub(super) shard: ShardId,
    pub(super) shard_seq: u64,
    pub(super) puts: Vec<DocumentPut>,
}

impl Item<SqliteDialect> for Advance {
    type Answer = ();

    fn rows(&self) -> usize {
        self.puts.len() + 1
    }

    async fn write(turn: &mut Turn<SqliteDialect>, all: &[&Self]) -> Result<Vec<()>, sqlx::Error> {
        let puts = newest(all.iter().flat_map(|advance| &advance.puts));
        let bodies: Vec<Option<String>> =
            puts.iter().map(|put| put.body.as_ref().map(Value::to_string)).collect();
        let rows: Vec<_> = puts.into_iter().zip(bodies.iter().map(Option::as_deref)).collect();
        let documents = many(
            SqliteDialect::ROWS_AT_ONCE,
            "INSERT INTO document (collection, id, source_seq, body, deleted) ",
            &rows,
            " ON CONFLICT (collection, id) DO UPDATE SET
                  source_seq = excluded.source_seq, body = excluded.body, deleted = excluded.deleted
              WHERE source_seq < excluded.source_seq",
            |row, (put, body)| {
                row.bind(&put.collection).bind(&put.id).bind(put.source_seq).bind(*body).bind(body.is_none());
            },
        );
        turn.run_all(&documents).await?;
        let mut come = BTreeMap::<_, u64>::new();
        for advance in all {
            let at = come.entry((advance.projection.as_str(), advance.shard)).or_default();
            *at = advance.shard_seq.max(*at);
        }
        let checkpoints = many(
            SqliteDialect::ROWS_AT_ONCE,
            "INSERT INTO checkpoint (projection, shard_id, shard_seq) ",
            &come.into_iter().collect::<Vec<_>>(),
            " ON CONFLICT (projection, shard_id) DO UPDATE SET shard_seq = max(shard_seq, excluded.shard_seq)",
            |row, ((projection, shard), at)| {
                row.bind(*projection).bind(*shard).bind(*at);
            },
        );
        turn.run_all(&checkpoints).await?;
        Ok(vec![(); all.len()])
    }
}

/// Of several writes of one document the newest, the first of them when they are equally new: what would be left of all.
fn newest<'a>(puts: impl Iterator<Item = &'a DocumentPut>) -> Vec<&'a DocumentPut> {
    let mut newest = BTreeMap::<_, &DocumentPut>::new();
    for put in puts {
        let known = newest.entry((put.collection.as_str(), put.id.as_str())).or_insert(put);
        if known.source_seq < put.source_seq {
            *known = put;
        }
    }
    newest.into_values().collect()
}
