//! Filling an empty store with rows of another one.

use futures::future::BoxFuture;

use super::{Row, Table};
use crate::clock::Timestamp;
use crate::ids::{Epoch, ShardId};
use crate::journal::JournalError;

/// Why a store is not filled.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something is in it already.
    #[error("the store is not empty: there are rows in `{table}`; give it an empty one")]
    NotEmpty {
        /// In which table.
        table: &'static str,
    },
    /// The store is away, or refuses a row.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// An empty store that can be filled.
///
/// From [`Import::begin`] to [`Importing::finish`] the store carries a mark, and nobody who opens it to serve is let in. An
/// import that was interrupted is begun again: what it left is thrown away.
pub trait Import: Send + Sync + 'static {
    /// Marks the store and begins. `source` tells people what is being filled in.
    ///
    /// # Errors
    /// [`ImportError::NotEmpty`] when there is anything that no interrupted import left.
    fn begin<'a>(
        &'a self,
        source: &'a str,
        at: Timestamp,
    ) -> BoxFuture<'a, Result<Box<dyn Importing>, ImportError>>;
}

/// An import under way.
pub trait Importing: Send {
    /// Stores rows of a table in one transaction. The caller keeps them few.
    fn put<'a>(
        &'a mut self,
        table: &'static Table,
        rows: &'a [Row],
    ) -> BoxFuture<'a, Result<(), JournalError>>;
    /// Sets the epochs of shards, so that nobody who wrote to the other store writes to this one.
    fn epochs<'a>(&'a mut self, epochs: &'a [(ShardId, Epoch)]) -> BoxFuture<'a, Result<(), JournalError>>;
    /// Takes the mark away: from now on the store may serve.
    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<(), JournalError>>;
}
