//! Real database servers for tests: each a private child process on a free port of 127.0.0.1, in a folder of its own.
//!
//! Nothing of the machine is used but the programs: [`MariaDb`] needs `mariadbd` and `mariadb-install-db`, [`Mongo`] a
//! `mongod`. A server that is dropped is killed and its folder removed; so it is when the test panics, and when the
//! test process itself is killed.
//!
//! ```no_run
//! # async fn example() -> Result<(), amazoff_databases::Error> {
//! use amazoff_databases::{MariaDb, MariaDbOptions};
//!
//! let server = MariaDb::start(MariaDbOptions::default()).await?;
//! let database = server.access().database().await?; // fresh and empty, dropped with the value
//! println!("AMAZOFF_DATABASE_URL={}", database.url());
//! server.kill_9().await?;
//! server.restart().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Tests that only need *a* server share one: [`shared_mariadb`], [`shared_mongo`].
#![warn(missing_docs)]

mod access;
mod error;
pub mod flags;
mod folder;
mod mariadb;
mod mongo;
mod mongo_access;
mod port;
mod process;
mod proxy;
mod running;
mod shared;
mod wire;

pub use access::{Database, MariaDbAccess};
pub use error::Error;
pub use folder::Storage;
pub use mariadb::{MariaDb, MariaDbOptions};
pub use mongo::{Mongo, MongoOptions, mongod};
pub use mongo_access::MongoAccess;

pub use port::Port;
pub use proxy::{Counters, Direction, Proxy};
pub use running::Running;
pub use shared::{MARIADB_VARIABLE, MONGODB_VARIABLE, shared_mariadb, shared_mongo};

/// Runs work that waits for processes outside the async threads. A paused clock does not jump meanwhile.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Panicked(error.to_string()))?
}
