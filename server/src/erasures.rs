//! Persons' keys, with a list of who was erased that no backup ever replaces.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use amazoff_actors::Shop;
use amazoff_actors::ids::UserId;
use amazoff_backup::Erasures;
use amazoff_supervisor::journal::{JournalError, KeyTable, WrappedKey};
use amazoff_supervisor::{Timestamp, spawn_guarded};
use futures::future::BoxFuture;
use tokio::sync::Mutex;
use uuid::Uuid;

const FILE: &str = "erasures.ndjson";

/// Where the list is, unless an operator says otherwise.
pub(crate) fn list_in(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// A table of keys whose erasures are listed before they are done: whoever asked to be erased stays so, whatever backup is
/// restored later.
pub(crate) struct ListedKeys {
    keys: Arc<dyn KeyTable>,
    list: PathBuf,
    /// What is in the list, once it was read; not known after a failure.
    known: Mutex<Option<Erasures>>,
}

impl ListedKeys {
    /// Lists the erasures of a table in a file.
    pub(crate) fn over(keys: Arc<dyn KeyTable>, list: PathBuf) -> Self {
        Self { keys, list, known: Mutex::default() }
    }
}

impl KeyTable for ListedKeys {
    fn put_if_absent<'a>(
        &'a self,
        person: Uuid,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        self.keys.put_if_absent(person, wrapped)
    }

    fn some(&self, limit: u32) -> BoxFuture<'_, Result<Vec<WrappedKey>, JournalError>> {
        self.keys.some(limit)
    }

    fn get(&self, person: Uuid) -> BoxFuture<'_, Result<Option<Vec<u8>>, JournalError>> {
        self.keys.get(person)
    }

    fn erase(&self, person: Uuid, at: Timestamp) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            let mut kept = self.known.lock().await;
            let (path, known) = (self.list.clone(), kept.take());
            let listed = tokio::task::spawn_blocking(move || {
                let mut list = known.map_or_else(|| Erasures::open(&path), Ok)?;
                list.add([(person, at)]).map(|()| list)
            });
            let unlisted =
                |error: String| JournalError::Unavailable(format!("the erasure cannot be listed: {error}"));
            let listed = listed.await.map_err(|error| unlisted(error.to_string()))?;
            *kept = Some(listed.map_err(|error| unlisted(error.to_string()))?);
            self.keys.erase(person, at).await
        })
    }
}

/// Who is listed. To be read before the shop runs: reading cuts off a last line that is not whole, which might be one that is
/// being written.
pub(crate) fn listed(list: &Path) -> Vec<UserId> {
    match Erasures::open(list) {
        Ok(list) => list.all().map(|(person, _)| UserId::from(person)).collect(),
        Err(error) => {
            tracing::error!(%error, "the list of erasures cannot be read: {error}");
            Vec::new()
        }
    }
}

/// Ends, beside everything else, the accounts of persons who are listed and were not erased in these databases, because they
/// were restored from before. Their keys are destroyed already, so nothing of them can be read meanwhile.
pub(crate) fn finish(shop: Shop, listed: Vec<UserId>) {
    spawn_guarded("erasures", async move {
        let mut again = 0;
        for person in listed {
            match shop.users.erase_again(person).await {
                Ok(was_open) => again += usize::from(was_open),
                Err(error) => {
                    // The next start goes on.
                    tracing::warn!(user.id = %person, %error, "{person} is not erased again: {error}");
                }
            }
        }
        if again > 0 {
            tracing::info!(persons = again, "{again} persons were restored and are erased again");
        }
    });
}

#[cfg(test)]
mod tests {
    use amazoff_persistence::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn an_erasure_is_listed_before_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let (store, person) = (MemoryStore::new(), Uuid::from_u128(1));
        let at = Timestamp::from_unix_ms(5);
        let keys = ListedKeys::over(store.key_table(), list_in(folder.path()));
        keys.put_if_absent(person, b"key").await.unwrap();
        keys.erase(person, at).await.unwrap();
        assert_eq!(keys.get(person).await.unwrap(), None);
        assert_eq!(Erasures::open(&list_in(folder.path())).unwrap().of(person), Some(at));

        // Where nothing can be listed, nothing is erased.
        let other = Uuid::from_u128(2);
        let nowhere = ListedKeys::over(store.key_table(), folder.path().join("missing").join("list"));
        nowhere.put_if_absent(other, b"key").await.unwrap();
        assert!(nowhere.erase(other, at).await.is_err());
        assert_eq!(nowhere.get(other).await.unwrap(), Some(b"key".to_vec()));
    }
}
