//! Which adapters the configuration asks for, and how they are opened and closed. The only place that names them.

use std::sync::Arc;

use amazoff_persistence::{FileBlobs, Locations, OpenError, SqliteStore};
use amazoff_supervisor::AuditTable;
use amazoff_supervisor::documents::{Blobs, Documents};
use amazoff_supervisor::journal::{Journal, JournalError, KeyTable, ShardTable};

use crate::config::{Config, DocumentsAt, TruthAt};

/// The open databases. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Stores {
    sqlite: SqliteStore,
    blobs: Arc<dyn Blobs>,
    described: String,
}

impl Stores {
    /// Opens what the configuration names.
    pub(crate) async fn open(config: &Config) -> Result<Self, OpenError> {
        let (TruthAt::Sqlite(journal), DocumentsAt::Sqlite(documents)) = (&config.truth, &config.documents)
        else {
            todo!()
        };
        let described = format!("SQLite, {} and {}", journal.display(), documents.display());
        let locations = Locations { journal: journal.clone(), documents: documents.clone() };
        let sqlite = SqliteStore::open_at(&locations).await?;
        let media = config.data_dir.join("media");
        let blobs = FileBlobs::open(&media).map_err(|source| OpenError::Folder { folder: media, source })?;
        Ok(Self { sqlite, blobs: Arc::new(blobs), described })
    }
    pub(crate) fn journal(&self) -> Arc<dyn Journal> {
        self.sqlite.journal()
    }
    pub(crate) fn documents(&self) -> Arc<dyn Documents> {
        self.sqlite.documents()
    }
    pub(crate) fn shard_table(&self) -> Arc<dyn ShardTable> {
        self.sqlite.shard_table()
    }
    pub(crate) fn key_table(&self) -> Arc<dyn KeyTable> {
        self.sqlite.key_table()
    }
    pub(crate) fn audit(&self) -> Arc<dyn AuditTable> {
        self.sqlite.audit()
    }
    pub(crate) fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::clone(&self.blobs)
    }
    /// Where everything is, for the log; without passwords.
    pub(crate) fn described(&self) -> &str {
        &self.described
    }
    pub(crate) async fn close(&self) -> Result<(), JournalError> {
        self.sqlite.close().await
    }
}
