//! What only a database on a server of its own can do: serve several lanes and several nodes, be away, be set up wrongly, and
//! leave open whether it has committed.

mod fencing;
mod holding;
mod lanes;
mod locks;
mod opening;
mod outages;
mod unknown;

use std::str::FromStr as _;
use std::time::Duration;

use amazoff_databases::{Database, MariaDb, shared_mariadb};
use amazoff_persistence::{MariaDbOptions, MariaDbStore};
use amazoff_supervisor::journal::{JournalError, LaneWriter, Part, Verdicts};
use amazoff_supervisor::{EntityId, Epoch, Version};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, MySqlConnection};

use crate::world::{NOW, event};

/// Impatient options, so that what waits for a limit does not wait for long.
fn impatient() -> MariaDbOptions {
    MariaDbOptions {
        lanes: 1,
        lock_wait: Duration::from_secs(1),
        statement_limit: Duration::from_secs(2),
        ..MariaDbOptions::default()
    }
}

/// A store in a database of its own, claimed, with its first lane open.
struct Shop {
    store: MariaDbStore,
    lane: Box<dyn LaneWriter>,
    epoch: Epoch,
    database: Database,
}

impl Shop {
    async fn on_the_shared_server(options: MariaDbOptions) -> Self {
        let database = shared_mariadb().await.unwrap().database().await.unwrap();
        Self::over(database, options).await
    }

    async fn on(server: &MariaDb, options: MariaDbOptions) -> Self {
        Self::over(server.access().database().await.unwrap(), options).await
    }

    async fn over(database: Database, options: MariaDbOptions) -> Self {
        let url = database.url().to_owned();
        Self::over_url(database, &url, options).await
    }

    /// The database, reached by another URL.
    async fn over_url(database: Database, url: &str, options: MariaDbOptions) -> Self {
        let store = MariaDbStore::connect(url, options).await.unwrap();
        let epoch = claim(&store, "node_test").await;
        let lane = store.journal().lane(0).await.unwrap();
        Self { store, lane, epoch, database }
    }

    /// A part with events.
    fn events(&self, entity: &EntityId, seen: u64, count: u64) -> Part {
        events(entity, seen, count, self.epoch)
    }

    async fn append(&mut self, parts: &[Part]) -> Result<Verdicts, JournalError> {
        self.lane.append(parts).await
    }

    /// Stores one part that nothing speaks against.
    async fn store(&mut self, part: Part) {
        let verdicts = self.append(&[part]).await.unwrap();
        assert!(verdicts[0].is_ok(), "{verdicts:?}");
    }

    async fn stored(&self, entity: &EntityId) -> usize {
        self.store.journal().load(entity).await.unwrap().events.len()
    }

    /// A second connection, as a tool or another node would have it.
    async fn intruder(&self) -> MySqlConnection {
        MySqlConnectOptions::from_str(self.database.url()).unwrap().connect().await.unwrap()
    }

    /// A second connection with a transaction in which a statement has run.
    async fn holding(&self, sql: &str) -> MySqlConnection {
        let mut intruder = self.intruder().await;
        run(&mut intruder, "START TRANSACTION").await;
        run(&mut intruder, sql).await;
        intruder
    }

    async fn assert_dense(&self) {
        let journal = self.store.journal();
        for (shard, head) in journal.heads().await.unwrap() {
            let events = journal.tail(shard, 0, usize::MAX).await.unwrap();
            let numbers: Vec<u64> = events.iter().map(|event| event.shard_seq).collect();
            assert_eq!(numbers, (1..=head).collect::<Vec<_>>(), "shard {}", shard.number());
            assert!(
                events.is_sorted_by_key(|event| event.epoch),
                "shard {}: an older epoch wrote later",
                shard.number()
            );
        }
    }
}

async fn claim(store: &MariaDbStore, node: &str) -> Epoch {
    store.shard_table().claim_all(node, "127.0.0.1:1").await.unwrap()[0].1
}

fn events(entity: &EntityId, seen: u64, count: u64, epoch: Epoch) -> Part {
    let mut part = Part::empty(entity.clone(), Version(seen), epoch, NOW);
    part.events = (1..=count).map(|n| event(&format!("{{\"n\":{}}}", seen + n))).collect();
    part
}

async fn run(connection: &mut MySqlConnection, sql: &str) {
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
}

/// Fails unless an error says that certainly nothing was stored.
fn assert_away<T: std::fmt::Debug>(answer: Result<T, JournalError>) {
    assert!(matches!(answer, Err(JournalError::Unavailable(_))), "{answer:?}");
}

/// An id as SQL text.
fn hex(entity: &EntityId) -> String {
    format!("x'{}'", entity.id.simple())
}
