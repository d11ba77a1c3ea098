//! SQLite: the embedded default.
//!
//! `journal.db` has one writer at a time, and all of this process's writers take turns on one connection, so none waits
//! on a lock inside SQLite and none starves. Readers have their own connections and never wait for writers (WAL).

mod database;
mod dialect;
mod documents;
mod found;
mod open;
mod readers;
mod scan;
mod writer;

use std::path::Path;
use std::sync::Arc;

use amazoff_supervisor::AuditTable;
use amazoff_supervisor::archive::{Archive, Import};
use amazoff_supervisor::documents::Documents;
use amazoff_supervisor::journal::{Journal, JournalError, KeyTable, ShardTable};
use sqlx::migrate::Migrator;

use self::database::Database;
pub(crate) use self::dialect::SqliteDialect;
use self::documents::SqliteDocuments;
pub use self::open::OpenError;
use self::open::{Setup, Synchronous};
pub use self::scan::SqliteScan;
use crate::sql::{SqlArchive, SqlAudit, SqlImport, SqlJournal, SqlKeys, SqlShards, Turns};

pub(crate) static JOURNAL_SCHEMA: Migrator = sqlx::migrate!("migrations/sqlite/journal");
static DOCUMENTS_SCHEMA: Migrator = sqlx::migrate!("migrations/sqlite/documents");

/// The transactional truth in a file, open. Cheap to clone.
#[derive(Clone)]
pub struct SqliteTruth {
    database: Arc<Database>,
    journal: Arc<SqlJournal<SqliteDialect>>,
    archive: Arc<SqlArchive<SqliteDialect>>,
}

impl SqliteTruth {
    /// Opens a file; makes it and its folder when they are missing and brings the schema up to date.
    ///
    /// # Errors
    /// When the folder or the file cannot be made or opened, or holds something else, or only half of a restored store
    /// ([`OpenError::HalfRestored`]).
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        let store = Self::restore_into(file).await?;
        OpenError::unless_whole(&store.database, file.display()).await?;
        Ok(store)
    }

    /// As [`SqliteTruth::open`], also when a restore into it was interrupted: to begin it again.
    ///
    /// # Errors
    /// As [`SqliteTruth::open`].
    pub async fn restore_into(file: &Path) -> Result<Self, OpenError> {
        let database = database::open(file.to_owned(), Synchronous::Full, &JOURNAL_SCHEMA).await?;
        Ok(Self::over(database, file))
    }

    /// Fills it with rows of another store, if it is empty.
    pub fn import(&self) -> Arc<dyn Import> {
        Arc::new(SqlImport::over(Arc::clone(&self.database)))
    }

    /// Opens a file that is there, only to look into it: nothing is written, and whoever has it open is not disturbed.
    ///
    /// # Errors
    /// When there is no such file, or it has another schema than this program ([`OpenError::Schema`]).
    pub async fn look_into(file: &Path) -> Result<Self, OpenError> {
        Ok(Self::over(database::look_into(file, &JOURNAL_SCHEMA).await?, file))
    }

    fn over(database: Database, file: &Path) -> Self {
        let database = Arc::new(database);
        let journal = Arc::new(SqlJournal::over(Arc::clone(&database)));
        let looks = Turns::new(Arc::new(Setup::reading(file)), None);
        Self { database, journal, archive: Arc::new(SqlArchive::over(looks)) }
    }

    /// The rows.
    pub fn archive(&self) -> Arc<dyn Archive> {
        Arc::<SqlArchive<SqliteDialect>>::clone(&self.archive)
    }

    /// The journal.
    pub fn journal(&self) -> Arc<dyn Journal> {
        Arc::<SqlJournal<SqliteDialect>>::clone(&self.journal)
    }

    /// Who owns which shard.
    pub fn shard_table(&self) -> Arc<dyn ShardTable> {
        Arc::new(SqlShards::over(Arc::clone(&self.database)))
    }

    /// The persons' wrapped keys.
    pub fn key_table(&self) -> Arc<dyn KeyTable> {
        Arc::new(SqlKeys::over(Arc::clone(&self.database)))
    }

    /// The audit trail.
    pub fn audit(&self) -> Arc<dyn AuditTable> {
        Arc::new(SqlAudit::over(Arc::clone(&self.database)))
    }

    /// Writes the log back into the database file and closes it. Waits for the append that runs; later calls find the
    /// store unavailable.
    ///
    /// # Errors
    /// When the log cannot be written back. Nothing is lost: the next start reads it.
    pub async fn close(&self) -> Result<(), JournalError> {
        self.database.close().await
    }
}

