//! Places for work of which only so much may run at once, however many are wanted from now on.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// So many places. When they become fewer while they are taken, those that come back are not given out again.
#[derive(Debug)]
pub(super) struct Places {
    free: Semaphore,
    /// Taken ones that are too many.
    owed: AtomicUsize,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    permit: Option<SemaphorePermit<'a>>,
    owed: &'a AtomicUsize,
}

impl Places {
    pub(super) const fn new(count: usize) -> Self {
        Self { free: Semaphore::const_new(count), owed: AtomicUsize::new(0) }
    }

    pub(super) async fn take(&self) -> Place<'_> {
        // The semaphore is never closed.
        Place { permit: self.free.acquire().await.ok(), owed: &self.owed }
    }

    /// There are to be so many instead of so many.
    pub(super) fn resize(&self, before: usize, count: usize) {
        let fewer = before.saturating_sub(count);
        self.owed.fetch_add(fewer - self.free.forget_permits(fewer), Ordering::AcqRel);
        for _ in before..count {
            if !pay(&self.owed) {
                self.free.add_permits(1);
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if pay(self.owed)
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
        }
    }
}

/// Takes one from what is owed; false when nothing is.
fn pay(owed: &AtomicUsize) -> bool {
    owed.fetch_update(Ordering::AcqRel, Ordering::Acquire, |owed| owed.checked_sub(1)).is_ok()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn taken(places: &Places) -> Vec<Place<'_>> {
        std::iter::from_fn(|| places.take().now_or_never()).collect()
    }

    #[test]
    fn fewer_places_hold_as_soon_as_those_that_are_taken_come_back() {
        let places = Places::new(6);
        let all = taken(&places);
        assert_eq!(all.len(), 6);
        places.resize(6, 2);
        assert!(taken(&places).is_empty());
        drop(all);
        assert_eq!(taken(&places).len(), 2);
    }

    #[test]
    fn places_that_become_more_again_are_no_more_than_asked_for() {
        let places = Places::new(6);
        let all = taken(&places);
        places.resize(6, 2);
        places.resize(2, 5);
        drop(all);
        assert_eq!(taken(&places).len(), 5);
        places.resize(5, 8);
        let some = taken(&places);
        assert_eq!(some.len(), 8);
        drop(some);
        places.resize(8, 3);
        assert_eq!(taken(&places).len(), 3);
    }
}
