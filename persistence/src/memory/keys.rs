//! Persons' wrapped keys in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::journal::{JournalError, KeyTable};
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

    fn any(&self) -> BoxFuture<'_, Result<Option<(Uuid, Vec<u8>)>, JournalError>> {
        Box::pin(async move {
            Ok(locked(&self.keys).iter().find_map(|(person, wrapped)| Some((*person, wrapped.clone()?))))
        })
    }

    fn erase(&self, person: Uuid, _at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            locked(&self.keys).insert(person, None);
            Ok(())
        })
    }
}
