//! An open database: writing connections that callers take in turns, and reading connections beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use amazoff_supervisor::journal::JournalError;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::dialect::{Answer, Dialect, Fault};
use super::errors::{unavailable, uncommitted};
use super::retry::Retries;
use super::statement::Statement;

/// An open database.
pub(crate) struct Database<D: Dialect> {
    readers: D::Readers,
    /// The writing connection of each lane.
    lanes: Vec<Turns<D>>,
    /// The writing connections for all else.
    others: Vec<Turns<D>>,
    next: AtomicUsize,
}

impl<D: Dialect> Database<D> {
    /// A database with one writing connection for everything.
    pub(crate) fn with_one_writer(readers: D::Readers, writer: Turns<D>) -> Self {
        Self { readers, lanes: vec![writer.clone()], others: vec![writer], next: AtomicUsize::new(0) }
    }

    /// The reading connections.
    pub(crate) fn readers(&self) -> &D::Readers {
        &self.readers
    }

    /// How many lanes there are.
    pub(crate) fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// The queue for a lane's writing connection.
    pub(crate) fn lane(&self, lane: usize) -> Option<Turns<D>> {
        self.lanes.get(lane).cloned()
    }

    /// Reads rows.
    pub(crate) async fn rows(&self, statement: Statement<'_>) -> Result<Vec<D::Row>, sqlx::Error> {
        D::read(&self.readers, &statement).await
    }

    /// Reads a row, if there is one.
    pub(crate) async fn row(&self, statement: Statement<'_>) -> Result<Option<D::Row>, sqlx::Error> {
        Ok(self.rows(statement).await?.pop())
    }

    /// Waits for the turn to write something that belongs to no lane.
    pub(crate) async fn turn(&self) -> Result<Turn<D>, JournalError> {
        let next = self.next.fetch_add(1, Ordering::Relaxed) % self.others.len();
        self.others[next].take().await
    }

    /// Runs statements in a transaction of their own; what each of them answered. Dropping the future rolls back what is
    /// not committed.
    pub(crate) async fn write(
        &self,
        statements: &[Statement<'_>],
    ) -> Result<Vec<Answer<D::Row>>, JournalError> {
        let mut turn = self.turn().await?;
        let mut retries = Retries::default();
        loop {
            match written(&mut turn, statements).await {
                Ok(answers) => match turn.commit().await {
                    Ok(()) => {
                        turn.end();
                        return Ok(answers);
                    }
                    Err(error) if D::fault(&error) == Fault::Conflict => {
                        retries.after::<D>(&mut turn, error).await?;
                    }
                    Err(error) => return Err(uncommitted::<D>(error)),
                },
                Err(error) => retries.after::<D>(&mut turn, error).await?,
            }
        }
    }

    /// Closes all connections in an orderly way; later calls find the database unavailable. Waits for those who have
    /// their turn.
    pub(crate) async fn close(&self) -> Result<(), JournalError> {
        D::close_readers(&self.readers).await;
        for turns in self.lanes.iter().chain(&self.others) {
            let mut writer = turns.writer.lock().await;
            writer.closed = true;
            if let Some(connection) = writer.connection.take() {
                D::close(connection).await.map_err(unavailable)?;
            }
        }
        Ok(())
    }
}

async fn written<D: Dialect>(
    turn: &mut Turn<D>,
    statements: &[Statement<'_>],
) -> Result<Vec<Answer<D::Row>>, sqlx::Error> {
    turn.begin().await?;
    let mut answers = Vec::with_capacity(statements.len());
    for statement in statements {
        answers.push(turn.run(statement).await?);
    }
    Ok(answers)
}

/// The queue for a writing connection: turns are given in the order of asking, so no writer starves.
pub(crate) struct Turns<D: Dialect> {
    writer: Arc<Mutex<Writer<D>>>,
}

impl<D: Dialect> Clone for Turns<D> {
    fn clone(&self) -> Self {
        Self { writer: Arc::clone(&self.writer) }
    }
}

struct Writer<D: Dialect> {
    settings: D::Settings,
    /// Absent during a turn, and after one that did not end well: the next turn then opens a new one.
    connection: Option<D::Connection>,
    closed: bool,
}

impl<D: Dialect> Turns<D> {
    /// The queue for a connection that is open already, or will be at the first turn.
    pub(crate) fn new(settings: D::Settings, connection: Option<D::Connection>) -> Self {
        Self { writer: Arc::new(Mutex::new(Writer { settings, connection, closed: false })) }
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
        Ok(Turn { writer, connection })
    }
}

/// The writing connection, held. Dropped without [`Turn::end`] (a failure, a panic, a caller that went away) it takes
/// the connection with it: the database then rolls back, and nobody inherits a connection in a state that no one knows.
pub(crate) struct Turn<D: Dialect> {
    writer: OwnedMutexGuard<Writer<D>>,
    connection: D::Connection,
}

impl<D: Dialect> Turn<D> {
    /// Begins a transaction.
    pub(crate) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        D::run(&mut self.connection, &Statement::new(D::BEGIN)).await.map(drop)
    }

    /// Commits.
    pub(crate) async fn commit(&mut self) -> Result<(), sqlx::Error> {
        D::run(&mut self.connection, &Statement::new("COMMIT")).await.map(drop)
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

    /// The connection itself.
    pub(crate) fn connection(&mut self) -> &mut D::Connection {
        &mut self.connection
    }

    /// Ends the turn well.
    pub(crate) fn end(mut self) {
        self.writer.connection = Some(self.connection);
    }
}
