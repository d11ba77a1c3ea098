//! A private MongoDB server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bson::doc;

use crate::flags::{MONGODB, MONGODB_REPLICA_SET, mongod_arguments};
use crate::folder::{Folder, Storage, workspace};
use crate::mongo_access::MongoAccess;
use crate::port::Port;
use crate::process::{Process, Recipe};
use crate::running::{Reach as _, Running};
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
pub type Mongo = Running<MongoAccess>;

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
        let server = Self { process, access };
        server.process.start(|| answers(&server.access))?;
        if options.replica_set {
            server.initiate()?;
        }
        server.process.start(|| server.access.is_ready())?;
        Ok(server)
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
