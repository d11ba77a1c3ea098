//! Brings the schema up to date.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{ConnectOptions as _, Executor as _, MySqlConnection};

use super::connection::{connect_options, session, within};
use super::faults;
use super::options::{MariaDbError, MariaDbOptions};
use super::url::Server;
use crate::OpenError;
use crate::sql::Fault;

static JOURNAL_SCHEMA: Migrator = sqlx::migrate!("migrations/mariadb/journal");

/// Runs what is missing, one node at a time. On a server that is read-only nothing may be missing.
pub(super) async fn bring_up_to_date(server: &Server, options: &MariaDbOptions) -> Result<(), MariaDbError> {
    let opened = async { connect_options(server).connect().await };
    let mut connection =
        within(options.connect_limit, opened).await.map_err(|source| server.unreachable(source))?;
    // Changing large tables takes its time.
    let session = format!("{}, max_statement_time = 0", session(options));
    connection.execute(sqlx::AssertSqlSafe(session)).await.map_err(|source| server.unreachable(source))?;
    let failed = |source| MariaDbError::Migrate { server: server.name.clone(), source };
    match JOURNAL_SCHEMA.run(&mut connection).await {
        Ok(()) => Ok(()),
        Err(error) if is_refused(&error) && is_complete(&mut connection).await => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Refuses a database whose schema is not the program's; changes nothing.
pub(super) async fn unless_current(server: &Server, options: &MariaDbOptions) -> Result<(), OpenError> {
    let opened = async { connect_options(server).connect().await };
    let mut connection =
        within(options.connect_limit, opened).await.map_err(|source| server.unreachable(source))?;
    connection
        .execute(sqlx::AssertSqlSafe(session(options)))
        .await
        .map_err(|source| server.unreachable(source))?;
    let applied = applied(&mut connection).await.map_err(|source| server.unreachable(source))?;
    OpenError::unless_current(&JOURNAL_SCHEMA, &applied, &server.name)
}

async fn applied(connection: &mut MySqlConnection) -> Result<Vec<(i64, Vec<u8>)>, sqlx::Error> {
    sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success = 1").fetch_all(connection).await
}

fn is_refused(error: &MigrateError) -> bool {
    matches!(error, MigrateError::Execute(error) if faults::fault(error) == Fault::Away)
}

async fn is_complete(connection: &mut MySqlConnection) -> bool {
    let applied = applied(connection).await.unwrap_or_default();
    let is_there = |version: i64, checksum: &[u8]| {
        applied.iter().any(|(stored, theirs)| *stored == version && theirs == checksum)
    };
    JOURNAL_SCHEMA.iter().all(|migration| is_there(migration.version, &migration.checksum))
}
