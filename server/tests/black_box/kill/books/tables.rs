//! The tables of either database.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use sqlx::mysql::{MySqlPool, MySqlPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use crate::common::Setup;

/// An event of the journal.
pub(super) struct Event {
    pub(super) kind: String,
    /// 32 hex digits.
    pub(super) id: String,
    pub(super) seq: i64,
    pub(super) shard: i64,
    pub(super) shard_seq: i64,
    pub(super) body: Value,
}

impl Event {
    /// Whether it is of that name.
    pub(super) fn says(&self, name: &str) -> bool {
        !self.body[name].is_null() || self.body == name
    }
}

/// A database that is only read.
pub(super) enum Tables {
    Sqlite(SqlitePool),
    MariaDb(MySqlPool),
}

/// Runs a query without parameters on whichever database it is.
macro_rules! all {
    ($tables:expr, $row:ty, $query:expr) => {
        match $tables {
            Tables::Sqlite(pool) => sqlx::query_as::<_, $row>($query).fetch_all(pool).await,
            Tables::MariaDb(pool) => sqlx::query_as::<_, $row>($query).fetch_all(pool).await,
        }
    };
}

impl Tables {
    pub(super) async fn open(setup: &Setup) -> Result<Self, sqlx::Error> {
        if let Some(url) = setup.database_url() {
            let pool = MySqlPoolOptions::new().max_connections(1).connect(url).await?;
            return Ok(Self::MariaDb(pool));
        }
        let options = SqliteConnectOptions::new().filename(setup.data().join("journal.db")).read_only(true);
        Ok(Self::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_with(options).await?))
    }

    pub(super) async fn effects_waiting(&self) -> Result<usize, sqlx::Error> {
        all!(self, (String,), "SELECT kind FROM outbox").map(|rows| rows.len())
    }

    pub(super) async fn events(&self) -> Result<Vec<Event>, sqlx::Error> {
        type Row = (String, Vec<u8>, i64, i64, i64, String);
        let rows = all!(self, Row, "SELECT kind, id, seq, shard_id, shard_seq, payload FROM journal")?;
        let event = |(kind, id, seq, shard, shard_seq, payload): Row| Event {
            kind,
            id: hex(&id),
            seq,
            shard,
            shard_seq,
            body: serde_json::from_str(&payload).expect("an event is JSON"),
        };
        Ok(rows.into_iter().map(event).collect())
    }

    pub(super) async fn postings(&self) -> Result<Vec<(String, String, i64)>, sqlx::Error> {
        all!(self, (String, String, i64), "SELECT account, asset, amount FROM posting")
    }

    /// Ids of the users that have claimed a key.
    pub(super) async fn claiming_users(&self) -> Result<BTreeSet<String>, sqlx::Error> {
        let rows = all!(self, (Vec<u8>,), "SELECT owner_id FROM claim WHERE owner_kind = 'user'")?;
        Ok(rows.iter().map(|(id,)| hex(id)).collect())
    }

    /// What nobody should have left behind.
    pub(super) async fn left_over(&self) -> Result<Vec<String>, sqlx::Error> {
        type Row = (String, Vec<u8>, String);
        let mut findings = Vec::new();
        let mut add = |meaning: &str, rows: Vec<Row>| {
            findings
                .extend(rows.iter().map(|(kind, id, what)| format!("{meaning}: {kind} {} {what}", hex(id))));
        };
        add("an effect was given up", all!(self, Row, "SELECT kind, id, destination FROM dead_letter")?);
        add("an effect is left", all!(self, Row, "SELECT kind, id, destination FROM outbox")?);
        add("a command crashed", all!(self, Row, "SELECT kind, id, cause FROM quarantine")?);
        Ok(findings)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
