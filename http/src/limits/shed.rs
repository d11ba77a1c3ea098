//! How many requests run at once. Before everything is slow for everybody, the less urgent are told to come back: a shop that
//! is full still lets those pay who stand at the till, and still shows its goods to some.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Class;

/// Of a hundred places, those that are kept for whoever looks around: a crowd of buyers takes all others, and reads are short.
const KEPT_FOR_READING_PERCENT: usize = 10;

/// Requests that run, of so many that may.
#[derive(Clone)]
pub(crate) struct Room {
    max: usize,
    running: Arc<Mutex<Running>>,
}

#[derive(Clone, Copy, Default)]
struct Running {
    reading: usize,
    others: usize,
}

impl Running {
    fn of(&mut self, reads: bool) -> &mut usize {
        if reads { &mut self.reading } else { &mut self.others }
    }
}

/// A running request.
pub(crate) struct Place {
    running: Arc<Mutex<Running>>,
    reads: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut running = held(&self.running);
        let count = running.of(self.reads);
        *count = count.saturating_sub(1);
    }
}

fn held(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    // Nothing panics while it is held; the counts would be right all the same.
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Room {
    pub(crate) fn of(max: usize) -> Self {
        Self { max, running: Arc::default() }
    }

    /// A place for a request; `None` when there is none left for its class.
    pub(crate) fn enter(&self, class: Class) -> Option<Place> {
        let reads = matches!(class, Class::Address | Class::Browse);
        let kept = (self.max * KEPT_FOR_READING_PERCENT / 100).max(1);
        let mut running = held(&self.running);
        // To all others the kept places count as taken.
        let taken = running.others + if reads { running.reading } else { running.reading.max(kept) };
        let has_kept_place = reads && running.reading < kept;
        if taken >= self.share(class) && !has_kept_place {
            return None;
        }
        *running.of(reads) += 1;
        Some(Place { running: Arc::clone(&self.running), reads })
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

    fn running(room: &Room) -> usize {
        let running = *held(&room.running);
        running.reading + running.others
    }

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
        assert_eq!(running(&room), 0);
    }

    #[test]
    fn a_crowd_of_buyers_leaves_some_places_to_those_who_look() {
        let room = Room::of(20);
        let buying: Vec<_> = (0..30).filter_map(|_| room.enter(Class::Checkout)).collect();
        assert_eq!(buying.len(), 18);
        let looking: Vec<_> = (0..5).filter_map(|_| room.enter(Class::Browse)).collect();
        assert_eq!(looking.len(), 2, "the kept places, and no more than there are in all");
        assert_eq!(running(&room), 20);
        drop(looking);
        assert!(room.enter(Class::Checkout).is_none(), "kept for the next who look");
        assert!(room.enter(Class::Address).is_some());
    }

    #[test]
    fn the_smallest_room_lets_each_class_in() {
        for class in Class::ALL {
            assert!(Room::of(8).enter(class).is_some(), "{class:?}");
        }
    }
}