/// The read models in a file, open. Cheap to clone.
#[derive(Clone)]
pub struct SqliteViews {
    database: Arc<Database>,
}

impl SqliteViews {
    /// Opens a file; makes it and its folder when they are missing and brings the schema up to date.
    ///
    /// # Errors
    /// As [`SqliteTruth::open`].
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        // Documents can be rebuilt, so their commits need not wait for the disk.
        let database = database::open(file.to_owned(), Synchronous::Normal, &DOCUMENTS_SCHEMA).await?;
        Ok(Self { database: Arc::new(database) })
    }

    /// Opens a file that is there, only to look into it.
    ///
    /// # Errors
    /// As [`SqliteTruth::look_into`].
    pub async fn look_into(file: &Path) -> Result<Self, OpenError> {
        Ok(Self { database: Arc::new(database::look_into(file, &DOCUMENTS_SCHEMA).await?) })
    }

    /// The read models.
    pub fn documents(&self) -> Arc<dyn Documents> {
        Arc::new(SqliteDocuments::over(Arc::clone(&self.database)))
    }

    /// Writes the log back and closes the file.
    ///
    /// # Errors
    /// As [`SqliteTruth::close`].
    pub async fn close(&self) -> Result<(), JournalError> {
        self.database.close().await
    }
}

/// The embedded databases, both open. Cheap to clone.
#[derive(Clone)]
pub struct SqliteStore {
    truth: SqliteTruth,
    views: SqliteViews,
}

impl SqliteStore {
    /// Opens both databases in a folder; makes what is missing and brings the schema up to date.
    ///
    /// # Errors
    /// As [`SqliteTruth::open`].
    pub async fn open(folder: &Path) -> Result<Self, OpenError> {
        let (journal, documents) = open::in_folder(folder);
        Ok(Self { truth: SqliteTruth::open(&journal).await?, views: SqliteViews::open(&documents).await? })
    }

    /// The transactional truth.
    pub fn journal(&self) -> Arc<dyn Journal> {
        self.truth.journal()
    }

    /// Its rows.
    pub fn archive(&self) -> Arc<dyn Archive> {
        self.truth.archive()
    }

    /// Fills the truth with rows of another store, if it is empty.
    pub fn import(&self) -> Arc<dyn Import> {
        self.truth.import()
    }

    /// The read models.
    pub fn documents(&self) -> Arc<dyn Documents> {
        self.views.documents()
    }

    /// Who owns which shard.
    pub fn shard_table(&self) -> Arc<dyn ShardTable> {
        self.truth.shard_table()
    }

    /// The persons' wrapped keys.
    pub fn key_table(&self) -> Arc<dyn KeyTable> {
        self.truth.key_table()
    }

    /// The audit trail.
    pub fn audit(&self) -> Arc<dyn AuditTable> {
        self.truth.audit()
    }

    /// Writes the logs back into the database files and closes them, as [`SqliteTruth::close`] does.
    ///
    /// # Errors
    /// When a log cannot be written back. Nothing is lost: the next start reads it.
    pub async fn close(&self) -> Result<(), JournalError> {
        self.views.close().await?;
        self.truth.close().await
    }
}
