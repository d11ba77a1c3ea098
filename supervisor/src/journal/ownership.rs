//! The ports to what stands beside the journal: who owns which shard, and persons' keys.

use futures::future::BoxFuture;
use uuid::Uuid;

use super::JournalError;
use crate::clock::Timestamp;
use crate::ids::{Epoch, ShardId};

/// The table of shard owners.
pub trait ShardTable: Send + Sync + 'static {
    /// Takes every shard for a node: sets the owner and adds one to each epoch, in one transaction.
    fn claim_all<'a>(
        &'a self,
        node: &'a str,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, Epoch)>, JournalError>>;
}

/// Which shards this node may write, and under which epoch.
pub trait Shards: Send + Sync + 'static {
    /// The epoch under which this node owns the shard; `None` when it does not.
    fn epoch(&self, shard: ShardId) -> Option<Epoch>;
    /// The node's name, for introspection.
    fn node(&self) -> &str;
}

/// Wrapped data keys of persons; deleting one makes that person's data unreadable for ever.
pub trait KeyTable: Send + Sync + 'static {
    /// Stores a wrapped key unless the person has one or is erased; returns the one that counts, `None` when erased.
    fn put_if_absent<'a>(
        &'a self,
        person: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>>;
    /// A person's wrapped key, `None` when there is none or it was erased.
    fn get(&self, person: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>>;
    /// Destroys a person's key and remembers that it was.
    fn erase(&self, person: Uuid, at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>>;
}
