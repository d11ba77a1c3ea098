//! Entities that are known not to be there: many are asked for that never will be, such as the rating of what nobody rated.

use dashmap::DashSet;
use uuid::Uuid;

/// How many are remembered; then it begins anew.
const ABSENT_MAX: usize = 10_000;

/// They are noted and forgotten under the lock of their place among the cells: one that is being made has a cell, and whoever has
/// a cell is not noted here.
#[derive(Default)]
pub(super) struct Absent(DashSet<Uuid>);

impl Absent {
    /// Whether it is known not to be there.
    pub(super) fn has(&self, id: Uuid) -> bool {
        self.0.contains(&id)
    }

    /// It was looked for, and is not there.
    pub(super) fn note(&self, id: Uuid) {
        if self.0.len() >= ABSENT_MAX {
            self.0.clear();
        }
        self.0.insert(id);
    }

    /// It may be made from now on.
    pub(super) fn forget(&self, id: Uuid) {
        self.0.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_made_is_not_absent_and_only_so_many_are_remembered() {
        let absent = Absent::default();
        let id = Uuid::from_u128(1);
        absent.note(id);
        assert!(absent.has(id));
        absent.forget(id);
        assert!(!absent.has(id));
        let all = |n: usize| Uuid::from_u128(u128::try_from(n).unwrap());
        (0..=ABSENT_MAX).for_each(|n| absent.note(all(n)));
        assert!(absent.has(all(ABSENT_MAX)) && !absent.has(all(0)));
    }
}
