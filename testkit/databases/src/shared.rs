//! One server of each kind for all tests of a run.

use std::sync::OnceLock;

use crate::mongo_access::MongoAccess;
use crate::{Error, MariaDb, MariaDbAccess, MariaDbOptions, Mongo, MongoOptions, blocking};

/// URL of a MariaDB server for the tests, with an administrator's rights: `mysql://user:password@host:port`.
pub const MARIADB_VARIABLE: &str = "AMAZOFF_TEST_MARIADB";

/// URL of a MongoDB server for the tests: `mongodb://host:port/?replicaSet=rs0`.
pub const MONGODB_VARIABLE: &str = "AMAZOFF_TEST_MONGODB";

/// Starts of this process, so that later callers get the same server or the same reason.
static MARIADB: OnceLock<Result<MariaDb, String>> = OnceLock::new();
static MONGO: OnceLock<Result<Mongo, String>> = OnceLock::new();

/// The run's MariaDB: the one that [`MARIADB_VARIABLE`] names, else one that this process starts and keeps.
///
/// For tests that make a database of their own in it. A test that kills or reconfigures a server starts its own.
///
/// # Errors
/// When the variable holds no URL, or no server can be started.
pub async fn shared_mariadb() -> Result<MariaDbAccess, Error> {
    if let Ok(url) = std::env::var(MARIADB_VARIABLE) {
        return MariaDbAccess::parse(&url, MARIADB_VARIABLE);
    }
    blocking(|| {
        let start = || MariaDb::start_blocking(&MariaDbOptions::default()).map_err(|error| error.to_string());
        let server = MARIADB.get_or_init(start).as_ref();
        server.map(|server| server.access().clone()).map_err(|reason| Error::Shared(reason.clone()))
    })
    .await
}

/// The run's MongoDB, as [`shared_mariadb`].
///
/// # Errors
/// When the variable holds no URL, or no server can be started.
pub async fn shared_mongo() -> Result<MongoAccess, Error> {
    if let Ok(url) = std::env::var(MONGODB_VARIABLE) {
        return MongoAccess::parse(&url, MONGODB_VARIABLE);
    }
    blocking(|| {
        let start = || Mongo::start_blocking(&MongoOptions::default()).map_err(|error| error.to_string());
        let server = MONGO.get_or_init(start).as_ref();
        server.map(|server| server.access().clone()).map_err(|reason| Error::Shared(reason.clone()))
    })
    .await
}
