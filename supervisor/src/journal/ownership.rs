//! The ports to what stands beside the journal: who owns which shard, and persons' keys.

use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;
use uuid::Uuid;

use super::JournalError;
use crate::clock::Timestamp;
use crate::ids::{Epoch, ShardId};

/// A node that wants the shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its name.
    pub node: &'a str,
    /// Where others reach it.
    pub address: &'a str,
    /// The program's version.
    pub version: &'a str,
    /// The generation under which this name last owned the shards, as far as the candidate itself remembers. Whoever knows
    /// it is the same node again and need not wait for its own lease to end.
    pub last_generation: Option<u64>,
    /// How long the lease is; `None` for a node that nobody else can stand beside, because its database is locked otherwise.
    pub lease: Option<Duration>,
}

/// What a node owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// How often the node's name has claimed: one more than the last time.
    pub generation: u64,
    /// Every shard's new epoch, by shard.
    pub epochs: Vec<(ShardId, Epoch)>,
}

/// How a claim ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takeover {
    /// The node owns every shard.
    Owned(Ownership),
    /// The lease of another is alive. Nothing has changed.
    Held {
        /// The owner's name.
        by: String,
        /// How long its lease lasts unless it is renewed.
        for_another: Duration,
    },
}

/// How a renewal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The node still owns what it claimed, and its lease begins anew.
    Kept {
        /// Whether no other node is alive, so that nobody can take over unseen before one announces itself.
        sole: bool,
    },
    /// Somebody else has claimed since, under another name or the same. This does not change any more.
    Lost,
}

/// The table of shard owners.
///
/// Leases are judged by the database's own clock and by no other, so nodes need not agree on the time. A lease only says
/// whether others may claim: what a node may write is decided by its epochs, whatever anybody believes about time.
pub trait ShardTable: Send + Sync + 'static {
    /// Takes every shard for a node, unless the lease of another is alive: sets the owner and adds one to each epoch, in one
    /// transaction that waits for every append under the former epochs. The former owner's renewals are refused from then on.
    fn claim<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<Takeover, JournalError>>;

    /// Takes every shard for a node without a lease. See [`ShardTable::claim`].
    ///
    /// # Errors
    /// Also when the lease of another is alive.
    fn claim_all<'a>(
        &'a self,
        node: &'a str,
        address: &'a str,
    ) -> BoxFuture<'a, Result<Vec<(ShardId, Epoch)>, JournalError>> {
        Box::pin(async move {
            let version = env!("CARGO_PKG_VERSION");
            let candidate = Candidate { node, address, version, last_generation: None, lease: None };
            match self.claim(&candidate).await? {
                Takeover::Owned(ownership) => Ok(ownership.epochs),
                Takeover::Held { by, .. } => {
                    Err(JournalError::Unavailable(format!("node {by} owns the shards")))
                }
            }
        })
    }

    /// Begins the lease of an owner anew. An owner whose lease has ended keeps the shards as long as nobody claims them.
    fn renew<'a>(
        &'a self,
        node: &'a str,
        generation: u64,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Renewal, JournalError>>;

    /// Says that a node is alive and would take the shards; the owner hears of it at its next renewal. Counts for as long as
    /// the candidate's lease. Does nothing to a name that owns the shards.
    fn announce<'a>(&'a self, candidate: &'a Candidate<'a>) -> BoxFuture<'a, Result<(), JournalError>>;

    /// Ends an owner's lease at once and leaves the shards to whoever claims them. Does nothing for a former owner.
    fn release<'a>(&'a self, node: &'a str, generation: u64) -> BoxFuture<'a, Result<(), JournalError>>;

    /// Adds to every epoch and leaves all shards without an owner. For the time after a replica was promoted that may lack
    /// the newest claims: no epoch of the past, known to this database or not, is valid again if `by` exceeds the number of
    /// claims that may be missing.
    fn raise_epochs(&self, by: u32) -> BoxFuture<'_, Result<(), JournalError>>;
}

/// How sure a node is that it owns its shards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does: what it answers is the newest.
    #[default]
    Owner,
    /// It could not ask for a while, but knew of no other node: it answers from memory, and says that there may be something
    /// newer. It writes nothing.
    Stale,
    /// Another may own them: it neither reads nor writes.
    Fenced,
}

/// Which shards this node may write, and under which epoch.
pub trait Shards: Send + Sync + 'static {
    /// The epoch under which this node owns the shard; `None` when it does not, or is not sure.
    fn epoch(&self, shard: ShardId) -> Option<Epoch>;
    /// The node's name, for introspection.
    fn node(&self) -> &str;
    /// How sure the node is now.
    fn standing(&self) -> Standing {
        Standing::Owner
    }
    /// The journal has refused an append because of its epoch: whoever knows better than the journal does not exist.
    fn refused(&self, shard: ShardId) {
        let _ = shard;
    }
}

/// A person, and their key as it is stored.
pub type WrappedKey = (Uuid, Vec<u8>);

/// Wrapped data keys of persons; deleting one makes that person's data unreadable for ever.
pub trait KeyTable: Send + Sync + 'static {
    /// Stores a wrapped key unless the person has one or is erased; returns the one that counts, `None` when erased.
    fn put_if_absent<'a>(
        &'a self,
        person: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>>;
    /// Some persons who have a key, at most `limit`, and their keys, wrapped; none only when nobody has one.
    fn some(&self, limit: u32) -> BoxFuture<'_, Result<Vec<WrappedKey>, JournalError>>;
    /// A person's wrapped key, `None` when there is none or it was erased.
    fn get(&self, person: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>>;
    /// Destroys a person's key and remembers that it was.
    fn erase(&self, person: Uuid, at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>>;
}
