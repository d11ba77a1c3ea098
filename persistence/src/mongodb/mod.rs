//! MongoDB: documents and media of a shop whose truth is in MariaDB or SQLite.
//!
//! What is promised does not depend on the URL:
//!
//! - A write is acknowledged when a majority of the members has it in its journal, so that no failover takes it back.
//!   Every write can be repeated, and is, once, when the failure may pass.
//! - Reads go to the primary and see what a majority has (read concern `majority`): at least all that was acknowledged
//!   before, so whoever waits for a checkpoint sees what led to it, and nothing that a failover could take back. A primary
//!   that does not know yet that it was replaced can answer with what was true before, for at most its election time-out.
//! - Only what MongoDB's stable API (version 1, strict) has is used.
//! - No call waits for ever: see [`Options`].
//!
//! MongoDB may be away when the shop starts, and at any time after. Calls then fail as unavailable, and what follows the
//! journal goes on when it is back. A server that cannot keep the promise is refused, whenever it is first reached.
//!
//! Every document's `_id` is its id, and every write names it: hashed, it is what a sharded cluster would distribute by.
//! Queries, counts and the checkpoints of a projection ask every shard.

mod blobs;
mod documents;
mod errors;
mod json;
mod open;
mod scan;
mod server;

use std::sync::Arc;

use amazoff_supervisor::archive::Scan;
use amazoff_supervisor::documents::{Blobs, Documents};

use self::blobs::MongoBlobs;
use self::documents::MongoDocuments;
pub use self::open::{OpenError, Options};
use self::scan::MongoScan;
use self::server::Server;

/// A MongoDB, perhaps not reachable now. Cheap to clone.
#[derive(Clone)]
pub struct MongoStore {
    server: Arc<Server>,
    documents: Arc<MongoDocuments>,
    blobs: Arc<MongoBlobs>,
}

impl MongoStore {
    /// Prepares a client for a `mongodb://` URL. Connects to nothing yet.
    ///
    /// # Errors
    /// [`OpenError::Url`] and [`OpenError::Insecure`].
    pub async fn open(url: &str, options: Options) -> Result<Self, OpenError> {
        let server = Arc::new(Server::new(url, options).await?);
        let documents = Arc::new(MongoDocuments::over(Arc::clone(&server)));
        let blobs = Arc::new(MongoBlobs::over(Arc::clone(&server)));
        Ok(Self { server, documents, blobs })
    }

    /// As [`MongoStore::open`], and checks the server if there is one. None is no error: the shop sells without, and its
    /// documents catch up later.
    ///
    /// # Errors
    /// As [`MongoStore::open`], and [`OpenError::Unusable`].
    pub async fn connect(url: &str, options: Options) -> Result<Self, OpenError> {
        let store = Self::open(url, options).await?;
        match store.check().await {
            Err(error @ OpenError::Unreachable { .. }) => {
                tracing::warn!(%error, "documents cannot be read until it is back");
            }
            checked => checked?,
        }
        Ok(store)
    }

    /// Checks that a server is reachable and can keep what is promised. Every read and write does so until one succeeds.
    ///
    /// # Errors
    /// [`OpenError::Unreachable`] and [`OpenError::Unusable`].
    pub async fn check(&self) -> Result<(), OpenError> {
        self.server.check().await
    }

    /// The read models.
    pub fn documents(&self) -> Arc<dyn Documents> {
        Arc::<MongoDocuments>::clone(&self.documents)
    }

    /// Everything, for a search.
    pub fn scan(&self) -> Arc<dyn Scan> {
        Arc::new(MongoScan::over(Arc::clone(&self.server)))
    }

    /// Media.
    pub fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::<MongoBlobs>::clone(&self.blobs)
    }

    /// Ends all connections; later calls find the store unavailable.
    pub async fn close(&self) {
        self.server.close().await;
    }
}
