//! One database file, open: a writing connection that callers take in turns, and readers beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::Aside;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

use super::dialect::SqliteDialect;
use super::open::{self, OpenError, Setup, Synchronous};
use super::readers::Readers;
use super::writer::Writer;
use crate::sql::{self, Turns};

const READERS_MAX: u32 = 4;
const READER_WAIT_MAX: Duration = Duration::from_secs(5);

/// An open database file.
pub(super) type Database = sql::Database<SqliteDialect>;

/// Opens the file, makes it when it is missing, and brings its schema up to date.
pub(super) async fn open(
    file: PathBuf,
    synchronous: Synchronous,
    schema: &Migrator,
) -> Result<Database, OpenError> {
    open::make_folder_of(&file)?;
    let setup = Setup::writing(&file, synchronous);
    let connect = |source| OpenError::Connect { file: file.clone(), source };
    let mut connection = setup.options().connect().await.map_err(connect)?;
    schema.run(&mut connection).await.map_err(|source| OpenError::Migrate { file: file.clone(), source })?;
    connection.close().await.map_err(connect)?;
    let writer = Writer::open(&setup).await.map_err(connect)?;
    let readers = readers(&file, pool(&file).await?)?;
    let aside = Aside::that_may_block("writer", 1).map_err(|source| connect(source.into()))?;
    Ok(Database::with_one_writer(readers, Turns::new(Arc::new(setup), Some(writer)), aside))
}

/// Opens a file that is there for reading. What is its schema must be the program's.
pub(super) async fn look_into(file: &Path, schema: &Migrator) -> Result<Database, OpenError> {
    if !file.exists() {
        return Err(OpenError::Missing(file.to_owned()));
    }
    let pool = pool(file).await?;
    let applied = sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success = 1")
        .fetch_all(&pool)
        .await
        .map_err(|source| OpenError::Connect { file: file.to_owned(), source })?;
    OpenError::unless_current(schema, &applied, file.display())?;
    // SQLite itself refuses to write through what this opens at its first turn. Until then there is nothing that closing
    // would write a log back with.
    let writer = Turns::new(Arc::new(Setup::reading(file)), None);
    Ok(Database::with_one_writer(readers(file, pool)?, writer, Aside::none()))
}

fn readers(file: &Path, pool: SqlitePool) -> Result<Readers, OpenError> {
    Readers::new(Setup::reading(file), pool)
        .map_err(|source| OpenError::Connect { file: file.to_owned(), source: source.into() })
}

async fn pool(file: &Path) -> Result<SqlitePool, OpenError> {
    SqlitePoolOptions::new()
        .max_connections(READERS_MAX)
        .acquire_timeout(READER_WAIT_MAX)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(Setup::reading(file).options())
        .await
        .map_err(|source| OpenError::Connect { file: file.to_owned(), source })
}
