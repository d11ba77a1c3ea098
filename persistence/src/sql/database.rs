//! An open database: writing connections that callers take in turns, and reading connections beside them.

use std::sync::atomic::{AtomicUsize, Ordering};

use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{Aside, Place};

use super::dialect::{Answer, Dialect};
use super::errors::unavailable;
use super::retry::Retries;
use super::statement::Statement;
use super::turns::{Turn, Turns};

/// An open database.
pub(crate) struct Database<D: Dialect> {
    readers: D::Readers,
    /// The writing connection of each lane.
    lanes: Vec<Turns<D>>,
    /// The writing connections for all else.
    others: Vec<Turns<D>>,
    aside: Aside,
    next: AtomicUsize,
}

impl<D: Dialect> Database<D> {
    /// A database with one writing connection for everything, and where its transactions run.
    pub(crate) fn with_one_writer(readers: D::Readers, writer: Turns<D>, aside: Aside) -> Self {
        Self { readers, lanes: vec![writer.clone()], others: vec![writer], aside, next: AtomicUsize::new(0) }
    }

    /// A database whose lanes have a writing connection each, and others for all else.
    #[cfg(feature = "mariadb")]
    pub(crate) fn with_lanes(readers: D::Readers, lanes: Vec<Turns<D>>, others: Vec<Turns<D>>) -> Self {
        Self { readers, lanes, others, aside: Aside::none(), next: AtomicUsize::new(0) }
    }

    /// The reading connections.
    pub(crate) fn readers(&self) -> &D::Readers {
        &self.readers
    }

    /// Where the larger transactions run.
    pub(crate) fn place(&self) -> Place {
        self.aside.place()
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
            let done = written(&mut turn, statements).await;
            if let Some(answers) = turn.ended(&mut retries, done).await? {
                turn.end();
                return Ok(answers);
            }
        }
    }

    /// Closes all connections in an orderly way; later calls find the database unavailable. Waits for those who have
    /// their turn.
    pub(crate) async fn close(&self) -> Result<(), JournalError> {
        D::close_readers(&self.readers).await;
        for turns in self.lanes.iter().chain(&self.others) {
            if let Some(connection) = turns.closed().await {
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
