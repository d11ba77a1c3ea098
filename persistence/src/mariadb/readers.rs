//! The reading connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlPoolOptions, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Connection as _, Error, Executor as _, MySql, MySqlPool};

use super::connection::{self, connect_options, session, within};
use super::faults;
use super::options::{MariaDbError, MariaDbOptions, PoolStats};
use super::url::Server;
use crate::sql::Statement;

/// A connection that nobody used for so long is asked whether it still lives.
const IDLE_BEFORE_TEST: Duration = Duration::from_secs(1);
/// How often a read is tried again on another connection when one broke.
const RETRIES_MAX: u32 = 2;

/// A pool of reading connections. Clones share it.
#[derive(Clone)]
pub(super) struct Readers {
    pool: MySqlPool,
    patience: Duration,
    max: u32,
    suspicion: Suspicion,
}

/// When a connection was last found broken: after a restart of the server all are that nobody has used since.
#[derive(Clone, Default)]
struct Suspicion(Arc<Mutex<Option<Instant>>>);

impl Suspicion {
    fn raise(&self) {
        *self.raised() = Some(Instant::now());
    }

    fn covers(&self, idle_for: Duration) -> bool {
        self.raised().is_some_and(|raised| raised.elapsed() <= idle_for)
    }

    fn raised(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Readers {
    /// Opens the pool.
    pub(super) async fn open(server: &Server, options: &MariaDbOptions) -> Result<Self, MariaDbError> {
        let session = format!("{}, tx_read_only = 1", session(options));
        let suspicion = Suspicion::default();
        let suspected = suspicion.clone();
        let pool = MySqlPoolOptions::new()
            .min_connections(options.readers_min)
            .max_connections(options.readers_max)
            .acquire_timeout(options.reader_wait)
            .test_before_acquire(false)
            .before_acquire(move |connection, idle| {
                let doubtful = idle.idle_for >= IDLE_BEFORE_TEST || suspected.covers(idle.idle_for);
                Box::pin(async move {
                    if doubtful {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(move |connection, _new| {
                let session = session.clone();
                Box::pin(async move { connection.execute(AssertSqlSafe(session)).await.map(drop) })
            })
            .connect_with(connect_options(server))
            .await
            .map_err(|source| server.unreachable(source))?;
        Ok(Self { pool, patience: options.patience(), max: options.readers_max, suspicion })
    }

    /// Runs a query. A read may be run again, so a connection that broke is not the caller's concern.
    pub(super) async fn read(&self, statement: &Statement<'_>) -> Result<Vec<MySqlRow>, Error> {
        let mut retries = 0;
        loop {
            let mut borrowed = Borrowed(Some(self.pool.acquire().await?));
            let Some(connection) = borrowed.0.as_mut() else { return Err(Error::PoolClosed) };
            match within(self.patience, connection::run(connection, statement)).await {
                Ok(answer) => {
                    drop(borrowed.0.take());
                    return Ok(answer.rows);
                }
                Err(error) if faults::is_lost(&error) && retries < RETRIES_MAX => {
                    self.suspicion.raise();
                    retries += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The pool now.
    pub(super) fn stats(&self) -> PoolStats {
        let idle = self.pool.num_idle().try_into().unwrap_or(u32::MAX);
        PoolStats { open: self.pool.size(), idle, max: self.max }
    }

    /// Closes the pool.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// A connection of the pool. One whose query did not end well, or was given up by its caller, does not go back.
struct Borrowed(Option<PoolConnection<MySql>>);

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}
