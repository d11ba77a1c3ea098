//! A private MariaDB server.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use crate::access::MariaDbAccess;
use crate::flags::{MARIADB, mariadb_arguments};
use crate::folder::{Folder, Storage, cache};
use crate::port::Port;
use crate::process::{Process, Recipe, run};
use crate::running::{Reach as _, Running};
use crate::{Error, blocking};

/// Sizes for a machine that runs many tests at once. No guarantee of the shop depends on them.
const SIZES: &[(&str, &str)] = &[
    ("innodb_buffer_pool_size", "128M"),
    ("innodb_log_file_size", "32M"),
    ("max_connections", "400"),
    ("table_open_cache", "1000"),
];

const ADMIN: &str = "admin";
const ADMIN_PASSWORD: &str = "admin-password";

/// Counts the changes of what is in the copied data folder.
const EDITION: u8 = 2;

/// User and group that own nothing.
const NOBODY: &str = "65534";

/// How a MariaDB server of a test differs from the usual one.
#[derive(Clone, Debug, Default)]
pub struct MariaDbOptions {
    /// Where its files are.
    pub storage: Storage,
    /// Whether it runs as `nobody` when the test runs as root: what it starts itself may refuse to work as root.
    pub unprivileged: bool,
    /// Settings as in a configuration file, beyond [`MARIADB`] or instead of one of them.
    pub settings: Vec<(String, String)>,
}

impl MariaDbOptions {
    /// A server whose files are on disk.
    #[must_use]
    pub fn on_disk() -> Self {
        Self { storage: Storage::Disk, ..Self::default() }
    }

    /// Adds settings.
    #[must_use]
    pub fn with(mut self, settings: &[(&str, &str)]) -> Self {
        self.settings.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }
}

/// A private MariaDB server. Dropped, it is killed and its files are removed.
pub type MariaDb = Running<MariaDbAccess>;

impl MariaDb {
    /// Starts an empty server with the settings of [`MARIADB`] and waits until it answers.
    ///
    /// # Errors
    /// When MariaDB is not installed, or the server does not start; the error shows the end of its log.
    pub async fn start(options: MariaDbOptions) -> Result<Self, Error> {
        blocking(move || Self::start_blocking(&options)).await
    }

    /// The same for callers outside async code.
    ///
    /// # Errors
    /// As [`MariaDb::start`].
    pub fn start_blocking(options: &MariaDbOptions) -> Result<Self, Error> {
        let folder = Folder::new(options.storage)?;
        let port = Port::lease()?;
        copy(&template()?, &folder.path().join("data"))?;
        if steps_down(options) {
            run(Command::new("chown").args(["-R", &format!("{NOBODY}:{NOBODY}")]).arg(folder.path()))?;
        }
        let recipe = recipe(folder.path(), &port, options);
        let url = format!("mysql://{ADMIN}:{ADMIN_PASSWORD}@{}", port.address());
        let access = MariaDbAccess::parse(&url, "the private server's address")?;
        let server = Self { process: Arc::new(Process::new(recipe, port, folder)), access };
        server.process.start(|| server.access.is_ready())?;
        Ok(server)
    }
}

fn recipe(folder: &Path, port: &Port, options: &MariaDbOptions) -> Recipe {
    let path = |name: &str| folder.join(name).display().to_string();
    let own: Vec<_> = options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut command = Vec::new();
    if steps_down(options) {
        // Another user's process is no longer killed with this one unless it is asked for again.
        let down =
            ["setpriv", "--clear-groups", "--pdeathsig", "KILL", "--reuid", NOBODY, "--regid", NOBODY, "--"];
        command.extend(down.map(str::to_owned));
    }
    command.extend(["mariadbd", "--no-defaults"].map(str::to_owned));
    command.extend(user().filter(|_| !options.unprivileged));
    command.extend([
        format!("--datadir={}", path("data")),
        format!("--socket={}", path("s.sock")),
        format!("--pid-file={}", path("pid")),
        format!("--log-error={}", path("error.log")),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--port={}", port.number()),
    ]);
    // The last of two equal settings counts.
    command.extend([MARIADB, SIZES, &own].into_iter().flat_map(mariadb_arguments));
    Recipe { server: "mariadbd", command, log: folder.join("error.log") }
}

fn steps_down(options: &MariaDbOptions) -> bool {
    options.unprivileged && rustix::process::geteuid().is_root()
}

/// MariaDB refuses to run as root unless it is told to.
fn user() -> Option<String> {
    rustix::process::geteuid().is_root().then(|| "--user=root".to_owned())
}

/// An empty data folder with an administrator, made once per version and copied for each server.
fn template() -> Result<PathBuf, Error> {
    let version = run(Command::new("mariadbd").args(["--no-defaults", "--version"]))?;
    let version = version.split_whitespace().nth(2).unwrap_or("unknown");
    let cache = cache()?;
    let (ready, lock) = (cache.join(format!("mariadb-{version}-{EDITION}")), cache.join("mariadb.lock"));
    let lock_file = File::create(&lock).map_err(Error::file(&lock))?;
    lock_file.lock().map_err(Error::file(&lock))?;
    if !ready.exists() {
        let making = cache.join("mariadb-making");
        if making.exists() {
            std::fs::remove_dir_all(&making).map_err(Error::file(&making))?;
        }
        install(&cache, &making)?;
        std::fs::rename(&making, &ready).map_err(Error::file(&ready))?;
    }
    Ok(ready)
}

fn install(cache: &Path, data: &Path) -> Result<(), Error> {
    let users = cache.join("mariadb-users.sql");
    let sql = format!(
        "FLUSH PRIVILEGES;\nCREATE USER '{ADMIN}'@'%' IDENTIFIED BY '{ADMIN_PASSWORD}';\n\
         GRANT ALL PRIVILEGES ON *.* TO '{ADMIN}'@'%' WITH GRANT OPTION;\n\
         -- Users of this machine's host name, which is never looked up.\n\
         DELETE FROM mysql.global_priv WHERE user = 'root' AND host <> 'localhost';\n"
    );
    std::fs::write(&users, sql).map_err(Error::file(&users))?;
    let mut command = Command::new("mariadb-install-db");
    command
        .arg("--no-defaults")
        .args(user())
        .arg(format!("--datadir={}", data.display()))
        .args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
        .arg(format!("--extra-file={}", users.display()))
        .args(mariadb_arguments(SIZES));
    run(&mut command).map(drop)
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    run(Command::new("cp").args(["-r", "--reflink=auto"]).arg(from).arg(to)).map(drop)
}
