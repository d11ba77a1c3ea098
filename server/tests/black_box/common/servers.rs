//! Real database servers beside the shop.

use amazoff_databases::{Database, MariaDb, MariaDbOptions, Mongo, MongoOptions};

use super::Setup;

/// A MariaDB and a MongoDB of one test, with an empty database each.
pub struct Servers {
    /// Holds the transactional truth.
    pub mariadb: MariaDb,
    /// Holds documents and media.
    pub mongo: Mongo,
    truth: Database,
    documents: Database,
}

impl Servers {
    /// Starts both.
    pub async fn start() -> Self {
        let (mariadb, mongo) =
            tokio::join!(MariaDb::start(MariaDbOptions::default()), Mongo::start(MongoOptions::default()),);
        let (mariadb, mongo) = (mariadb.expect("mariadbd starts"), mongo.expect("mongod starts"));
        let truth = mariadb.access().database().await.expect("a database of our own");
        let documents = mongo.access().database();
        Self { mariadb, mongo, truth, documents }
    }

    /// A shop that uses both.
    pub fn setup(&self) -> Setup {
        Setup::default()
            .with("AMAZOFF_DATABASE_URL", self.truth.url())
            .with("AMAZOFF_DOCUMENTS_URL", self.documents.url())
    }
}
