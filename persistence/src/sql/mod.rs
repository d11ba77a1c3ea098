//! What is the same for every SQL database, written once over a small [`Dialect`].
//!
//! A statement is a text and values ([`Statement`]); the dialect knows how to run it, and how its database locks, begins
//! and fails. The texts keep to what SQLite and MariaDB have in common: `?` for values, backticks around names that one of
//! them reserves, `REPLACE INTO`, no `RETURNING`. Each text is either fixed or one of a few sizes, so that it stays prepared.

mod append;
mod archive;
mod audit;
mod crashes;
mod database;
mod dialect;
mod errors;
mod import;
mod journal;
mod keys;
mod lane;
mod load;
mod outbox;
mod reading;
mod retry;
pub(crate) mod rows;
pub(crate) mod scan;
mod shards;
mod snapshots;
mod statement;
mod together;
mod turns;

pub(crate) use self::archive::SqlArchive;
pub(crate) use self::audit::SqlAudit;
pub(crate) use self::database::Database;
pub(crate) use self::dialect::{Answer, Dialect, Fault};
pub(crate) use self::errors::{unavailable, unreadable};
pub(crate) use self::import::{SqlImport, mark};
pub(crate) use self::journal::SqlJournal;
pub(crate) use self::keys::SqlKeys;
pub(crate) use self::rows::Cells;
pub(crate) use self::shards::SqlShards;
#[cfg(feature = "mariadb")]
pub(crate) use self::statement::ROWS_MAX;
pub(crate) use self::statement::{Statement, Value, many};
pub(crate) use self::together::{Item, Together};
pub(crate) use self::turns::{Turn, Turns};
