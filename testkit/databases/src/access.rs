//! What a test needs to know of a running MariaDB: where it is, and a database of one's own in it.

use std::net::SocketAddr;
use std::process::Command;

use url::Url;
use uuid::Uuid;

use crate::mongo_access::MongoAccess;
use crate::process::run;
use crate::running::Reach;
use crate::{Error, blocking};

/// User of the tests' databases. It has no right outside them, as the shop's own user has none.
pub(crate) const SHOP: &str = "shop";

/// Its password.
pub(crate) const SHOP_PASSWORD: &str = "shop-password";

/// Seconds that a client program waits for a server which does not answer.
const CONNECT_MAX_S: u8 = 10;

/// Name of a database that nobody else has. All such names begin with `test_`.
pub(crate) fn fresh_name() -> String {
    format!("test_{}", Uuid::now_v7().simple())
}

/// An address of a MariaDB server, with an administrator's rights.
#[derive(Clone, Debug)]
pub struct MariaDbAccess {
    admin: Url,
}

impl MariaDbAccess {
    /// The server behind `mysql://user:password@host:port`. The user must be able to make users and databases.
    ///
    /// # Errors
    /// When this is not such a URL; `variable` is named then.
    pub fn parse(url: &str, variable: &'static str) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::Url { variable, reason: reason.to_owned() };
        let admin = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        if admin.scheme() != "mysql" || admin.host_str().is_none() || admin.username().is_empty() {
            return Err(wrong("expected mysql://user:password@host:port"));
        }
        Ok(Self { admin })
    }

    /// URL of the administrator, without a database.
    #[must_use]
    pub fn admin(&self) -> String {
        self.admin.to_string()
    }

    /// Host and port.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}:{}", self.admin.host_str().unwrap_or_default(), self.admin.port().unwrap_or(3306))
    }

    /// URL of a database for the user that owns nothing but the tests' databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("mysql://{SHOP}:{SHOP_PASSWORD}@{}/{database}", self.address())
    }

    /// The same through another address, such as a proxy's.
    #[must_use]
    pub fn url_at(&self, address: SocketAddr, database: &str) -> String {
        format!("mysql://{SHOP}:{SHOP_PASSWORD}@{address}/{database}")
    }

    /// Makes an empty database for one test. It is dropped with the value, as far as the server is up then.
    ///
    /// # Errors
    /// When the server refuses or is down.
    pub async fn database(&self) -> Result<Database, Error> {
        let name = fresh_name();
        self.execute(&format!(
            "CREATE USER IF NOT EXISTS '{SHOP}'@'%' IDENTIFIED BY '{SHOP_PASSWORD}';
             GRANT ALL PRIVILEGES ON `test\\_%`.* TO '{SHOP}'@'%';
             CREATE DATABASE `{name}`"
        ))
        .await?;
        Ok(Database { url: self.url(&name), name, server: Server::MariaDb(self.clone()) })
    }

    /// Runs statements as the administrator and gives back the rows: columns parted by tabs, no header.
    ///
    /// # Errors
    /// When the server refuses one of them or is down.
    pub async fn execute(&self, sql: &str) -> Result<String, Error> {
        let (access, sql) = (self.clone(), sql.to_owned());
        blocking(move || access.execute_blocking(&sql)).await
    }

    /// The same for callers outside async code.
    ///
    /// # Errors
    /// As [`MariaDbAccess::execute`].
    pub fn execute_blocking(&self, sql: &str) -> Result<String, Error> {
        run(self.client("mariadb").args(["--batch", "--skip-column-names", "--execute", sql]))
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .args(["--no-defaults", "--protocol=tcp"])
            .arg(format!("--connect-timeout={CONNECT_MAX_S}"))
            .arg(format!("--host={}", self.admin.host_str().unwrap_or_default()))
            .arg(format!("--port={}", self.admin.port().unwrap_or(3306)))
            .arg(format!("--user={}", self.admin.username()))
            .env("MYSQL_PWD", self.admin.password().unwrap_or_default());
        command
    }
}

impl Reach for MariaDbAccess {
    fn is_ready(&self) -> bool {
        run(self.client("mariadb-admin").arg("ping")).is_ok()
    }
}

/// A database of one test. Dropped with the value, as far as its server is up then.
#[derive(Debug)]
pub struct Database {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) server: Server,
}

/// Where a database is.
#[derive(Debug)]
pub(crate) enum Server {
    MariaDb(MariaDbAccess),
    Mongo(MongoAccess),
}

impl Database {
    /// URL that the shop connects with.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is down takes its databases along.
        match &self.server {
            Server::MariaDb(access) => drop(access.execute_blocking(&format!(
                "SET SESSION lock_wait_timeout = 2; DROP DATABASE IF EXISTS `{}`",
                self.name
            ))),
            Server::Mongo(access) => drop(access.drop_database(&self.name)),
        }
    }
}
