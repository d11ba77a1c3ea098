//! Brings the schema up to date.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{ConnectOptions as _, Executor as _, MySqlConnection};

use super::connection::{connect_options, session, within};
use super::faults;
use super::options::{MariaDbError, MariaDbOptions};
use super::url::Server;
use crate::OpenError;
use crate::sql::Fault;

/// How long a node waits for another one that changes the schema, in seconds.
const TURN_WAIT_S: u32 = 300;

fn journal_schema() -> Migrator {
    let mut schema = sqlx::migrate!("migrations/mariadb/journal");
    // Its lock waits "for ever" in MySQL's way, which MariaDB takes for not at all; see [`take_turn`].
    schema.set_locking(false);
    schema
}

/// Runs what is missing, one node at a time. On a server that is read-only nothing may be missing.
pub(super) async fn bring_up_to_date(server: &Server, options: &MariaDbOptions) -> Result<(), MariaDbError> {
    let opened = async { connect_options(server).connect().await };
    let mut connection =
        within(options.connect_limit, opened).await.map_err(|source| server.unreachable(source))?;
    // Changing large tables takes its time.
    let session = format!("{}, max_statement_time = 0", session(options));
    connection.execute(sqlx::AssertSqlSafe(session)).await.map_err(|source| server.unreachable(source))?;
    let failed = |source| MariaDbError::Migrate { server: server.name.clone(), source };
    take_turn(&mut connection, server).await?;
    let schema = journal_schema();
    match schema.run(&mut connection).await {
        Ok(()) => Ok(()),
        Err(error) if is_refused(&error) && is_complete(&schema, &mut connection).await => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Waits until no other node changes the schema. The lock goes with the connection.
async fn take_turn(connection: &mut MySqlConnection, server: &Server) -> Result<(), MariaDbError> {
    let taken: Option<i64> = sqlx::query_scalar("SELECT GET_LOCK(concat('amazoff-schema-', database()), ?)")
        .bind(TURN_WAIT_S)
        .fetch_one(connection)
        .await
        .map_err(|source| server.unreachable(source))?;
    if taken == Some(1) {
        return Ok(());
    }
    let reason = format!("another node has been changing the schema for {TURN_WAIT_S} s");
    Err(MariaDbError::Unsuitable { server: server.name.clone(), reason })
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
    OpenError::unless_current(&journal_schema(), &applied, &server.name)
}

async fn applied(connection: &mut MySqlConnection) -> Result<Vec<(i64, Vec<u8>)>, sqlx::Error> {
    sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success = 1")
        .fetch_all(connection)
        .await
}

fn is_refused(error: &MigrateError) -> bool {
    matches!(error, MigrateError::Execute(error) if faults::fault(error) == Fault::Away)
}

async fn is_complete(schema: &Migrator, connection: &mut MySqlConnection) -> bool {
    let applied = applied(connection).await.unwrap_or_default();
    let is_there = |version: i64, checksum: &[u8]| {
        applied.iter().any(|(stored, theirs)| *stored == version && theirs == checksum)
    };
    schema.iter().all(|migration| is_there(migration.version, &migration.checksum))
}
