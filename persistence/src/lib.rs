//! Adapters of the ports that `supervisor` defines: where the shop's data is kept.
//!
//! - [`SqliteStore`]: the embedded default. Two files in one folder: `journal.db` is the transactional truth (WAL,
//!   `synchronous=FULL`: an `Ok` means that the disk has it), `documents.db` holds what can be rebuilt from it.
//! - [`MariaDbStore`]: the truth on a MariaDB server, for shops that outgrow one machine.
//! - [`MemoryStore`]: the same rules without a disk, a thread or a clock; for tests.
//! - [`mongodb::MongoStore`]: documents and media in a replica set, for a shop of several nodes.
//! - [`FileBlobs`]: immutable bytes in a folder, named by their SHA-256.
//!
//! One contract suite (`tests/contract`) judges all adapters of a port, so a rule that only one of them keeps is a bug.
//!
//! # Invariants
//!
//! - JOURNAL-1: a part is stored whole or not at all, and a refused part never takes its neighbours with it.
//! - JOURNAL-2: of two writers that have seen the same version exactly one stores its events.
//! - JOURNAL-3: a writer whose epoch is outdated stores nothing.
//! - JOURNAL-4: `shard_seq` is dense per shard, so a follower that sees no gap has seen everything.
//! - JOURNAL-5: what was damaged on disk is reported as corrupt, never replayed.
//! - DOC-1: writing a document with an older or equal source sequence changes nothing.
#![warn(missing_docs)]

mod bugs;
mod fields;
mod files;
#[cfg(feature = "mariadb")]
mod mariadb;
mod memory;
#[cfg(feature = "mongodb")]
pub mod mongodb;
mod rules;
mod sql;
mod sqlite;

pub use files::FileBlobs;
#[cfg(feature = "mariadb")]
pub use mariadb::{MariaDbError, MariaDbOptions, MariaDbScan, MariaDbStore, PoolStats};
pub use memory::{AppendFailure, MemoryBlobs, MemoryStore};
pub use sqlite::{OpenError, SqliteScan, SqliteStore, SqliteTruth, SqliteViews};
