//! Brings the schema up to date.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{ConnectOptions as _, Executor as _, MySqlConnection, Row as _};

use super::connection::{connect_options, session, within};
use super::faults;
use super::options::{MariaDbError, MariaDbOptions};
use super::url::Server;
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

fn is_refused(error: &MigrateError) -> bool {
    matches!(error, MigrateError::Execute(error) if faults::fault(error) == Fault::Away)
}

async fn is_complete(connection: &mut MySqlConnection) -> bool {
    let rows = sqlx::query("SELECT version, checksum FROM _sqlx_migrations WHERE success = 1")
        .fetch_all(connection)
        .await
        .unwrap_or_default();
    let is_there = |version: i64, checksum: &[u8]| {
        rows.iter().any(|row| {
            row.try_get::<i64, _>(0).is_ok_and(|stored| stored == version)
                && row.try_get::<&[u8], _>(1).is_ok_and(|stored| stored == checksum)
        })
    };
    JOURNAL_SCHEMA.iter().all(|migration| is_there(migration.version, &migration.checksum))
}
