//! One database file: a single writing connection that callers take in turns, and a pool of readers beside it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::errors::{outcome_unknown, unavailable};
use super::open::{self, OpenError};

const READERS_MAX: u32 = 4;
const READER_WAIT_MAX: Duration = Duration::from_secs(5);

/// An open database file.
pub(super) struct Database {
    turns: Turns,
    readers: SqlitePool,
}

struct Writer {
    options: SqliteConnectOptions,
    /// Absent during a turn, and after one that did not end well: the next turn then opens a new one.
    connection: Option<SqliteConnection>,
    closed: bool,
}

impl Database {
    /// Opens the file, makes it when it is missing, and brings its schema up to date.
    pub(super) async fn open(
        file: PathBuf,
        synchronous: SqliteSynchronous,
        schema: &Migrator,
    ) -> Result<Self, OpenError> {
        open::make_folder_of(&file)?;
        let options = open::writing(&file, synchronous);
        let connect = |source| OpenError::Connect { file: file.clone(), source };
        let mut connection = options.connect().await.map_err(connect)?;
        schema
            .run(&mut connection)
            .await
            .map_err(|source| OpenError::Migrate { file: file.clone(), source })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(READER_WAIT_MAX)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(open::reading(&file))
            .await
            .map_err(connect)?;
        let writer = Writer { options, connection: Some(connection), closed: false };
        Ok(Self { turns: Turns { writer: Arc::new(Mutex::new(writer)) }, readers })
    }

    /// The reading connections.
    pub(super) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// The queue for the writing connection.
    pub(super) fn turns(&self) -> Turns {
        self.turns.clone()
    }

    /// Runs work in a transaction of its own. Dropping the future rolls back what is not committed.
    pub(super) async fn transact<T, W>(&self, work: W) -> Result<T, JournalError>
    where
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, sqlx::Error>>,
    {
        let mut turn = self.turns.take().await?;
        let mut transaction = turn.begin().await.map_err(unavailable)?;
        let done = work(&mut transaction).await.map_err(unavailable)?;
        transaction.commit().await.map_err(outcome_unknown)?;
        turn.end();
        Ok(done)
    }

    /// Writes the log back into the database file and closes; later calls find the database unavailable.
    pub(super) async fn close(&self) -> Result<(), JournalError> {
        self.readers.close().await;
        let mut writer = self.turns.writer.lock().await;
        writer.closed = true;
        let Some(mut connection) = writer.connection.take() else { return Ok(()) };
        checkpoint(&mut connection).await.map_err(unavailable)?;
        connection.close().await.map_err(unavailable)
    }
}

/// Writes the log back into the database file and empties it, as far as readers allow.
pub(super) async fn checkpoint(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await.map(drop)
}

/// The queue for the writing connection: turns are given in the order of asking, so no writer starves.
#[derive(Clone)]
pub(super) struct Turns {
    writer: Arc<Mutex<Writer>>,
}

impl Turns {
    /// Waits for the turn.
    pub(super) async fn take(&self) -> Result<Turn, JournalError> {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        if writer.closed {
            return Err(JournalError::Unavailable("the database is closed".to_owned()));
        }
        let connection = match writer.connection.take() {
            Some(connection) => connection,
            None => writer.options.connect().await.map_err(unavailable)?,
        };
        Ok(Turn { writer, connection })
    }
}

/// The writing connection, held. Dropped without [`Turn::end`] (a failure, a panic, a caller that went away) it takes
/// the connection with it: SQLite then rolls back, and nobody inherits a connection in a state that no one knows.
pub(super) struct Turn {
    writer: OwnedMutexGuard<Writer>,
    connection: SqliteConnection,
}

impl Turn {
    /// Begins a transaction that holds the write lock from the start, so that what it reads stays true until it commits.
    pub(super) async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, sqlx::Error> {
        self.connection.begin_with("BEGIN IMMEDIATE").await
    }

    /// The connection, outside of a transaction.
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Ends the turn well.
    pub(super) fn end(mut self) {
        self.writer.connection = Some(self.connection);
    }
}
