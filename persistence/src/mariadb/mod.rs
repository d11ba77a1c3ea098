//! MariaDB: the transactional truth on a server of its own.
//!
//! Up to four lanes write in parallel, each on its own connection; a shard belongs to one lane. Every transaction runs at READ
//! COMMITTED and first locks its shards' rows for reading (`LOCK IN SHARE MODE`), so nobody else can claim a shard before it
//! has ended. Lanes meet only at claimed keys; a transaction that gets into another's way runs again, a few times.
//!
//! Every statement has a limit on the server (`max_statement_time`) and a longer one here, so a server that hangs frees its
//! lane. A commit that was given up so, or whose connection broke, has an unknown outcome; before anything of its shards is
//! read or written again, the lane waits for the locks that such a commit still holds.
//!
//! # What is not promised
//!
//! - An erased person's key is overwritten in its table at once, but older images of its page stay in the redo log, in
//!   binary logs and in backups until those are overwritten or deleted. With `innodb_immediate_scrub_data_uncompressed=ON`
//!   freed pages are scrubbed as well. Keep binary logs short (`binlog_expire_logs_seconds`), and back keys up apart from data.
//! - What an asynchronous replica had not received when it was promoted is lost. Use a semi-synchronous replica.

mod checks;
mod connection;
mod dialect;
mod faults;
mod options;
mod readers;
mod scan;
mod schema;
mod url;

use std::sync::Arc;

use amazoff_supervisor::AuditTable;
use amazoff_supervisor::archive::{Archive, Import};
use amazoff_supervisor::journal::{Journal, JournalError, KeyTable, ShardTable};

use self::connection::Settings;
use self::dialect::MariaDialect;
pub use self::options::{MariaDbError, MariaDbOptions, PoolStats};
use self::readers::Readers;
pub use self::scan::MariaDbScan;
use self::url::Server;
use crate::OpenError;
use crate::sql::{Database, SqlArchive, SqlAudit, SqlImport, SqlJournal, SqlKeys, SqlShards, Turns};

/// A MariaDB database, open. Cheap to clone.
#[derive(Clone)]
pub struct MariaDbStore {
    database: Arc<Database<MariaDialect>>,
    /// A writing connection for leases alone, which cannot wait behind a snapshot.
    leases: Arc<Database<MariaDialect>>,
    journal: Arc<SqlJournal<MariaDialect>>,
    archive: Arc<SqlArchive<MariaDialect>>,
}

impl MariaDbStore {
    /// Connects to the database of a `mysql://user:password@host:port/database` URL, checks that its server keeps what it
    /// acknowledges, and brings the schema up to date.
    ///
    /// Of the URL's parameters `ssl-mode`, `ssl-ca`, `ssl-cert`, `ssl-key` and `socket` are known. A server on another machine
    /// needs `ssl-mode=VERIFY_IDENTITY` (or `VERIFY_CA`), or `ssl-mode=DISABLED` if that is meant.
    ///
    /// # Errors
    /// When the URL or the options are wrong, the server cannot be reached or is set up so that it may lose commits, or the
    /// schema cannot be brought up to date.
    pub async fn connect(url: &str, options: MariaDbOptions) -> Result<Self, OpenError> {
        let store = Self::restore_into(url, options).await?;
        OpenError::unless_whole(&store.database, Server::parse(url)?.name).await?;
        Ok(store)
    }

    /// As [`MariaDbStore::connect`], also when a restore into it was interrupted: to begin it again.
    ///
    /// # Errors
    /// As [`MariaDbStore::connect`].
    pub async fn restore_into(url: &str, options: MariaDbOptions) -> Result<Self, OpenError> {
        Ok(Self::opened(url, options).await?)
    }

    /// Fills it with rows of another store, if it is empty.
    pub fn import(&self) -> Arc<dyn Import> {
        Arc::new(SqlImport::over(Arc::clone(&self.database)))
    }

    /// As [`MariaDbStore::connect`], only to look into the database: nothing is written, and the schema must be the
    /// program's already.
    ///
    /// # Errors
    /// As [`MariaDbStore::connect`], and [`OpenError::Schema`].
    pub async fn look_into(url: &str, options: MariaDbOptions) -> Result<Self, OpenError> {
        options.check()?;
        let server = Server::parse(url)?;
        schema::unless_current(&server, &options).await?;
        let settings = Arc::new(Settings::reading(&server, &options));
        let first = connection::open(&settings).await.map_err(|source| server.unreachable(source))?;
        Ok(Self::over(&server, &options, settings, first).await?)
    }

    async fn opened(url: &str, options: MariaDbOptions) -> Result<Self, MariaDbError> {
        options.check()?;
        let server = Server::parse(url)?;
        let settings = Arc::new(Settings::new(&server, &options));
        let mut first = connection::open(&settings).await.map_err(|source| server.unreachable(source))?;
        checks::check(&mut first, &server).await?;
        schema::bring_up_to_date(&server, &options).await?;
        Self::over(&server, &options, settings, first).await
    }

    async fn over(
        server: &Server,
        options: &MariaDbOptions,
        settings: Arc<Settings>,
        first: connection::Connection,
    ) -> Result<Self, MariaDbError> {
        let readers = Readers::open(server, options).await?;
        let mut first = Some(first);
        let mut writers = |count: u16| -> Vec<Turns<MariaDialect>> {
            (0..count).map(|_| Turns::new(Arc::clone(&settings), first.take())).collect()
        };
        let (lanes, others) = (writers(options.lanes), writers(options.other_writers));
        let leases =
            Database::with_lanes(readers.clone(), Vec::new(), vec![Turns::new(Arc::clone(&settings), None)]);
        let database = Arc::new(Database::with_lanes(readers, lanes, others));
        let journal = Arc::new(SqlJournal::over(Arc::clone(&database)));
        let archive = Arc::new(SqlArchive::over(Turns::new(settings, None)));
        Ok(Self { database, leases: Arc::new(leases), journal, archive })
    }

    /// The rows.
    pub fn archive(&self) -> Arc<dyn Archive> {
        Arc::<SqlArchive<MariaDialect>>::clone(&self.archive)
    }

    /// The transactional truth.
    pub fn journal(&self) -> Arc<dyn Journal> {
        Arc::<SqlJournal<MariaDialect>>::clone(&self.journal)
    }

    /// Who owns which shard.
    pub fn shard_table(&self) -> Arc<dyn ShardTable> {
        Arc::new(SqlShards::over(Arc::clone(&self.leases)))
    }

    /// The persons' wrapped keys.
    pub fn key_table(&self) -> Arc<dyn KeyTable> {
        Arc::new(SqlKeys::over(Arc::clone(&self.database)))
    }

    /// The audit trail.
    pub fn audit(&self) -> Arc<dyn AuditTable> {
        Arc::new(SqlAudit::over(Arc::clone(&self.database)))
    }

    /// The reading connections now.
    pub fn readers(&self) -> PoolStats {
        self.database.readers().stats()
    }

    /// Closes all connections. Waits for the appends that run; later calls find the store unavailable.
    ///
    /// # Errors
    /// When a connection cannot be closed in an orderly way. Nothing is lost.
    pub async fn close(&self) -> Result<(), JournalError> {
        let leases = self.leases.close().await;
        self.database.close().await.and(leases)
    }
}
