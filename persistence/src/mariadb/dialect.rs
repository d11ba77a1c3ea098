//! MariaDB's side of what all SQL databases share.

use sqlx::Error;
use sqlx::mysql::MySqlRow;

use super::connection::{self, Connection, Settings};
use super::faults;
use super::readers::Readers;
use crate::sql::rows::cells;
use crate::sql::{Answer, Dialect, Fault, ROWS_MAX, Statement};

/// MariaDB.
pub(super) struct MariaDialect;

cells!(MySqlRow);

impl Dialect for MariaDialect {
    type Settings = Settings;
    type Connection = Connection;
    type Readers = Readers;
    type Row = MySqlRow;

    const BEGIN: &'static str = "START TRANSACTION";
    const NOW_MS: &'static str = "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS SIGNED)";
    const SHARE_LOCK: &'static str = " LOCK IN SHARE MODE";
    const UPDATE_LOCK: &'static str = " FOR UPDATE";
    const COMPARES_ROWS_BY_KEY: bool = false;
    const FORGET_COMMANDS: &'static str = "DELETE FROM command_log WHERE expires_at < ? LIMIT ?";
    const LOCK_AUDIT: Option<&'static str> = Some("SELECT number FROM audit_head FOR UPDATE");
    const COUNT_AUDIT: Option<&'static str> = Some("UPDATE audit_head SET number = number + 1");
    const AUDIT_GIVEN: &'static str = "SELECT number FROM audit_head";
    // Whoever looks thinks between its pages, and a large page takes its time.
    const BEGIN_LOOK: &'static [&'static str] = &[
        "SET SESSION tx_isolation = 'REPEATABLE-READ', idle_transaction_timeout = 3600",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ];
    const ROWS_AT_ONCE: usize = ROWS_MAX;
    const POSTING_NUMBER: &'static str = "number";

    const FORGET_AUDIT: &'static str = "UPDATE audit_head SET number = 0";
    const COUNTED_AUDIT: Option<&'static str> =
        Some("UPDATE audit_head SET number = (SELECT coalesce(max(number), 0) FROM audit)");

    fn empty(table: &str) -> String {
        format!("TRUNCATE TABLE {table}")
    }

    fn unless_there(key_column: &str) -> String {
        format!(" ON DUPLICATE KEY UPDATE {key_column} = {key_column}")
    }

    fn or_as_it_is(key_column: &str) -> String {
        Self::unless_there(key_column)
    }

    async fn connect(settings: &Settings) -> Result<Connection, Error> {
        connection::open(settings).await
    }

    async fn run(connection: &mut Connection, statement: &Statement<'_>) -> Result<Answer<MySqlRow>, Error> {
        connection.run(statement).await
    }

    async fn read(readers: &Readers, statement: &Statement<'_>) -> Result<Vec<MySqlRow>, Error> {
        readers.read(statement).await
    }

    /// Nothing more than the update itself: see the module's documentation.
    async fn scrub(_connection: &mut Connection) -> Result<(), Error> {
        Ok(())
    }

    async fn close_readers(readers: &Readers) {
        readers.close().await;
    }

    async fn close(connection: Connection) -> Result<(), Error> {
        connection.close().await
    }

    fn fault(error: &Error) -> Fault {
        faults::fault(error)
    }

    fn is_lost(error: &Error) -> bool {
        faults::is_lost(error)
    }

    fn is_damage(error: &Error) -> bool {
        faults::is_damage(error)
    }
}
