//! Where the database files are, how connections are set up, and why opening can fail.

use std::cmp::Ordering;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use amazoff_supervisor::journal::JournalError;
use rusqlite::{Connection, OpenFlags};
use sqlx::migrate::{Migration, Migrator};
use sqlx::sqlite::SqliteConnectOptions;

use crate::sql::{self, Dialect};

const JOURNAL_FILE: &str = "journal.db";
const DOCUMENTS_FILE: &str = "documents.db";
/// How long a statement waits for another process, such as a backup tool. Writers of this process take turns instead.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The write-ahead log goes back into the database after this many pages: rarer, so that hot pages are copied once.
const WAL_PAGES_BEFORE_CHECKPOINT: &str = "4000";
/// The append statements exist in several sizes, and each is prepared once.
const STATEMENTS_KEPT: usize = 512;

/// Why the databases could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder is missing and cannot be made.
    #[error("cannot create the data folder {}: {source}", folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// There is nothing to look into.
    #[error("{} is missing: is AMAZOFF_DATA_DIR right, and was the shop started there before?", .0.display())]
    Missing(PathBuf),
    /// The file cannot be opened: missing rights, a full disk, or it is no database.
    #[error("cannot open the database {}: {source}", file.display())]
    Connect {
        /// Which file.
        file: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// The schema cannot be brought up to date; a file of a newer version of the program is also refused here.
    #[error("cannot bring the schema of {} up to date: {source}", file.display())]
    Migrate {
        /// Which file.
        file: PathBuf,
        /// What the migration said.
        source: sqlx::migrate::MigrateError,
    },
    /// A restore has begun and not ended, so what is there is not whole.
    #[error("the database {database} is half restored from {source_of}: restore it again")]
    HalfRestored {
        /// Which database.
        database: String,
        /// What was being restored.
        source_of: String,
    },
    /// Whether a restore is half done cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The schema is not that of this program, and who only looks does not change it.
    #[error(
        "the database {database} has {found}, this program needs schema {needed}: use the program that it belongs to, or start the shop once to bring it up to date"
    )]
    Schema {
        /// Which database.
        database: String,
        /// What it has.
        found: String,
        /// The version that is needed.
        needed: i64,
    },
    /// A MariaDB database cannot be opened.
    #[cfg(feature = "mariadb")]
    #[error(transparent)]
    MariaDb(#[from] crate::MariaDbError),
}

impl OpenError {
    /// Whether waiting may help: a database server is away, and nothing speaks against its URL.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Folder { .. }
            | Self::Missing(_)
            | Self::Connect { .. }
            | Self::Migrate { .. }
            | Self::Schema { .. }
            | Self::HalfRestored { .. } => false,
            Self::Journal(_) => true,
            #[cfg(feature = "mariadb")]
            Self::MariaDb(error) => error.is_passing(),
        }
    }

    /// Refuses a database that a restore has begun to fill.
    pub(crate) async fn unless_whole<D: Dialect>(
        database: &sql::Database<D>,
        name: impl Display,
    ) -> Result<(), Self> {
        match sql::mark(database).await? {
            None => Ok(()),
            Some(source_of) => Err(Self::HalfRestored { database: name.to_string(), source_of }),
        }
    }

    /// Refuses a database whose schema is older or newer than the program's.
    pub(crate) fn unless_current(
        schema: &Migrator,
        applied: &[(i64, Vec<u8>)],
        database: impl Display,
    ) -> Result<(), Self> {
        let needed = schema.iter().map(|migration| migration.version).max().unwrap_or_default();
        let newest = applied.iter().map(|(version, _)| *version).max().unwrap_or_default();
        let is_there = |migration: &Migration| {
            let mut same = applied.iter().filter(|(version, _)| *version == migration.version);
            same.any(|(_, checksum)| **checksum == *migration.checksum)
        };
        let found = match newest.cmp(&needed) {
            Ordering::Less => format!("the older schema {newest}"),
            Ordering::Greater => format!("the newer schema {newest}"),
            Ordering::Equal if schema.iter().all(is_there) => return Ok(()),
            Ordering::Equal => format!("another schema {newest}"),
        };
        Err(Self::Schema { database: database.to_string(), found, needed })
    }
}

/// Both files in one folder, under their usual names: the journal, the documents.
pub(super) fn in_folder(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join(JOURNAL_FILE), folder.join(DOCUMENTS_FILE))
}

/// Makes the folder of a file.
pub(super) fn make_folder_of(file: &Path) -> Result<(), OpenError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder { folder: folder.to_owned(), source })
}

/// How a file is opened.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    file: PathBuf,
    /// How commits wait for the disk; nothing is written without.
    synchronous: Option<Synchronous>,
}

/// How commits wait for the disk.
#[derive(Clone, Copy, Debug)]
pub(super) enum Synchronous {
    /// They are on it.
    Full,
    /// The newest may be lost with the power, whole.
    Normal,
}

impl Setup {
    /// For the one writing connection; makes the file when it is missing.
    pub(super) fn writing(file: &Path, synchronous: Synchronous) -> Self {
        Self { file: file.to_owned(), synchronous: Some(synchronous) }
    }

    /// For reading connections.
    pub(super) fn reading(file: &Path) -> Self {
        Self { file: file.to_owned(), synchronous: None }
    }

    fn pragmas(&self) -> Vec<(&'static str, &'static str)> {
        let Some(synchronous) = self.synchronous else { return vec![("cache_size", "-8192")] };
        let synchronous = match synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        };
        vec![
            ("journal_mode", "WAL"),
            ("synchronous", synchronous),
            // What is deleted is overwritten, so that an erased key cannot be found in free pages.
            ("secure_delete", "ON"),
            ("wal_autocheckpoint", WAL_PAGES_BEFORE_CHECKPOINT),
            // How a statement of many rows would be undone: else a file is made and removed for each of them.
            ("temp_store", "MEMORY"),
            ("cache_size", "-32768"),
        ]
    }

    /// As sqlx opens it.
    pub(super) fn options(&self) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new()
            .filename(&self.file)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS_KEPT)
            .create_if_missing(self.synchronous.is_some())
            .read_only(self.synchronous.is_none());
        self.pragmas().into_iter().fold(options, |options, (name, value)| options.pragma(name, value))
    }

    /// As rusqlite opens it. Waits for the disk.
    pub(super) fn connect(&self) -> rusqlite::Result<Connection> {
        let access = match self.synchronous {
            Some(_) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            None => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let connection = Connection::open_with_flags(&self.file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        for (name, value) in self.pragmas() {
            connection.execute_batch(&format!("PRAGMA {name} = {value}"))?;
        }
        Ok(connection)
    }
}
