//! The table of shard owners.
//!
//! Only owners are `up`. A claim locks all shards first, which makes it the only one and waits for every append, then the
//! nodes; it judges by what it reads under these locks. A renewal touches its node's row alone. The time is the database's
//! at the beginning of the statement, so a lease that had to wait for a lock is rather too short than too long.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::Epoch;
use amazoff_supervisor::journal::{Candidate, JournalError, Ownership, Renewal, ShardTable, Takeover};
use futures::future::BoxFuture;

use super::database::Database;
use super::dialect::Dialect;
use super::retry::Retries;
use super::rows::{self, Cells as _};
use super::statement::Statement;
use super::turns::Turn;

/// The tables `node` and `shard`.
pub(crate) struct SqlShards<D: Dialect> {
    database: Arc<Database<D>>,
}

impl<D: Dialect> SqlShards<D> {
    /// The shards of an open database.
    pub(crate) fn over(database: Arc<Database<D>>) -> Self {
        Self { database }
    }

    async fn claim_shards(&self, candidate: &Candidate<'_>) -> Result<Takeover, JournalError> {
        let mut turn = self.database.turn().await?;
        let mut retries = Retries::default();
        loop {
            let done = claim::<D>(&mut turn, candidate).await;
            if let Some(takeover) = turn.ended(&mut retries, done).await? {
                turn.end();
                return Ok(takeover);
            }
        }
    }

    async fn renew_lease(
        &self,
        node: &str,
        generation: u64,
        lease: Duration,
    ) -> Result<Renewal, JournalError> {
        let now = D::NOW_MS;
        let renew = format!(
            "UPDATE node SET lease_until = {now} + ? WHERE node_id = ? AND generation = ? AND status = 'up'"
        );
        let others = format!("SELECT count(*) FROM node WHERE node_id <> ? AND lease_until > {now}");
        let statements = [
            Statement::new(renew).bind(ms(lease)).bind(node).bind(generation),
            Statement::new(others).bind(node),
        ];
        let answers = self.database.write(&statements).await?;
        let [renewed, others] = &answers[..] else { return Ok(Renewal::Lost) };
        if renewed.affected == 0 {
            return Ok(Renewal::Lost);
        }
        let alive = others.rows.first().map(|row| row.int(0)).transpose().map_err(super::unavailable)?;
        Ok(Renewal::Kept { sole: alive.unwrap_or(0) == 0 })
    }

    async fn announce_node(&self, candidate: &Candidate<'_>) -> Result<(), JournalError> {
        let now = D::NOW_MS;
        let announce = format!(
            "UPDATE node SET address = ?, version = ?, status = 'standby', lease_until = {now} + ?
             WHERE node_id = ? AND status <> 'up'"
        );
        let statements = [
            register::<D>(candidate),
            Statement::new(announce)
                .bind(candidate.address)
                .bind(candidate.version)
                .bind(candidate.lease.map(ms))
                .bind(candidate.node),
        ];
        self.database.write(&statements).await.map(drop)
    }

    async fn release_shards(&self, node: &str, generation: u64) -> Result<(), JournalError> {
        let statements = [
            Statement::new(
                "UPDATE shard SET owner_node = NULL, state = 'free' WHERE owner_node = ? AND owner_generation = ?",
            )
            .bind(node)
            .bind(generation),
            Statement::new(
                "UPDATE node SET status = 'down', lease_until = NULL
                 WHERE node_id = ? AND generation = ? AND status = 'up'",
            )
            .bind(node)
            .bind(generation),
        ];
        self.database.write(&statements).await.map(drop)
    }

    async fn raise_all_epochs(&self, by: u32) -> Result<(), JournalError> {
        let statements = [
            Statement::new("UPDATE shard SET epoch = epoch + ?, owner_node = NULL, state = 'free'").bind(by),
            Statement::new("UPDATE node SET status = 'ousted', lease_until = NULL WHERE status = 'up'"),
        ];
        self.database.write(&statements).await.map(drop)
    }
}

