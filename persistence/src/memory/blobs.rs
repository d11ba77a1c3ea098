//! Blobs in memory.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Mutex;

use amazoff_supervisor::documents::{Blobs, QUERY_LIMIT_MAX, StoredBlob};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{Clock as _, SystemClock, Timestamp};
use futures::future::BoxFuture;

use super::locked;
use crate::files::{check_derived, is_derived, name_of};

/// Immutable bytes by the hex SHA-256 of their content.
#[derive(Debug, Default)]
pub struct MemoryBlobs {
    blobs: Mutex<BTreeMap<String, (Vec<u8>, Timestamp)>>,
    derived: Mutex<HashMap<(String, String), Vec<u8>>>,
}

impl Blobs for MemoryBlobs {
    fn put<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, Result<String, JournalError>> {
        Box::pin(async move {
            let name = name_of(bytes);
            let now = SystemClock.now();
            locked(&self.blobs).entry(name.clone()).or_insert_with(|| (bytes.to_vec(), now));
            Ok(name)
        })
    }

    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move { Ok(locked(&self.blobs).get(name).map(|(bytes, _)| bytes.clone())) })
    }

    fn list<'a>(
        &'a self,
        after: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredBlob>, JournalError>> {
        Box::pin(async move {
            let from = after.map_or(Bound::Unbounded, |after| Bound::Excluded(after.to_owned()));
            let blobs = locked(&self.blobs);
            let listed = blobs.range((from, Bound::Unbounded)).take(limit.min(QUERY_LIMIT_MAX));
            let stored = |(name, (bytes, stored_at)): (&String, &(Vec<u8>, Timestamp))| StoredBlob {
                name: name.clone(),
                bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
                stored_at: *stored_at,
            };
            Ok(listed.map(stored).collect())
        })
    }

    fn put_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        Box::pin(async move {
            check_derived(name, form)?;
            locked(&self.derived).insert((name.to_owned(), form.to_owned()), bytes.to_vec());
            Ok(())
        })
    }

    fn get_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        Box::pin(async move {
            let key = (name.to_owned(), form.to_owned());
            Ok(locked(&self.derived).get(&key).filter(|_| is_derived(name, form)).cloned())
        })
    }
}
