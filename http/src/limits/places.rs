//! Places that are counted by whoever holds them.

use std::hash::Hash;
use std::sync::Arc;

use dashmap::DashMap;

/// How many places each has. Nothing is kept of whoever has none. Clones share it.
pub(crate) struct Places<K: Eq + Hash>(Arc<DashMap<K, usize>>);

/// A place, free again when it is dropped.
pub(crate) struct Place<K: Eq + Hash> {
    of: K,
    taken: Arc<DashMap<K, usize>>,
}

impl<K: Eq + Hash> Default for Places<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash> Clone for Places<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Copy + Eq + Hash> Places<K> {
    /// One more place; `None` when there are `max` already.
    pub(crate) fn take(&self, of: K, max: usize) -> Option<Place<K>> {
        let mut taken = self.0.entry(of).or_default();
        if *taken >= max {
            return None;
        }
        *taken += 1;
        Some(Place { of, taken: Arc::clone(&self.0) })
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        self.taken.remove_if_mut(&self.of, |_, taken| {
            *taken = taken.saturating_sub(1);
            *taken == 0
        });
    }
}