impl<D: Dialect> ShardTable for SqlShards<D> {
    fn claim<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<Takeover, JournalError>> {
        Box::pin(self.claim_shards(candidate))
    }

    fn renew<'a>(
        &'a self,
        node: &'a str,
        generation: u64,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Renewal, JournalError>> {
        Box::pin(self.renew_lease(node, generation, lease))
    }

    fn announce<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(self.announce_node(candidate))
    }

    fn release<'a>(&'a self, node: &'a str, generation: u64) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(self.release_shards(node, generation))
    }

    fn raise_epochs(&self, by: u32) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(self.raise_all_epochs(by))
    }
}

/// Claims in a transaction that the caller commits.
async fn claim<D: Dialect>(turn: &mut Turn<D>, candidate: &Candidate<'_>) -> Result<Takeover, sqlx::Error> {
    turn.begin().await?;
    // Without locks first, so that nobody who only waits gets into the way of appends.
    if let Some(held) = holder::<D>(turn, candidate, "").await? {
        return Ok(held);
    }
    let all = format!("SELECT shard_id FROM shard ORDER BY shard_id{}", D::UPDATE_LOCK);
    turn.run(&Statement::new(all)).await?;
    if let Some(held) = holder::<D>(turn, candidate, D::UPDATE_LOCK).await? {
        return Ok(held);
    }
    let up = format!(
        "UPDATE node SET generation = generation + 1, address = ?, version = ?, status = 'up', lease_until = {} + ?
         WHERE node_id = ?",
        D::NOW_MS
    );
    let statements = [
        Statement::new("UPDATE node SET status = 'ousted', lease_until = NULL WHERE status = 'up'"),
        register::<D>(candidate),
        Statement::new(up)
            .bind(candidate.address)
            .bind(candidate.version)
            .bind(candidate.lease.map(ms))
            .bind(candidate.node),
        Statement::new(
            "UPDATE shard SET owner_node = ?, owner_generation = (SELECT generation FROM node WHERE node_id = ?),
                 epoch = epoch + 1, state = 'owned'",
        )
        .bind(candidate.node)
        .bind(candidate.node),
    ];
    turn.run_all(&statements).await?;
    let owned = Statement::new("SELECT shard_id, epoch, owner_generation FROM shard ORDER BY shard_id");
    let owned = turn.rows(&owned).await?;
    let generation = owned.first().map_or(Ok(0), |row| rows::unsigned(row, 2))?;
    let epochs = owned.iter().map(|row| Ok((rows::shard(row, 0)?, Epoch(rows::unsigned(row, 1)?))));
    let epochs = epochs.collect::<Result<_, sqlx::Error>>()?;
    Ok(Takeover::Owned(Ownership { generation, epochs }))
}

/// Who stands in the way of a candidate.
async fn holder<D: Dialect>(
    turn: &mut Turn<D>,
    candidate: &Candidate<'_>,
    lock: &str,
) -> Result<Option<Takeover>, sqlx::Error> {
    let nodes = format!(
        "SELECT node_id, generation, lease_until - {} FROM node WHERE status = 'up' ORDER BY node_id{lock}",
        D::NOW_MS
    );
    for row in &turn.rows(&Statement::new(nodes)).await? {
        let left_ms = row.maybe_int(2)?.and_then(|left| u64::try_from(left).ok());
        let Some(left_ms) = left_ms.filter(|left| *left > 0) else { continue };
        let (by, generation) = (row.text(0)?, rows::unsigned(row, 1)?);
        if by != candidate.node || Some(generation) != candidate.last_generation {
            let for_another = Duration::from_millis(left_ms);
            return Ok(Some(Takeover::Held { by: by.to_owned(), for_another }));
        }
    }
    Ok(None)
}

/// Makes a row for the candidate unless there is one.
fn register<'a, D: Dialect>(candidate: &Candidate<'a>) -> Statement<'a> {
    let register = format!(
        "INSERT INTO node (node_id, generation, address, version, status) VALUES (?, 0, '', '', 'standby'){}",
        D::unless_there("node_id")
    );
    Statement::new(register).bind(candidate.node)
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
