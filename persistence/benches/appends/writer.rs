//! Writes parts as the journal keeps them, and checks nothing but the fence, if that.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_supervisor::journal::Part;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder};

/// Where the loop writes.
pub(crate) enum Bare {
    Sqlite(SqliteConnectOptions),
    MariaDb(MySqlConnectOptions),
}

impl Bare {
    /// Beside a store that has the file open.
    pub(crate) fn sqlite(file: &std::path::Path) -> Self {
        Self::Sqlite(
            SqliteConnectOptions::new()
                .filename(file)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .pragma("wal_autocheckpoint", "4000")
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", "-32768"),
        )
    }

    /// A database whose schema is there.
    pub(crate) fn mariadb(url: &str) -> Self {
        Self::MariaDb(url.parse().unwrap())
    }
}

/// Writes a group of parts in one transaction, for either database.
macro_rules! write {
    ($connection:expr, $begin:literal, $lock:literal, $parts:expr, $numbers:expr, $fenced:expr) => {{
        let mut transaction = $connection.begin_with($begin).await.unwrap();
        if $fenced {
            let shards: BTreeSet<u16> = $parts.iter().map(|part: &Part| part.shard().number()).collect();
            let mut query = QueryBuilder::new("SELECT epoch, state FROM shard WHERE shard_id IN (");
            let mut list = query.separated(", ");
            for shard in &shards {
                list.push_bind(*shard);
            }
            query.push(concat!(") ORDER BY shard_id", $lock));
            let rows: Vec<(i64, String)> = query.build_query_as().fetch_all(&mut *transaction).await.unwrap();
            assert_eq!(rows.len(), shards.len());
        }
        let mut events = QueryBuilder::new(
            "INSERT INTO journal (kind, id, seq, shard_id, shard_seq, epoch, `schema`, at, command_id, causation, \
             correlation, payload, checksum) ",
        );
        events.push_values($parts, |mut row, part| {
            let event = &part.events[0];
            row.push_bind(part.entity.kind.as_str().to_owned())
                .push_bind(part.entity.id.as_bytes().to_vec())
                .push_bind(i64::try_from(part.seen.0 + 1).unwrap())
                .push_bind(part.shard().number())
                .push_bind($numbers.next(part.shard().number()))
                .push_bind(i64::try_from(part.epoch.0).unwrap())
                .push_bind(event.schema)
                .push_bind(part.at.unix_ms())
                .push_bind(event.command_id.0.as_bytes().to_vec())
                .push_bind(None::<Vec<u8>>)
                .push_bind(event.correlation.0.as_bytes().to_vec())
                .push_bind(event.payload.clone())
                .push_bind(0_u32);
        });
        events.build().execute(&mut *transaction).await.unwrap();
        let mut commands = QueryBuilder::new(
            "INSERT INTO command_log (kind, id, command_id, fingerprint, outcome, sealed_command, context, seq, expires_at) ",
        );
        commands.push_values($parts, |mut row, part| {
            let record = &part.commands[0];
            row.push_bind(part.entity.kind.as_str().to_owned())
                .push_bind(part.entity.id.as_bytes().to_vec())
                .push_bind(record.command_id.0.as_bytes().to_vec())
                .push_bind(7_i64)
                .push_bind(record.outcome.clone())
                .push_bind(record.sealed_command.clone())
                .push_bind(record.context.clone())
                .push_bind(i64::try_from(record.seq.0).unwrap())
                .push_bind(record.expires_at.unix_ms());
        });
        commands.build().execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }};
}

/// The next number of each shard.
struct Numbers(BTreeMap<u16, i64>);

impl From<Vec<(i16, i64)>> for Numbers {
    fn from(heads: Vec<(i16, i64)>) -> Self {
        Self(heads.into_iter().map(|(shard, head)| (shard.cast_unsigned(), head)).collect())
    }
}

impl Numbers {
    fn next(&mut self, shard: u16) -> i64 {
        let head = self.0.entry(shard).or_default();
        *head += 1;
        *head
    }
}

/// One connection, and what it has written.
pub(crate) struct Writer {
    connection: Connection,
    numbers: Numbers,
}

enum Connection {
    Sqlite(SqliteConnection),
    MariaDb(MySqlConnection),
}

impl Writer {
    /// Connects, and reads what is there.
    pub(crate) async fn open(bare: &Bare) -> Self {
        let heads = "SELECT shard_id, max(shard_seq) FROM journal GROUP BY shard_id";
        match bare {
            Bare::Sqlite(options) => {
                let mut connection = options.connect().await.unwrap();
                let rows: Vec<(i16, i64)> = sqlx::query_as(heads).fetch_all(&mut connection).await.unwrap();
                Self { connection: Connection::Sqlite(connection), numbers: Numbers::from(rows) }
            }
            Bare::MariaDb(options) => {
                let mut connection = options.connect().await.unwrap();
                let set = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                sqlx::query(set).execute(&mut connection).await.unwrap();
                let rows: Vec<(i16, i64)> = sqlx::query_as(heads).fetch_all(&mut connection).await.unwrap();
                Self { connection: Connection::MariaDb(connection), numbers: Numbers::from(rows) }
            }
        }
    }

    /// Writes parts in one transaction.
    pub(crate) async fn write(&mut self, parts: &[Part], fenced: bool) {
        let numbers = &mut self.numbers;
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                write!(connection, "BEGIN IMMEDIATE", "", parts, numbers, fenced);
            }
            Connection::MariaDb(connection) => {
                write!(connection, "START TRANSACTION", " LOCK IN SHARE MODE", parts, numbers, fenced);
            }
        }
    }
}
