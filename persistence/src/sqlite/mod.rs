//! SQLite: the embedded default.
//!
//! `journal.db` has one writer at a time, and all of this process's writers take turns on one connection, so none waits
//! on a lock inside SQLite and none starves. Readers have their own connections and never wait for writers (WAL).

mod database;
mod dialect;
mod documents;
mod open;
mod shards;

use std::path::Path;
use std::sync::Arc;

use amazoff_supervisor::AuditTable;
use amazoff_supervisor::documents::Documents;
use amazoff_supervisor::journal::{Journal, JournalError, KeyTable, ShardTable};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteSynchronous;

use self::database::Database;
pub(crate) use self::dialect::SqliteDialect;
use self::documents::SqliteDocuments;
pub use self::open::{Locations, OpenError};
use self::shards::SqliteShards;
use crate::sql::{SqlAudit, SqlJournal, SqlKeys};

pub(crate) static JOURNAL_SCHEMA: Migrator = sqlx::migrate!("migrations/sqlite/journal");
static DOCUMENTS_SCHEMA: Migrator = sqlx::migrate!("migrations/sqlite/documents");

/// The embedded databases, open. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    truth: Arc<Database>,
    views: Arc<Database>,
    journal: Arc<SqlJournal<SqliteDialect>>,
}

impl SqliteStore {
    /// Opens both databases in a folder; makes what is missing and brings the schema up to date.
    ///
    /// # Errors
    /// When the folder or a file cannot be made or opened, or holds something else.
    pub async fn open(folder: &Path) -> Result<Self, OpenError> {
        Self::open_at(&Locations::in_folder(folder)).await
    }

    /// Opens the databases of a `sqlite://` URL: the journal there, the documents beside it.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and [`OpenError::Url`] when the URL names no SQLite file.
    pub async fn open_url(journal_url: &str) -> Result<Self, OpenError> {
        Self::open_at(&Locations::from_urls(journal_url, None)?).await
    }

    /// Opens both databases where the locations say.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub async fn open_at(locations: &Locations) -> Result<Self, OpenError> {
        let truth =
            database::open(locations.journal.clone(), SqliteSynchronous::Full, &JOURNAL_SCHEMA).await?;
        // Documents can be rebuilt, so their commits need not wait for the disk.
        let views =
            database::open(locations.documents.clone(), SqliteSynchronous::Normal, &DOCUMENTS_SCHEMA).await?;
        let truth = Arc::new(truth);
        let journal = Arc::new(SqlJournal::over(Arc::clone(&truth)));
        Ok(Self { truth, views: Arc::new(views), journal })
    }

    /// The transactional truth.
    pub fn journal(&self) -> Arc<dyn Journal> {
        Arc::<SqlJournal<SqliteDialect>>::clone(&self.journal)
    }

    /// The read models.
    pub fn documents(&self) -> Arc<dyn Documents> {
        Arc::new(SqliteDocuments::over(Arc::clone(&self.views)))
    }

    /// Who owns which shard.
    pub fn shard_table(&self) -> Arc<dyn ShardTable> {
        Arc::new(SqliteShards::over(Arc::clone(&self.truth)))
    }

    /// The persons' wrapped keys.
    pub fn key_table(&self) -> Arc<dyn KeyTable> {
        Arc::new(SqlKeys::over(Arc::clone(&self.truth)))
    }

    /// The audit trail.
    pub fn audit(&self) -> Arc<dyn AuditTable> {
        Arc::new(SqlAudit::over(Arc::clone(&self.truth)))
    }

    /// Writes the logs back into the database files and closes them. Waits for the append that runs;
    /// later calls find the store unavailable.
    ///
    /// # Errors
    /// When a log cannot be written back. Nothing is lost: the next start reads it.
    pub async fn close(&self) -> Result<(), JournalError> {
        self.views.close().await?;
        self.truth.close().await
    }
}
