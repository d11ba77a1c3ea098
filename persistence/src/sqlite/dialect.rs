//! SQLite's side of what all SQL databases share.

use sqlx::Error;
use sqlx::sqlite::SqliteRow;

use super::found::Found;
use super::open::Setup;
use super::readers::Readers;
use super::writer::Writer;
use crate::sql::rows::cells;
use crate::sql::{Answer, Dialect, Fault, Statement};

/// SQLite. Its transactions hold the write lock from their start, so what one reads stays true until it commits.
pub(crate) struct SqliteDialect;

cells!(SqliteRow);

impl Dialect for SqliteDialect {
    type Settings = Setup;
    type Connection = Writer;
    type Readers = Readers;
    type Row = Found;

    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const NOW_MS: &'static str = "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)";
    const SHARE_LOCK: &'static str = "";
    const UPDATE_LOCK: &'static str = "";
    const COMPARES_ROWS_BY_KEY: bool = true;
    const FORGET_COMMANDS: &'static str = "DELETE FROM command_log WHERE rowid IN
        (SELECT rowid FROM command_log WHERE expires_at < ? LIMIT ?)";
    const LOCK_AUDIT: Option<&'static str> = None;
    const COUNT_AUDIT: Option<&'static str> = None;
    const AUDIT_GIVEN: &'static str = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'";
    const BEGIN_LOOK: &'static [&'static str] = &["BEGIN"];
    /// A statement of several rows writes down how to undo it, and finds them through a table that it makes for that; one more
    /// call costs less.
    const ROWS_AT_ONCE: usize = 1;
    const POSTING_NUMBER: &'static str = "rowid";

    const FORGET_AUDIT: &'static str = "DELETE FROM sqlite_sequence WHERE name = 'audit'";
    const COUNTED_AUDIT: Option<&'static str> = None;

    fn empty(table: &str) -> String {
        format!("DELETE FROM {table}")
    }

    fn unless_there(_key_column: &str) -> String {
        " ON CONFLICT DO NOTHING".to_owned()
    }

    fn or_as_it_is(key_column: &str) -> String {
        format!(" ON CONFLICT ({key_column}) DO UPDATE SET {key_column} = {key_column}")
    }

    async fn connect(settings: &Setup) -> Result<Writer, Error> {
        Writer::open(settings).await
    }

    async fn run(connection: &mut Writer, statement: &Statement<'_>) -> Result<Answer<Found>, Error> {
        connection.run(statement).await
    }

    async fn read(readers: &Readers, statement: &Statement<'_>) -> Result<Vec<Found>, Error> {
        readers.ask(statement).await
    }

    /// The log still holds older images of the pages; emptying it destroys them too.
    async fn scrub(connection: &mut Writer) -> Result<(), Error> {
        checkpoint(connection).await
    }

    async fn close_readers(readers: &Readers) {
        readers.close().await;
    }

    async fn close(mut connection: Writer) -> Result<(), Error> {
        checkpoint(&mut connection).await?;
        connection.close().await
    }

    fn fault(error: &Error) -> Fault {
        let taken = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
        if taken { Fault::Taken } else { Fault::Unknown }
    }

    fn is_lost(_error: &Error) -> bool {
        false
    }

    fn is_damage(error: &Error) -> bool {
        const CORRUPT: i32 = 11;
        const NOT_A_DATABASE: i32 = 26;
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        let code: Option<i32> = code.and_then(|code| code.parse().ok());
        // The low byte of an extended result code is the primary one.
        code.is_some_and(|code| matches!(code & 0xff, CORRUPT | NOT_A_DATABASE))
    }
}

/// Writes the log back into the database file and empties it, as far as readers allow.
async fn checkpoint(connection: &mut Writer) -> Result<(), Error> {
    connection.run(&Statement::new("PRAGMA wal_checkpoint(TRUNCATE)")).await.map(drop)
}
