//! How sure the node is of its shards, as a test says.

use std::sync::{Arc, Mutex};

use amazoff_supervisor::journal::{Shards, Standing};
use amazoff_supervisor::{Epoch, ShardId};

/// Shards that are owned, with a doubt.
pub(crate) struct Sureness {
    owned: Arc<dyn Shards>,
    standing: Mutex<Standing>,
}

impl Sureness {
    pub(crate) fn over(owned: Arc<dyn Shards>) -> Arc<Self> {
        Arc::new(Self { owned, standing: Mutex::default() })
    }

    pub(crate) fn set(&self, standing: Standing) {
        *self.standing.lock().unwrap() = standing;
    }
}

impl Shards for Sureness {
    fn epoch(&self, shard: ShardId) -> Option<Epoch> {
        self.owned.epoch(shard).filter(|_| self.standing() == Standing::Owner)
    }
    fn node(&self) -> &str {
        self.owned.node()
    }
    fn standing(&self) -> Standing {
        *self.standing.lock().unwrap()
    }
}
