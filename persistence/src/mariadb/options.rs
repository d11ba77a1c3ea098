//! What can be set, and why connecting can fail.

use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::mysql::MySqlDatabaseError;

/// Most lanes: more connections with large groups only queue at the server.
const LANES_MAX: u16 = 4;
/// How much longer than the server's own limit its answer is waited for.
const GRACE: Duration = Duration::from_secs(1);

/// Too many connections, the server shuts down, this host or user has too many connections.
const SERVER_BUSY: &[u16] = &[1040, 1053, 1129, 1203];

/// How the connections are used.
#[derive(Clone, Debug)]
pub struct MariaDbOptions {
    /// How many lanes write in parallel, 1–4. Every node of a cluster needs the same number.
    pub lanes: u16,
    /// Connections for what belongs to no lane: crashes, snapshots, keys, the audit trail.
    pub other_writers: u16,
    /// Reading connections at most. Each is opened when it is needed first, and stays.
    pub readers_max: u16,
    /// How long a read waits for a connection.
    pub reader_wait: Duration,
    /// How long connecting may take.
    pub connect_limit: Duration,
    /// How long a statement may take on the server, in whole milliseconds.
    pub statement_limit: Duration,
    /// How long a statement waits for another transaction, in whole seconds. Shorter than a statement may take, or nothing that
    /// waited too long is tried again.
    pub lock_wait: Duration,
    /// After how long the server ends a transaction whose program sends nothing, in whole seconds. A program that froze holds
    /// its shards for so long.
    pub idle_limit: Duration,
}

impl Default for MariaDbOptions {
    fn default() -> Self {
        Self {
            lanes: 2,
            other_writers: 2,
            readers_max: 16,
            reader_wait: Duration::from_secs(5),
            connect_limit: Duration::from_secs(5),
            statement_limit: Duration::from_secs(10),
            lock_wait: Duration::from_secs(3),
            idle_limit: Duration::from_secs(5),
        }
    }
}

impl MariaDbOptions {
    /// Refuses what cannot work.
    pub(super) fn check(&self) -> Result<(), MariaDbError> {
        let wrong = |reason: &str| Err(MariaDbError::Options { reason: reason.to_owned() });
        if !(1..=LANES_MAX).contains(&self.lanes) {
            return wrong("there must be 1 to 4 lanes");
        }
        if self.other_writers == 0 || self.readers_max == 0 {
            return wrong("there must be at least one writer beside the lanes, and one reader");
        }
        if self.statement_limit < Duration::from_millis(1) {
            return wrong("a statement needs at least a millisecond");
        }
        if self.lock_wait.min(self.idle_limit) < Duration::from_secs(1) {
            return wrong("a wait for a lock and for a frozen program is at least a second");
        }
        Ok(())
    }

    /// How long a statement may take as seen from here. Longer than the server's own limit, so that a server that is alive
    /// ends it in an orderly way.
    pub(super) fn patience(&self) -> Duration {
        self.statement_limit.max(self.lock_wait) + GRACE
    }
}

/// The reading connections at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStats {
    /// How many are open.
    pub open: usize,
    /// How many of them nobody uses.
    pub idle: usize,
    /// How many there may be.
    pub max: usize,
}

/// Why a MariaDB database could not be opened. No message contains the password.
#[derive(Debug, thiserror::Error)]
pub enum MariaDbError {
    /// The URL is none, or asks for something unsafe.
    #[error("the database URL {reason}")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The options contradict themselves.
    #[error("{reason}")]
    Options {
        /// What is wrong with them.
        reason: String,
    },
    /// No connection: nobody listens there, the user or the password is wrong, TLS failed.
    #[error("cannot connect to the database {server}: {source}")]
    Connect {
        /// Which database, as `host:port/name`.
        server: String,
        /// What went wrong.
        source: sqlx::Error,
    },
    /// The server is not one that keeps what it acknowledges.
    #[error("the database server {server} cannot be used: {reason}")]
    Unsuitable {
        /// Which database, as `host:port/name`.
        server: String,
        /// What is wrong, and what to set.
        reason: String,
    },
    /// The schema cannot be brought up to date; one of a newer version of the program is also refused here.
    #[error("cannot bring the schema of {server} up to date: {source}")]
    Migrate {
        /// Which database, as `host:port/name`.
        server: String,
        /// What the migration said.
        source: MigrateError,
    },
}

impl MariaDbError {
    /// Whether waiting may help: the server is away, starting or full, and nothing speaks against the URL.
    pub fn is_passing(&self) -> bool {
        let (Self::Connect { source, .. } | Self::Migrate { source: MigrateError::Execute(source), .. }) =
            self
        else {
            return false;
        };
        match source {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
            sqlx::Error::Database(error) => {
                let mysql = error.try_downcast_ref::<MySqlDatabaseError>();
                mysql.is_some_and(|error| SERVER_BUSY.contains(&error.number()))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_cannot_work_are_refused() {
        assert!(MariaDbOptions::default().check().is_ok());
        let wrong: [fn(&mut MariaDbOptions); 7] = [
            |options| options.lanes = 0,
            |options| options.lanes = 5,
            |options| options.other_writers = 0,
            |options| options.readers_max = 0,
            |options| options.statement_limit = Duration::ZERO,
            |options| options.lock_wait = Duration::from_millis(999),
            |options| options.idle_limit = Duration::ZERO,
        ];
        for spoil in wrong {
            let mut options = MariaDbOptions::default();
            spoil(&mut options);
            assert!(matches!(options.check(), Err(MariaDbError::Options { .. })), "{options:?}");
        }
    }
}
