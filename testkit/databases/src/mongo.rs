//! A private MongoDB server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bson::doc;

use crate::flags::{MONGODB, MONGODB_REPLICA_SET, mongod_arguments};
use crate::folder::{Folder, Storage, workspace};
use crate::mongo_access::MongoAccess;
use crate::port::Port;
use crate::process::{Process, Recipe};
use crate::{Error, blocking, wire};

/// Path of the `mongod` to use; else `.tools/mongod` of the workspace, else the one on the path.
const MONGOD_VARIABLE: &str = "AMAZOFF_MONGOD";

/// Sizes for a machine that runs many tests at once, and quick clean-up of expired documents.
const SIZES: &[&str] = &[
    "--wiredTigerCacheSizeGB=0.25",
    "--setParameter=ttlMonitorSleepSecs=1",
    "--setParameter=diagnosticDataCollectionEnabled=false",
];

/// Size of the replication log in MB.
const OPLOG_MB: &str = "--oplogSize=64";

/// How a MongoDB server of a test differs from the usual one.
#[derive(Clone, Debug)]
pub struct MongoOptions {
    /// Where its files are.
    pub storage: Storage,
    /// Whether it is a replica set of one, as the shop needs it. Alone, it refuses transactions and change streams.
    pub replica_set: bool,
    /// Whether it takes commands that make it fail on purpose (`configureFailPoint`).
    pub test_commands: bool,
    /// What is started instead of `mongod`, with the same arguments.
    pub program: Option<PathBuf>,
    /// Arguments of `mongod` beyond [`MONGODB`].
    pub arguments: Vec<String>,
}

impl Default for MongoOptions {
    fn default() -> Self {
        Self {
            storage: Storage::default(),
            replica_set: true,
            test_commands: true,
            program: None,
            arguments: Vec::new(),
        }
    }
}

impl MongoOptions {
    /// A server whose files are on disk.
    #[must_use]
    pub fn on_disk() -> Self {
        Self { storage: Storage::Disk, ..Self::default() }
    }
}

/// A private MongoDB server. Dropped, it is killed and its files are removed.
#[derive(Debug)]
pub struct Mongo {
    process: Arc<Process>,
    access: MongoAccess,
    replica_set: bool,
}

impl Mongo {
    /// Starts an empty server and waits until it takes writes.
    ///
    /// # Errors
    /// When there is no `mongod`, or the server does not start; the error shows the end of its log.
    pub async fn start(options: MongoOptions) -> Result<Self, Error> {
        blocking(move || Self::start_blocking(&options)).await
    }

    /// The same for callers outside async code.
    ///
    /// # Errors
    /// As [`Mongo::start`].
    pub fn start_blocking(options: &MongoOptions) -> Result<Self, Error> {
        let folder = Folder::new(options.storage)?;
        let port = Port::lease()?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data).map_err(Error::file(&data))?;
        let recipe = recipe(folder.path(), &port, options);
        let set =
            if options.replica_set { format!("?replicaSet={MONGODB_REPLICA_SET}") } else { String::new() };
        let access = MongoAccess::parse(
            &format!("mongodb://{}/{set}", port.address()),
            "the private server's address",
        )?;
        let process = Arc::new(Process::new(recipe, port, folder));
        let server = Self { process, access, replica_set: options.replica_set };
        server.process.start(|| answers(&server.access))?;
        if server.replica_set {
            server.initiate()?;
        }
        server.process.start(|| server.access.is_primary())?;
        Ok(server)
    }

    /// Where it is, and databases in it.
    #[must_use]
    pub fn access(&self) -> &MongoAccess {
        &self.access
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.process.port()
    }

    /// Its process number, unless it is down.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Ends it as a crash would.
    ///
    /// # Errors
    /// When it is not running.
    pub async fn kill_9(&self) -> Result<(), Error> {
        let process = self.process.clone();
        blocking(move || process.kill_9()).await
    }

    /// Ends it in order.
    ///
    /// # Errors
    /// When it is not running, or does not end in time.
    pub async fn stop(&self) -> Result<(), Error> {
        let process = self.process.clone();
        blocking(move || process.stop()).await
    }

    /// Starts it again on the same port and files, and waits until it takes writes.
    ///
    /// # Errors
    /// When it does not start; the error shows the end of its log.
    pub async fn restart(&self) -> Result<(), Error> {
        let (process, access) = (self.process.clone(), self.access.clone());
        blocking(move || process.start(|| access.is_primary())).await
    }

    /// Freezes it: connections stay open, nothing is answered.
    ///
    /// # Errors
    /// When it is not running.
    pub fn pause(&self) -> Result<(), Error> {
        self.process.pause()
    }

    /// Lets it go on after [`Mongo::pause`].
    ///
    /// # Errors
    /// When it is not running.
    pub fn resume(&self) -> Result<(), Error> {
        self.process.resume()
    }

    fn initiate(&self) -> Result<(), Error> {
        let members = vec![doc! { "_id": 0, "host": self.access.address() }];
        let command = doc! { "replSetInitiate": { "_id": MONGODB_REPLICA_SET, "members": members } };
        wire::command(&self.access.address(), "admin", command).map(drop)
    }
}

fn answers(access: &MongoAccess) -> bool {
    wire::command(&access.address(), "admin", doc! { "hello": 1 }).is_ok()
}

fn recipe(folder: &Path, port: &Port, options: &MongoOptions) -> Recipe {
    let path = |name: &str| folder.join(name).display().to_string();
    let mut command = vec![
        options.program.clone().map_or_else(mongod, |path| path.display().to_string()),
        format!("--dbpath={}", path("data")),
        format!("--logpath={}", path("mongod.log")),
        format!("--unixSocketPrefix={}", folder.display()),
        "--bind_ip=127.0.0.1".to_owned(),
        format!("--port={}", port.number()),
        format!("--setParameter=enableTestCommands={}", u8::from(options.test_commands)),
    ];
    command.extend(SIZES.iter().map(|size| (*size).to_owned()));
    if options.replica_set {
        command.extend(mongod_arguments(MONGODB));
        command.push(OPLOG_MB.to_owned());
    }
    command.extend(options.arguments.iter().cloned());
    Recipe { server: "mongod", command, log: folder.join("mongod.log") }
}

/// The `mongod` of the tests.
#[must_use]
pub fn mongod() -> String {
    let fetched = workspace().join(".tools/mongod");
    let named = std::env::var_os(MONGOD_VARIABLE).map(PathBuf::from);
    let found = named.or_else(|| fetched.exists().then_some(fetched));
    found.map_or_else(|| "mongod".to_owned(), |path| path.display().to_string())
}
