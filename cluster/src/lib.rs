//! Who owns which shard.
//!
//! Today there is one kind of owner: [`SingleNode`], a process that owns every shard. It locks its data folder, so that a
//! second process cannot start on the same data, and claims all shards with new epochs, so that whatever a former process
//! still has in flight is refused by the journal.
//!
//! # Invariants
//!
//! - CLUSTER-1: at most one process holds a data folder.
//! - CLUSTER-2: each start has larger epochs than all starts before it.
//! - CLUSTER-3: a folder keeps its node name for ever.
#![warn(missing_docs)]

mod folder;
mod single;

pub use folder::DataFolder;
pub use single::{SingleNode, TakeError};
