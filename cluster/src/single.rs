//! A process that owns every shard.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use amazoff_supervisor::journal::{JournalError, ShardTable, Shards};
use amazoff_supervisor::{Epoch, ShardId};

use crate::folder::DataFolder;

/// Why this process may not have the data.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// Another process holds the folder.
    #[error(
        "the data folder {} is in use by another amazoff process: stop that process, or give this one a folder of its own with AMAZOFF_DATA_DIR",
        folder.display()
    )]
    InUse {
        /// Which folder.
        folder: PathBuf,
    },
    /// The folder cannot be made, locked or written.
    #[error("cannot use the data folder {}: {source}; check that it exists and that this user may write to it", folder.display())]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file with the node's name holds something else.
    #[error("{} does not hold a node name: restore it, or delete it to draw a new one", file.display())]
    Name {
        /// Which file.
        file: PathBuf,
    },
    /// The shards cannot be claimed.
    #[error("cannot claim the shards: {0}")]
    Claim(#[from] JournalError),
}

/// The owner of every shard. Holds the folder's lock as long as it lives.
#[derive(Debug)]
pub struct SingleNode {
    folder: DataFolder,
    epochs: BTreeMap<ShardId, Epoch>,
}

impl SingleNode {
    /// Locks the data folder and claims every shard, under the folder's node name and new epochs.
    ///
    /// # Errors
    /// [`TakeError::InUse`] when another process holds the folder; nothing is claimed then.
    pub async fn take(folder: &Path, shards: &dyn ShardTable, address: &str) -> Result<Self, TakeError> {
        Self::claim(DataFolder::lock(folder)?, shards, address).await
    }

    /// Claims every shard for a folder that is locked already: the way to go when the databases in it are opened, and
    /// perhaps brought to a new schema, in between.
    ///
    /// # Errors
    /// [`TakeError::Claim`] when the shards cannot be claimed; the folder is unlocked again.
    pub async fn claim(
        folder: DataFolder,
        shards: &dyn ShardTable,
        address: &str,
    ) -> Result<Self, TakeError> {
        let name = folder.node_name();
        let epochs: BTreeMap<_, _> = shards.claim_all(name, address).await?.into_iter().collect();
        tracing::info!(node = name, shards = epochs.len(), "node {name} owns {} shards", epochs.len());
        Ok(Self { folder, epochs })
    }
}

impl Shards for SingleNode {
    fn epoch(&self, shard: ShardId) -> Option<Epoch> {
        self.epochs.get(&shard).copied()
    }

    fn node(&self) -> &str {
        self.folder.node_name()
    }
}
