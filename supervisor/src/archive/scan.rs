//! The port to everything that a store keeps, in whatever table: for who searches it.

use futures::future::BoxFuture;

use crate::journal::JournalError;

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Of which table or collection.
    pub table: &'a str,
    /// The number of the row in the order of the scan, from 1 on, or its id where it has one text as such.
    pub row: &'a str,
    /// The column; empty where a row is one document.
    pub column: &'a str,
    /// As it is stored.
    pub bytes: &'a [u8],
}

/// Reads everything. Nothing is known of the tables beforehand, so one that was added yesterday is read too.
pub trait Scan: Send + Sync + 'static {
    /// Shows every value that is not null; returns how many rows there were. One row at a time is in memory.
    ///
    /// # Errors
    /// When the store is away.
    fn scan<'a>(
        &'a self,
        see: &'a mut (dyn FnMut(Seen<'_>) + Send),
    ) -> BoxFuture<'a, Result<u64, JournalError>>;
}
