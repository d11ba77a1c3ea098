//! How many requests run at once. Before everything is slow for everybody, the less urgent are told to come back: a shop that
//! is full still lets those pay who stand at the till.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Class;

/// Requests that run, of so many that may.
#[derive(Clone)]
pub(crate) struct Room {
    max: usize,
    running: Arc<AtomicUsize>,
}

/// A running request.
pub(crate) struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Room {
    pub(crate) fn of(max: usize) -> Self {
        Self { max, running: Arc::default() }
    }

    /// A place for a request; `None` when there is none left for its class.
    pub(crate) fn enter(&self, class: Class) -> Option<Place> {
        let before = self.running.fetch_add(1, Ordering::AcqRel);
        let place = Place(Arc::clone(&self.running));
        (before < self.share(class)).then_some(place)
    }

    /// How full it may be for one more of a class.
    fn share(&self, class: Class) -> usize {
        let percent = match class {
            Class::Address | Class::Browse => 70,
            Class::Change | Class::Login => 85,
            Class::Webhook => 90,
            Class::Checkout | Class::Staff => 100,
        };
        (self.max * percent / 100).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_it_is_full_the_till_stays_open_longest() {
        let room = Room::of(10);
        let mut inside: Vec<_> = (0..7).map(|_| room.enter(Class::Browse).unwrap()).collect();
        assert!(room.enter(Class::Browse).is_none());
        inside.push(room.enter(Class::Change).unwrap());
        assert!(room.enter(Class::Change).is_none());
        inside.push(room.enter(Class::Checkout).unwrap());
        inside.push(room.enter(Class::Checkout).unwrap());
        assert!(room.enter(Class::Checkout).is_none());
        inside.truncate(6);
        assert!(room.enter(Class::Browse).is_some(), "whoever was turned away takes no place");
        drop(inside);
        assert_eq!(room.running.load(Ordering::Acquire), 0);
    }
}
