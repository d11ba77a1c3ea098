//! The connection that writes to a file.
//!
//! It is rusqlite's. sqlx runs each statement on a thread of its own and sends each row from there, and a commit has some twenty
//! statements to hand over (docs/adr/0013-the-embedded-file-is-written-by-rusqlite.md).

use std::borrow::Cow;

use amazoff_supervisor::may_block;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};
use sqlx::Error;
use sqlx::error::{DatabaseError, ErrorKind};
use tokio::task::spawn_blocking;

use super::found::Found;
use super::open::Setup;
use crate::sql::{Answer, Statement, Value};

/// An open file, for one transaction at a time.
///
/// Statements run where they are asked for on threads that may block, and otherwise among tokio's blocking work.
pub(crate) struct Writer {
    /// Absent while a statement runs elsewhere; for good, should nobody wait for its end.
    connection: Option<Connection>,
}

impl Writer {
    /// Opens the file.
    ///
    /// # Errors
    /// When it cannot be opened, or is no database.
    pub(super) async fn open(setup: &Setup) -> Result<Self, Error> {
        let opened = if may_block() {
            setup.connect()
        } else {
            let setup = setup.clone();
            spawn_blocking(move || setup.connect()).await.map_err(|_ended| Error::WorkerCrashed)?
        };
        Ok(Self { connection: Some(opened.map_err(error)?) })
    }

    /// Runs a statement. Who drops this before its end loses the connection, and with it the transaction.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn run(&mut self, statement: &Statement<'_>) -> Result<Answer<Found>, Error> {
        if may_block() {
            let connection = self.connection.as_ref().ok_or(Error::WorkerCrashed)?;
            return answer(connection, statement.text(), statement.values()).map_err(error);
        }
        let connection = self.connection.take().ok_or(Error::WorkerCrashed)?;
        let (sql, values) = (statement.sql(), owned(statement.values()));
        let ran = spawn_blocking(move || {
            let answered = answer(&connection, &sql, &values);
            (connection, answered)
        });
        let (connection, answered) = ran.await.map_err(|_ended| Error::WorkerCrashed)?;
        self.connection = Some(connection);
        answered.map_err(error)
    }

    /// Closes the file.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn close(mut self) -> Result<(), Error> {
        let Some(connection) = self.connection.take() else { return Ok(()) };
        let closed = spawn_blocking(move || connection.close().map_err(|(_connection, error)| error));
        closed.await.map_err(|_ended| Error::WorkerCrashed)?.map_err(error)
    }
}

/// Runs a statement, here and now.
pub(super) fn answer(
    connection: &Connection,
    sql: &str,
    values: &[impl ToSql],
) -> rusqlite::Result<Answer<Found>> {
    tracing::trace!(sql, "statement");
    let mut statement = connection.prepare_cached(sql)?;
    for (place, value) in (1..).zip(values) {
        statement.raw_bind_parameter::<usize, _>(place, value)?;
    }
    let (columns, writes) = (statement.column_count(), !statement.readonly());
    let (mut found, mut rows) = (Vec::new(), statement.raw_query());
    while let Some(row) = rows.next()? {
        found.push(Found::read(row, columns)?);
    }
    let affected = if writes { connection.changes() } else { 0 };
    Ok(Answer { rows: found, affected })
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Id(id) => ValueRef::Blob(id),
        }))
    }
}

/// Values that go to another thread.
pub(super) fn owned(values: &[Value<'_>]) -> Vec<rusqlite::types::Value> {
    let own = |value: &Value<'_>| match *value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Int(number) => number.into(),
        Value::Text(text) => text.to_owned().into(),
        Value::Bytes(bytes) => bytes.to_vec().into(),
        Value::Id(id) => id.to_vec().into(),
    };
    values.iter().map(own).collect()
}

/// What SQLite says, in the words of sqlx, which all else of this crate speaks.
#[derive(Debug, thiserror::Error)]
#[error("(code: {code}) {message}")]
struct Refusal {
    /// The extended result code.
    code: i32,
    message: String,
}

/// What rusqlite says, as sqlx would.
pub(super) fn error(error: rusqlite::Error) -> Error {
    let message = error.to_string();
    match error {
        rusqlite::Error::SqliteFailure(failure, said) => {
            let refusal = Refusal { code: failure.extended_code, message: said.unwrap_or(message) };
            Error::Database(Box::new(refusal))
        }
        _ => Error::Protocol(message),
    }
}

impl DatabaseError for Refusal {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.code {
            rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY | rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE => {
                ErrorKind::UniqueViolation
            }
            _ => ErrorKind::Other,
        }
    }
}
