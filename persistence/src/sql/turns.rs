//! Turns at a writing connection, and what is done about a commit that nobody knows the end of.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use amazoff_supervisor::ShardId;
use amazoff_supervisor::journal::JournalError;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::dialect::{Answer, Dialect, Fault};
use super::errors::unavailable;
use super::statement::{Statement, for_shards};

/// The queue for a writing connection: turns are given in the order of asking, so no writer starves.
pub(crate) struct Turns<D: Dialect> {
    writer: Arc<Mutex<Writer<D>>>,
    /// Whether a commit may still happen that was given up. See [`Turns::settled`].
    in_doubt: Arc<AtomicBool>,
}

impl<D: Dialect> Clone for Turns<D> {
    fn clone(&self) -> Self {
        Self { writer: Arc::clone(&self.writer), in_doubt: Arc::clone(&self.in_doubt) }
    }
}

struct Writer<D: Dialect> {
    settings: Arc<D::Settings>,
    /// Absent during a turn, and after one that did not end well: the next turn then opens a new one.
    connection: Option<D::Connection>,
    /// The shards of the newest commit, until its end is known.
    unsettled: BTreeSet<ShardId>,
    closed: bool,
}

impl<D: Dialect> Turns<D> {
    /// The queue for a connection that is open already, or will be at the first turn.
    pub(crate) fn new(settings: Arc<D::Settings>, connection: Option<D::Connection>) -> Self {
        let writer = Writer { settings, connection, unsettled: BTreeSet::new(), closed: false };
        Self { writer: Arc::new(Mutex::new(writer)), in_doubt: Arc::default() }
    }

    /// Waits for the turn.
    pub(crate) async fn take(&self) -> Result<Turn<D>, JournalError> {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        if writer.closed {
            return Err(JournalError::Unavailable("the database is closed".to_owned()));
        }
        let connection = match writer.connection.take() {
            Some(connection) => connection,
            None => D::connect(&writer.settings).await.map_err(unavailable)?,
        };
        let doubt = Doubt { told: Arc::clone(&self.in_doubt), in_doubt: false };
        let mut turn = Turn { doubt, connection, writer };
        turn.settle().await.map_err(unavailable)?;
        Ok(turn)
    }

    /// Waits until what is read is what there will be: after a commit whose end is unknown, the database may still be
    /// about to do it, and who reads too early would take it for undone.
    ///
    /// # Errors
    /// When this cannot be found out now.
    pub(crate) async fn settled(&self) -> Result<(), JournalError> {
        if self.in_doubt.load(Ordering::SeqCst) {
            self.take().await?.end();
        }
        Ok(())
    }

    /// Waits for the turn and gives none any more; the connection, if there is one.
    pub(super) async fn closed(&self) -> Option<D::Connection> {
        let mut writer = self.writer.lock().await;
        writer.closed = true;
        writer.connection.take()
    }
}

/// Tells the queue of a commit whose end is unknown, also when the turn is lost in the middle of it.
struct Doubt {
    told: Arc<AtomicBool>,
    in_doubt: bool,
}

impl Drop for Doubt {
    fn drop(&mut self) {
        if self.in_doubt {
            self.told.store(true, Ordering::SeqCst);
        }
    }
}

/// The writing connection, held. Dropped without [`Turn::end`] (a failure, a panic, a caller that went away) it takes
/// the connection with it: the database then rolls back, and nobody inherits a connection in a state that no one knows.
pub(crate) struct Turn<D: Dialect> {
    // Told before the next one gets the turn: fields are dropped in this order.
    doubt: Doubt,
    connection: D::Connection,
    writer: OwnedMutexGuard<Writer<D>>,
}

impl<D: Dialect> Turn<D> {
    /// Begins a transaction. Nothing is lost with a connection that broke while nobody used it, so that is replaced.
    pub(crate) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        let begin = Statement::new(D::BEGIN);
        match D::run(&mut self.connection, &begin).await {
            Err(error) if D::is_lost(&error) => {
                self.connection = D::connect(&self.writer.settings).await?;
                D::run(&mut self.connection, &begin).await.map(drop)
            }
            begun => begun.map(drop),
        }
    }

    /// Commits.
    pub(crate) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        D::run(&mut self.connection, &Statement::new("COMMIT")).await.map(drop)
    }

    /// Commits what was written to shards that the transaction has locked. Should its end be unknown, the next turn waits
    /// for it.
    pub(crate) async fn commit_to(&mut self, shards: BTreeSet<ShardId>) -> Result<(), sqlx::Error> {
        self.writer.unsettled = shards;
        self.doubt.in_doubt = true;
        let committed = self.commit().await;
        if !matches!(&committed, Err(error) if D::fault(error) == Fault::Unknown) {
            self.writer.unsettled.clear();
            self.doubt.in_doubt = false;
        }
        committed
    }

    /// Waits for the commit whose end is unknown: it has locked its shards, so whoever gets them comes after it.
    async fn settle(&mut self) -> Result<(), sqlx::Error> {
        if self.writer.unsettled.is_empty() {
            return Ok(());
        }
        let shards: Vec<ShardId> = self.writer.unsettled.iter().copied().collect();
        self.begin().await?;
        let head = "SELECT shard_id FROM shard WHERE shard_id IN";
        let tail = format!("ORDER BY shard_id{}", D::UPDATE_LOCK);
        self.run_all(&for_shards(D::ROWS_AT_ONCE, head, &tail, &shards)).await?;
        self.rollback().await?;
        self.writer.unsettled.clear();
        self.doubt.told.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Rolls back.
    pub(crate) async fn rollback(&mut self) -> Result<(), sqlx::Error> {
        D::run(&mut self.connection, &Statement::new("ROLLBACK")).await.map(drop)
    }

    /// Runs a statement.
    pub(crate) async fn run(&mut self, statement: &Statement<'_>) -> Result<Answer<D::Row>, sqlx::Error> {
        D::run(&mut self.connection, statement).await
    }

    /// Runs statements; returns how many rows they wrote.
    pub(crate) async fn run_all(&mut self, statements: &[Statement<'_>]) -> Result<u64, sqlx::Error> {
        let mut affected = 0;
        for statement in statements {
            affected += self.run(statement).await?.affected;
        }
        Ok(affected)
    }

    /// Reads rows inside the transaction.
    pub(crate) async fn rows(&mut self, statement: &Statement<'_>) -> Result<Vec<D::Row>, sqlx::Error> {
        Ok(self.run(statement).await?.rows)
    }

    /// Reads the rows of statements inside the transaction.
    pub(crate) async fn all_rows(
        &mut self,
        statements: &[Statement<'_>],
    ) -> Result<Vec<D::Row>, sqlx::Error> {
        let mut rows = Vec::new();
        for statement in statements {
            rows.extend(self.rows(statement).await?);
        }
        Ok(rows)
    }

    /// The connection itself.
    pub(crate) fn connection(&mut self) -> &mut D::Connection {
        &mut self.connection
    }

    /// Ends the turn well.
    pub(crate) fn end(mut self) {
        self.writer.connection = Some(self.connection);
    }
}
