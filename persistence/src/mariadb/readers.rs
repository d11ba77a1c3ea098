//! The reading connections.

use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, RecycleResult};
use sqlx::Error;
use sqlx::mysql::MySqlRow;

use super::connection::{self, Connection, Settings};
use super::faults;
use super::options::{MariaDbError, MariaDbOptions, PoolStats};
use super::url::Server;
use crate::sql::Statement;

/// A connection that nobody used for so long is asked whether it still lives.
const IDLE_BEFORE_TEST: Duration = Duration::from_secs(1);
/// How long until a server that refused a connection is asked again.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);
/// How often a read is tried again on another connection when one broke.
const RETRIES_MAX: u32 = 2;

/// A pool of reading connections. Clones share it.
///
/// Not sqlx's: that asks the server after each use of a connection whether it still lives, which is as much work again as
/// most of our questions.
#[derive(Clone)]
pub(super) struct Readers {
    pool: Pool<Opening>,
    /// How long a connection is waited for: for its turn, and until it was asked or opened.
    wait: Duration,
    suspicion: Suspicion,
}

/// How the pool gets a connection.
struct Opening {
    settings: Settings,
    suspicion: Suspicion,
}

impl Manager for Opening {
    type Type = Connection;
    type Error = Error;

    /// Waits for a server where nobody listens: it may be starting. Whoever wants the connection has a limit.
    async fn create(&self) -> Result<Connection, Error> {
        loop {
            match connection::open(&self.settings).await {
                Err(Error::Io(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                    tokio::time::sleep(REFUSED_PAUSE).await;
                }
                opened => return opened,
            }
        }
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<Error> {
        // From when it was last taken, so what one long question kept is asked, too.
        let unused_for = metrics.last_used();
        if unused_for >= IDLE_BEFORE_TEST || self.suspicion.covers(unused_for) {
            connection.ping().await?;
        }
        Ok(())
    }
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
        let suspicion = Suspicion::default();
        let opening = Opening { settings: Settings::reading(server, options), suspicion: suspicion.clone() };
        let pool = Pool::builder(opening)
            .max_size(options.readers_max.into())
            .build()
            .map_err(|source| server.unreachable(Error::Configuration(source.into())))?;
        let readers = Self { pool, wait: options.reader_wait, suspicion };
        // What is wrong shows now.
        readers.connection().await.map(drop).map_err(|source| server.unreachable(source))?;
        Ok(readers)
    }

    async fn connection(&self) -> Result<Object<Opening>, Error> {
        // Over all: of a server that hangs, each connection that was idle would be asked, one after the other.
        let got = tokio::time::timeout(self.wait, self.pool.get());
        got.await.map_err(|_late| Error::PoolTimedOut)?.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(_) => Error::PoolTimedOut,
            PoolError::Closed => Error::PoolClosed,
            PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Error::Configuration(error.to_string().into())
            }
        })
    }

    /// Runs a query. A read may be run again, so a connection that broke is not the caller's concern.
    pub(super) async fn read(&self, statement: &Statement<'_>) -> Result<Vec<MySqlRow>, Error> {
        let mut retries = 0;
        loop {
            let mut borrowed = Borrowed(Some(self.connection().await?));
            let Some(connection) = borrowed.0.as_mut() else { return Err(Error::PoolClosed) };
            match connection.run(statement).await {
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
        let status = self.pool.status();
        PoolStats { open: status.size, idle: status.available, max: status.max_size }
    }

    /// Closes the pool.
    pub(super) async fn close(&self) {
        for connection in self.pool.retain(|_, _| false).removed {
            // It goes in any case.
            let _ = connection.close().await;
        }
        self.pool.close();
    }
}

/// A connection of the pool. One whose query did not end well, or was given up by its caller, does not go back.
struct Borrowed(Option<Object<Opening>>);

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Object::take(connection));
        }
    }
}
