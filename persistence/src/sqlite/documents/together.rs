//! Writing what several projections and shards bring at the same time in one transaction: the many indices of documents share
//! their pages, and a transaction costs as much as some documents.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use amazoff_supervisor::ShardId;
use amazoff_supervisor::documents::DocumentPut;
use amazoff_supervisor::journal::JournalError;
use serde_json::Value;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use crate::sql::{Turn, outcome_unknown, unavailable};
use crate::sqlite::database::Database;
use crate::sqlite::dialect::SqliteDialect;

/// Documents in one transaction, beyond which no further advance is added.
const DOCUMENTS_MAX: usize = 256;

/// How far a projection has come in a shard, and the documents that brings.
pub(super) struct Advance {
    pub(super) projection: String,
    pub(super) shard: ShardId,
    pub(super) shard_seq: u64,
    pub(super) puts: Vec<DocumentPut>,
}

struct Waiting {
    number: u64,
    advance: Advance,
    told: oneshot::Sender<Result<(), JournalError>>,
}

/// What waits to be written. Whoever gets the turn writes for all.
#[derive(Default)]
pub(super) struct Together {
    waiting: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    advances: VecDeque<Waiting>,
    last: u64,
}

/// A place in the queue; given up with the caller.
struct Place<'a>(&'a Together, u64);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.queue().advances.retain(|waiting| waiting.number != self.1);
    }
}

impl Together {
    /// Writes an advance, together with whatever else waits.
    ///
    /// # Errors
    /// When it is not (known to be) written; what is wrong with others is no reason.
    pub(super) async fn write(&self, database: &Database, advance: Advance) -> Result<(), JournalError> {
        let (told, mut outcome) = oneshot::channel();
        let _place = self.enter(advance, told);
        loop {
            let turn = database.turn().await?;
            match outcome.try_recv() {
                Ok(outcome) => {
                    turn.end();
                    return outcome;
                }
                Err(TryRecvError::Closed) => {
                    turn.end();
                    let lost = "whoever wrote the documents was interrupted".to_owned();
                    return Err(JournalError::OutcomeUnknown(lost));
                }
                Err(TryRecvError::Empty) => write_group(turn, self.group()).await?,
            }
        }
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, advance: Advance, told: oneshot::Sender<Result<(), JournalError>>) -> Place<'_> {
        let mut queue = self.queue();
        queue.last += 1;
        let number = queue.last;
        queue.advances.push_back(Waiting { number, advance, told });
        Place(self, number)
    }

    /// The next ones, as many as fit.
    fn group(&self) -> Vec<Waiting> {
        let mut documents = 0;
        let fits = |waiting: &&Waiting| {
            let is_first = documents == 0;
            documents += waiting.advance.puts.len() + 1;
            is_first || documents <= DOCUMENTS_MAX
        };
        let mut queue = self.queue();
        let count = queue.advances.iter().take_while(fits).count();
        queue.advances.drain(..count).collect()
    }
}

/// Writes what waits in one transaction, or one by one when something in it cannot be written. Who is not told, because the
/// turn does not go on, finds that their advance may or may not be written.
async fn write_group(mut turn: Turn<SqliteDialect>, mut group: Vec<Waiting>) -> Result<(), JournalError> {
    match attempt(&mut turn, &group).await? {
        Ok(()) => {
            for waiting in group {
                let _ = waiting.told.send(Ok(()));
            }
        }
        Err(_) if group.len() > 1 => {
            for waiting in group {
                let written = attempt(&mut turn, std::slice::from_ref(&waiting)).await?;
                let _ = waiting.told.send(written);
            }
        }
        Err(error) => {
            if let Some(waiting) = group.pop() {
                let _ = waiting.told.send(Err(error));
            }
        }
    }
    turn.end();
    Ok(())
}

/// Writes advances in one transaction; the inner error is about them, and the turn goes on after it.
async fn attempt(
    turn: &mut Turn<SqliteDialect>,
    group: &[Waiting],
) -> Result<Result<(), JournalError>, JournalError> {
    turn.begin().await.map_err(unavailable)?;
    if let Err(error) = write_all(turn.connection(), group.iter().map(|waiting| &waiting.advance)).await {
        turn.rollback().await.map_err(unavailable)?;
        return Ok(Err(unavailable(error)));
    }
    turn.commit().await.map_err(outcome_unknown)?;
    Ok(Ok(()))
}

async fn write_all(
    connection: &mut SqliteConnection,
    advances: impl Iterator<Item = &Advance> + Send,
) -> Result<(), sqlx::Error> {
    for advance in advances {
        for put in &advance.puts {
            write_one(connection, put).await?;
        }
        sqlx::query(
            "INSERT INTO checkpoint (projection, shard_id, shard_seq) VALUES (?, ?, ?)
             ON CONFLICT (projection, shard_id) DO UPDATE SET shard_seq = max(shard_seq, excluded.shard_seq)",
        )
        .bind(&advance.projection)
        .bind(advance.shard.number())
        .bind(advance.shard_seq.cast_signed())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn write_one(connection: &mut SqliteConnection, put: &DocumentPut) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO document (collection, id, source_seq, body, deleted) VALUES (?1, ?2, ?3, ?4, ?4 IS NULL)
         ON CONFLICT (collection, id) DO UPDATE SET
             source_seq = excluded.source_seq, body = excluded.body, deleted = excluded.deleted
         WHERE source_seq < excluded.source_seq",
    )
    .bind(&put.collection)
    .bind(&put.id)
    .bind(put.source_seq.cast_signed())
    .bind(put.body.as_ref().map(Value::to_string))
    .execute(connection)
    .await
    .map(drop)
}
