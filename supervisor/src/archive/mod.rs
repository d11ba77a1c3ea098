//! The port to what is stored, as it is stored: rows of the transactional truth as of one moment, for checks and backups.
//!
//! Everything else reads through [`Journal`](crate::journal::Journal), which refuses what is damaged. Here damaged rows are
//! answered as they are, because somebody wants to say what is wrong with them.

mod import;
mod rows;
mod scan;
mod tables;

use futures::future::BoxFuture;

pub use import::{Import, ImportError, Importing};
pub use rows::Rows;
pub use scan::{Scan, Seen};
pub use tables::{
    AUDIT, CLAIM, COMMAND_LOG, Column, DEAD_LETTER, EFFECT_MARK, Holds, JOURNAL, OUTBOX, PERSON_KEY, POSTING,
    QUARANTINE, REMINDER, SHARD, SNAPSHOT, TRUTH, Table,
};

use crate::journal::JournalError;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A number; those without a sign with the same 64 bits.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes. In a column of texts: a text that was damaged so that it is none any more.
    Bytes(Vec<u8>),
}

/// A row: one cell per column of its [`Table`], in order.
pub type Row = Vec<Cell>;

/// The transactional truth as rows.
pub trait Archive: Send + Sync + 'static {
    /// Opens a look: all that it reads is as of one moment, whatever is written meanwhile. Writers do not wait for it.
    ///
    /// A look keeps the store from tidying up behind it, so drop it when it is done. A store has one look at a time; a
    /// second one waits.
    ///
    /// # Errors
    /// When the store is away.
    fn look(&self) -> BoxFuture<'_, Result<Box<dyn Look>, JournalError>>;
}

/// One consistent look. Dropping it ends it.
pub trait Look: Send {
    /// Rows of a table in the order of its [`Table::order`] columns, behind a row whose order columns are `after`, at
    /// most `limit`.
    ///
    /// # Errors
    /// When the store is away, or a row does not fit its columns at all ([`JournalError::Corrupt`]).
    fn page<'a>(
        &'a mut self,
        table: &'static Table,
        after: Option<&'a [Cell]>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Row>, JournalError>>;
}
