//! Which adapters the configuration asks for, and how they are opened and closed. The only place that names them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::product::SEARCH;
use amazoff_persistence::mongodb::{self, MongoStore};
use amazoff_persistence::{
    FileBlobs, MariaDbOptions, MariaDbScan, MariaDbStore, SqliteScan, SqliteTruth, SqliteViews,
};
use amazoff_search::SearchIndex;
use amazoff_supervisor::archive::{Archive, Import, Scan};
use amazoff_supervisor::documents::{Blobs, Documents, SplitDocuments};
use amazoff_supervisor::journal::{Journal, JournalError, KeyTable, ShardTable};
use amazoff_supervisor::{AuditTable, MasterKey, Vault, VaultError};
use secrecy::{ExposeSecret as _, SecretBox};

use crate::config::{Config, DocumentsAt, MASTER_KEY_BYTES, TruthAt};
use crate::erasures::{ListedKeys, list_in};

/// A statement, and a wait for a connection, end well within the time that a command may take.
const STATEMENT_LIMIT: Duration = Duration::from_secs(3);
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// Searches that wait for a thread.
const SEARCHES_QUEUED_MAX: usize = 256;

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The transactional truth or a file of documents cannot be used.
    #[error(transparent)]
    Sql(#[from] amazoff_persistence::OpenError),
    /// MongoDB cannot be used.
    #[error("AMAZOFF_DOCUMENTS_URL: {0}")]
    MongoDb(#[from] mongodb::OpenError),
    /// The folder of the pictures cannot be used.
    #[error("cannot use the folder {}: {source}", folder.display())]
    Media {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl OpenError {
    /// Whether waiting may help: a database server is away.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Sql(error) if error.is_passing())
    }
}

/// The transactional truth, open.
#[derive(Clone)]
enum Truth {
    Sqlite(SqliteTruth),
    MariaDb(MariaDbStore),
}

/// The read models, open.
#[derive(Clone)]
enum Views {
    Sqlite(SqliteViews),
    MongoDb(MongoStore),
}

/// The open databases. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Stores {
    truth: Truth,
    views: Views,
    search: SearchIndex,
    /// Whether it may be opened: not beside a shop that has it open.
    searches: bool,
    keys: Arc<dyn KeyTable>,
    blobs: Arc<dyn Blobs>,
}

impl Stores {
    /// Opens what the configuration names.
    ///
    /// # Errors
    /// When a database cannot be opened. A MongoDB that is only unreachable is no error: documents catch up later.
    pub(crate) async fn open(config: &Config) -> Result<Self, OpenError> {
        let truth = match &config.truth {
            TruthAt::Sqlite(file) => Truth::Sqlite(SqliteTruth::open(file).await?),
            TruthAt::MariaDb(url) => {
                Truth::MariaDb(MariaDbStore::connect(url.expose_secret(), mariadb()).await?)
            }
        };
        Self::to_be_written(config, truth).await
    }

    /// Opens what the configuration names, to fill it from a backup: also what an interrupted restore has left.
    ///
    /// # Errors
    /// When a database cannot be opened.
    pub(crate) async fn restore_into(config: &Config) -> Result<Self, OpenError> {
        let truth = match &config.truth {
            TruthAt::Sqlite(file) => Truth::Sqlite(SqliteTruth::restore_into(file).await?),
            TruthAt::MariaDb(url) => Truth::MariaDb(
                MariaDbStore::restore_into(url.expose_secret(), MariaDbOptions::default()).await?,
            ),
        };
        Self::to_be_written(config, truth).await
    }

    async fn to_be_written(config: &Config, truth: Truth) -> Result<Self, OpenError> {
        let views = match &config.documents {
            DocumentsAt::Sqlite(file) => Views::Sqlite(SqliteViews::open(file).await?),
            DocumentsAt::MongoDb(url) => {
                Views::MongoDb(MongoStore::connect(url.expose_secret(), mongodb::Options::default()).await?)
            }
        };
        let folder = config.data_dir.join("media");
        let stores = Self::over(config, truth, views, || {
            FileBlobs::open(&folder).map_err(|source| OpenError::Media { folder, source })
        })?;
        Ok(Self { searches: true, ..stores })
    }

    /// Opens what the configuration names, only to look into it: nothing is written, made or brought up to date, and a shop
    /// that runs is not disturbed.
    ///
    /// # Errors
    /// When a database is not there or cannot be opened, or its schema is not this program's.
    pub(crate) async fn look_into(config: &Config) -> Result<Self, OpenError> {
        let truth = match &config.truth {
            TruthAt::Sqlite(file) => Truth::Sqlite(SqliteTruth::look_into(file).await?),
            TruthAt::MariaDb(url) => {
                Truth::MariaDb(MariaDbStore::look_into(url.expose_secret(), MariaDbOptions::default()).await?)
            }
        };
        let views = match &config.documents {
            DocumentsAt::Sqlite(file) => Views::Sqlite(SqliteViews::look_into(file).await?),
            DocumentsAt::MongoDb(url) => {
                let store = MongoStore::open(url.expose_secret(), mongodb::Options::default()).await?;
                store.check().await?;
                Views::MongoDb(store)
            }
        };
        Self::over(config, truth, views, || Ok(FileBlobs::look_into(&config.data_dir.join("media"))))
    }

    /// Everything that is stored in databases, by their names; nothing else is opened.
    ///
    /// # Errors
    /// When a URL is wrong, or MongoDB cannot be reached.
    pub(crate) async fn scans(config: &Config) -> Result<Vec<(&'static str, Arc<dyn Scan>)>, OpenError> {
        let truth: (_, Arc<dyn Scan>) = match &config.truth {
            TruthAt::Sqlite(file) => ("journal.db", Arc::new(SqliteScan::of(file))),
            TruthAt::MariaDb(url) => ("mariadb", Arc::new(MariaDbScan::of(url.expose_secret())?)),
        };
        let views: (_, Arc<dyn Scan>) = match &config.documents {
            DocumentsAt::Sqlite(file) => ("documents.db", Arc::new(SqliteScan::of(file))),
            DocumentsAt::MongoDb(url) => {
                let store = MongoStore::open(url.expose_secret(), mongodb::Options::default()).await?;
                store.check().await?;
                ("mongodb", store.scan())
            }
        };
        Ok(vec![truth, views])
    }

    /// The pictures are in MongoDB if the documents are, else in files.
    fn over(
        config: &Config,
        truth: Truth,
        views: Views,
        files: impl FnOnce() -> Result<FileBlobs, OpenError>,
    ) -> Result<Self, OpenError> {
        let blobs: Arc<dyn Blobs> = match &views {
            Views::MongoDb(store) => store.blobs(),
            Views::Sqlite(_) => Arc::new(files()?),
        };
        let keys = match &truth {
            Truth::Sqlite(store) => store.key_table(),
            Truth::MariaDb(store) => store.key_table(),
        };
        let keys = Arc::new(ListedKeys::over(keys, list_in(&config.data_dir)));
        let folder = config.data_dir.join("search");
        let search = SearchIndex::in_folder(&folder, threads(), SEARCHES_QUEUED_MAX);
        Ok(Self { truth, views, search, searches: false, keys, blobs })
    }

    /// Fills the truth with rows of another one, if it is empty.
    pub(crate) fn import(&self) -> Arc<dyn Import> {
        match &self.truth {
            Truth::Sqlite(store) => store.import(),
            Truth::MariaDb(store) => store.import(),
        }
    }

    /// The rows of the truth.
    pub(crate) fn archive(&self) -> Arc<dyn Archive> {
        match &self.truth {
            Truth::Sqlite(store) => store.archive(),
            Truth::MariaDb(store) => store.archive(),
        }
    }

    /// The journal.
    pub(crate) fn journal(&self) -> Arc<dyn Journal> {
        match &self.truth {
            Truth::Sqlite(store) => store.journal(),
            Truth::MariaDb(store) => store.journal(),
        }
    }

    /// Who owns which shard.
    pub(crate) fn shard_table(&self) -> Arc<dyn ShardTable> {
        match &self.truth {
            Truth::Sqlite(store) => store.shard_table(),
            Truth::MariaDb(store) => store.shard_table(),
        }
    }

    /// The persons' wrapped keys; who is erased is listed in the data folder.
    pub(crate) fn key_table(&self) -> Arc<dyn KeyTable> {
        Arc::clone(&self.keys)
    }

    /// Whether the persons' keys were sealed with this master key, as far as there are any.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) async fn is_sealed_with(
        &self,
        master: &SecretBox<[u8; MASTER_KEY_BYTES]>,
    ) -> Result<bool, VaultError> {
        Vault::new(MasterKey::new(*master.expose_secret()), self.key_table()).fits().await
    }

    /// The audit trail.
    pub(crate) fn audit(&self) -> Arc<dyn AuditTable> {
        match &self.truth {
            Truth::Sqlite(store) => store.audit(),
            Truth::MariaDb(store) => store.audit(),
        }
    }

    /// The read models. What is searched has an index of its own, where something may be written.
    pub(crate) fn documents(&self) -> Arc<dyn Documents> {
        let documents: Arc<dyn Documents> = match &self.views {
            Views::Sqlite(store) => store.documents(),
            Views::MongoDb(store) => store.documents(),
        };
        match self.searches {
            true => Arc::new(SplitDocuments::new(SEARCH, Arc::new(self.search.clone()), documents)),
            false => documents,
        }
    }

    /// Where products are found.
    pub(crate) fn search(&self) -> SearchIndex {
        self.search.clone()
    }

    /// The pictures.
    pub(crate) fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::clone(&self.blobs)
    }

    /// Closes what is open; later calls find the stores unavailable.
    ///
    /// # Errors
    /// When a file cannot be closed well. Nothing is lost: the next start reads its log.
    pub(crate) async fn close(&self) -> Result<(), JournalError> {
        match &self.views {
            Views::Sqlite(store) => store.close().await?,
            Views::MongoDb(store) => store.close().await,
        }
        match &self.truth {
            Truth::Sqlite(store) => store.close().await,
            Truth::MariaDb(store) => store.close().await,
        }
    }
}

/// One per core.
pub(crate) fn threads() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores).unwrap_or(1)
}

fn mariadb() -> MariaDbOptions {
    MariaDbOptions {
        statement_limit: STATEMENT_LIMIT,
        connect_limit: CONNECT_LIMIT,
        reader_wait: CONNECT_LIMIT,
        lock_wait: Duration::from_secs(2),
        ..MariaDbOptions::default()
    }
}
