//! Who owns which shard.
//!
//! There are two kinds of owner, and both own every shard:
//!
//! - [`SingleNode`]: a process that is alone with its database, which is a file in its data folder. It locks the folder.
//! - [`LeasedNode`]: one of several processes on a database server. It owns the shards as long as it renews its lease, and
//!   waits as a standby while another does.
//!
//! Whoever becomes the owner claims all shards with new epochs, so that whatever a former owner still has in flight is
//! refused by the journal. That alone keeps what is stored right. A lease adds that no two nodes *answer* at the same time as
//! if what they have in memory were the newest.
//!
//! # Invariants
//!
//! - CLUSTER-1: at most one process holds a data folder.
//! - CLUSTER-2: each owner has larger epochs than all owners before it.
//! - CLUSTER-3: a folder keeps its node name for ever.
//! - CLUSTER-4: a node that could not renew its lease for [`FENCED_AFTER`] of its length writes nothing and does not call
//!   itself the owner until a renewal says that nobody has claimed in between.
//! - CLUSTER-5: a node that lost its shards never owns again in the same process: what it has in memory ends with it.
//! - CLUSTER-6: of two processes with the same name, the newer one owns; the older one waits for its lease to end as any
//!   other node does.
#![warn(missing_docs)]

mod belief;
mod folder;
mod leased;
mod single;
mod take;

pub use belief::{FENCED_AFTER, LeaseEnd};
pub use folder::DataFolder;
pub use leased::{LeasedNode, TTL_DEFAULT};
pub use single::{SingleNode, TakeError};
pub use take::Waiting;
