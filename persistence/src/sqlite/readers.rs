//! The connections that read a file.
//!
//! What the journal is asked is small: whether an entity is there, its events, one outcome. sqlx would hand each question to a
//! thread and each row back from there, and its pool spawns a task whenever a connection is given back. Here a question is one
//! hop to a thread that may block, and one back. Questions whose text is made for them stay sqlx's.

use std::sync::{Arc, Mutex, PoisonError};

use amazoff_supervisor::Aside;
use rusqlite::Connection;
use sqlx::Error;
use sqlx::sqlite::SqlitePool;

use super::found::Found;
use super::open::Setup;
use super::writer::{answer, error, owned};
use crate::sql::Statement;

/// Threads that answer, and so connections that are open at once.
const THREADS: usize = 2;

/// The reading connections of a file.
pub(crate) struct Readers {
    pool: SqlitePool,
    threads: Aside,
    idle: Arc<Idle>,
}

/// What a question is answered with.
struct Idle {
    setup: Setup,
    /// Connections that answer nothing at the moment; `None` once they are closed.
    connections: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    /// Readers of an existing file, beside a pool for what sqlx reads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn new(setup: Setup, pool: SqlitePool) -> std::io::Result<Self> {
        let threads = Aside::that_may_block("reader", THREADS)?;
        let idle = Arc::new(Idle { setup, connections: Mutex::new(Some(Vec::new())) });
        Ok(Self { pool, threads, idle })
    }

    /// What sqlx reads through.
    pub(super) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// The rows that a question finds.
    ///
    /// # Errors
    /// What the database says; [`Error::PoolClosed`] after [`Readers::close`].
    pub(super) async fn ask(&self, question: &Statement<'_>) -> Result<Vec<Found>, Error> {
        let (sql, values, idle) = (question.sql(), owned(question.values()), Arc::clone(&self.idle));
        let asked = self.threads.place().run("read", async move {
            let connection = idle.take()?;
            let answered = answer(&connection, &sql, &values).map_err(error);
            idle.put_back(connection);
            answered
        });
        Ok(asked.await.map_err(|_ended| Error::WorkerCrashed)??.rows)
    }

    /// Closes them; what is being answered is answered.
    pub(super) async fn close(&self) {
        drop(self.idle.lock().take());
        self.pool.close().await;
    }
}

impl Idle {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Vec<Connection>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Connection, Error> {
        let idle = self.lock().as_mut().ok_or(Error::PoolClosed)?.pop();
        match idle {
            Some(connection) => Ok(connection),
            None => self.setup.connect().map_err(error),
        }
    }

    fn put_back(&self, connection: Connection) {
        if let Some(idle) = self.lock().as_mut() {
            idle.push(connection);
        }
    }
}
