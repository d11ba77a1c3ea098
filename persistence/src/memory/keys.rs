//! Persons' wrapped keys in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::journal::{JournalError, KeyTable, WrappedKey};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::locked;

/// Keys by person; `None` when the person was erased.
#[derive(Default)]
pub(super) struct MemoryKeys {
    keys: Mutex<HashMap<Uuid, Option<Vec<u8>>>>,
}

impl MemoryKeys {
    /// All of them.
    pub(super) fn all(&self) -> Vec<(Uuid, Option<Vec<u8>>)> {
        locked(&self.keys).iter().map(|(person, wrapped)| (*person, wrapped.clone())).collect()
    }
}

impl KeyTable for MemoryKeys {
    fn put_if_absent<'a>(
        &'a self,
        person: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move {
            Ok(locked(&self.keys).entry(person).or_insert_with(|| Some(wrapped.to_vec())).clone())
        })
    }

    fn get(&self, person: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move { Ok(locked(&self.keys).get(&person).cloned().flatten()) })
    }

    fn some(&self, limit: u32) -> BoxFuture<'_, Result<Vec<WrappedKey>, JournalError>> {
        Box::pin(async move {
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let keys = locked(&self.keys);
            let known = keys.iter().filter_map(|(person, wrapped)| Some((*person, wrapped.clone()?)));
            Ok(known.take(limit).collect())
        })
    }

    fn erase(&self, person: Uuid, _at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            locked(&self.keys).insert(person, None);
            Ok(())
        })
    }
}
