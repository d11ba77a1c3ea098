//! Opening connections and running statements on them within a limit.

use std::future::Future;
use std::io;
use std::time::Duration;

use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlQueryResult, MySqlRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Error, Executor as _, MySql, MySqlConnection};

use super::options::MariaDbOptions;
use super::url::Server;
use crate::sql::{Answer, Statement, Value};

/// Append statements exist in several sizes, and each is prepared once.
const STATEMENTS_KEPT: usize = 512;

/// How connections are opened.
pub(super) struct Settings {
    options: MySqlConnectOptions,
    session: String,
    connect_limit: Duration,
    patience: Duration,
}

/// A connection whose statements have a limit.
pub(super) struct Connection {
    inner: MySqlConnection,
    patience: Duration,
}

impl Settings {
    /// The settings of writing connections.
    pub(super) fn new(server: &Server, options: &MariaDbOptions) -> Self {
        Self {
            options: connect_options(server),
            session: session(options),
            connect_limit: options.connect_limit,
            patience: options.patience(),
        }
    }

    /// The settings of connections through which the server refuses to write.
    pub(super) fn reading(server: &Server, options: &MariaDbOptions) -> Self {
        let session = format!("{}, tx_read_only = 1", session(options));
        Self { session, ..Self::new(server, options) }
    }
}

/// How any connection is opened. What the session is like is said by [`session`].
pub(super) fn connect_options(server: &Server) -> MySqlConnectOptions {
    server
        .options
        .clone()
        .charset("utf8mb4")
        .collation("utf8mb4_nopad_bin")
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(Some("+00:00".to_owned()))
        .statement_cache_capacity(STATEMENTS_KEPT)
}

/// What every session is set to: it sees what is committed, refuses what does not fit, and waits for nothing for long. A
/// transaction of a program that froze is ended by the server, soon enough for another node to take over when the lease of
/// the frozen one has run out.
pub(super) fn session(options: &MariaDbOptions) -> String {
    let (lock_wait_s, statement_s) = (options.lock_wait.as_secs(), options.statement_limit.as_secs_f64());
    let idle_s = options.idle_limit.as_secs();
    format!(
        "SET SESSION tx_isolation = 'READ-COMMITTED', autocommit = 1, \
         sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
         innodb_lock_wait_timeout = {lock_wait_s}, lock_wait_timeout = {lock_wait_s}, \
         max_statement_time = {statement_s}, idle_transaction_timeout = {idle_s}"
    )
}

/// Opens a connection.
pub(super) async fn open(settings: &Settings) -> Result<Connection, Error> {
    let opened = async {
        let mut connection = settings.options.connect().await?;
        connection.execute(AssertSqlSafe(settings.session.clone())).await?;
        Ok(connection)
    };
    // Rare and large: it has no place in the futures of those who only read.
    let inner = within(settings.connect_limit, Box::pin(opened)).await?;
    Ok(Connection { inner, patience: settings.patience })
}

impl Connection {
    /// Runs a statement. After an error that does not come from the server, the connection must not be used again.
    pub(super) async fn run(&mut self, statement: &Statement<'_>) -> Result<Answer<MySqlRow>, Error> {
        within(self.patience, run(&mut self.inner, statement)).await
    }

    /// Asks whether it still lives.
    pub(super) async fn ping(&mut self) -> Result<(), Error> {
        within(self.patience, sqlx::Connection::ping(&mut self.inner)).await
    }

    /// Says goodbye.
    pub(super) async fn close(self) -> Result<(), Error> {
        within(self.patience, sqlx::Connection::close(self.inner)).await
    }
}

/// Runs a statement without a limit of our own.
async fn run(connection: &mut MySqlConnection, statement: &Statement<'_>) -> Result<Answer<MySqlRow>, Error> {
    let answers = if statement.values().is_empty() {
        // Unprepared: not everything that begins or ends a transaction can be prepared on every version.
        connection.fetch_many(sqlx::raw_sql(AssertSqlSafe(statement.sql())))
    } else {
        connection.fetch_many(bound(statement))
    };
    Answer::of(answers, MySqlQueryResult::rows_affected).await
}

/// Gives up what takes too long.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_late| {
        let reason = format!("the database did not answer within {} ms", limit.as_millis());
        Err(Error::Io(io::Error::new(io::ErrorKind::TimedOut, reason)))
    })
}

fn bound<'q>(statement: &Statement<'q>) -> Query<'q, MySql, MySqlArguments> {
    statement.values().iter().fold(sqlx::query(AssertSqlSafe(statement.sql())), |query, value| match *value {
        Value::Null => query.bind(None::<i64>),
        Value::Int(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Id(id) => query.bind(id.to_vec()),
    })
}
