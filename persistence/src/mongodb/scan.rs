//! Everything that is in a database, document by document.

use std::sync::Arc;

use amazoff_supervisor::archive::{Scan, Seen};
use amazoff_supervisor::journal::JournalError;
use bson::doc;
use futures::TryStreamExt as _;
use futures::future::BoxFuture;

use super::server::Server;

/// Every collection of a database, those of its buckets included.
pub(super) struct MongoScan {
    server: Arc<Server>,
}

impl MongoScan {
    pub(super) fn over(server: Arc<Server>) -> Self {
        Self { server }
    }

    async fn all(&self, see: &mut (dyn FnMut(Seen<'_>) + Send)) -> Result<u64, JournalError> {
        let database = self.server.database();
        let names = self.server.read(async { database.list_collection_names().await }).await?;
        let mut count = 0;
        for name in names {
            let collection = self.server.collection(&name);
            let mut found = self.server.read(async { collection.find(doc! {}).await }).await?;
            let mut number = 0_u64;
            while let Some(document) = self.server.read(found.try_next()).await? {
                number += 1;
                let id =
                    document.get_str("_id").map_or_else(|_another_type| number.to_string(), str::to_owned);
                // Texts are in it as they are.
                see(Seen { table: &name, row: &id, column: "", bytes: document.as_bytes() });
            }
            count += number;
        }
        Ok(count)
    }
}

impl Scan for MongoScan {
    fn scan<'a>(
        &'a self,
        see: &'a mut (dyn FnMut(Seen<'_>) + Send),
    ) -> BoxFuture<'a, Result<u64, JournalError>> {
        Box::pin(self.all(see))
    }
}
