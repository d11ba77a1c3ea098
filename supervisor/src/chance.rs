//! The one source of chance: jitter and fresh ids. A test that seeds it sees the same draws again.

use std::cell::RefCell;
use std::time::Duration;

use rand::rngs::{OsRng, StdRng};
use rand::{Rng, RngCore, SeedableRng, TryRngCore};
use uuid::Uuid;

/// Chance that repeats: the generator, and how many ids it has made.
struct Seeded {
    draws: StdRng,
    ids: u64,
}

thread_local! {
    static SEEDED: RefCell<Option<Seeded>> = const { RefCell::new(None) };
}

/// Has this thread draw the same from now on whenever it is given the same seed. For tests on one thread only: ids of a
/// seeded thread can be foretold, and repeat.
pub fn seed(seed: u64) {
    SEEDED.set(Some(Seeded { draws: StdRng::seed_from_u64(seed), ids: 0 }));
}

/// Takes the seed back: this thread draws from the operating system's randomness, as every thread does at first.
pub fn unseed() {
    SEEDED.set(None);
}

fn with<T>(seeded: impl FnOnce(&mut Seeded) -> T, unseeded: impl FnOnce() -> T) -> T {
    // A thread that is ending has no seed any more.
    let drawn = SEEDED.try_with(|state| state.borrow_mut().as_mut().map(seeded)).ok().flatten();
    drawn.unwrap_or_else(unseeded)
}

/// A number from 0 to `most`, each as likely.
pub fn up_to(most: u32) -> u32 {
    with(|seeded| seeded.draws.random_range(0..=most), || rand::random_range(0..=most))
}

/// A part of a duration between `least` and 1; all of it when `least` is not below 1.
pub fn part_of(duration: Duration, least: f64) -> Duration {
    let share = f64::from(up_to(u32::MAX)) / f64::from(u32::MAX);
    duration.mul_f64((least + (1.0 - least) * share).clamp(0.0, 1.0))
}

/// Fills bytes that nobody may foretell, such as keys and nonces: straight from the operating system.
pub fn fill(bytes: &mut [u8]) {
    // One closure gets the bytes or the other, so both borrow through a cell.
    let bytes = RefCell::new(bytes);
    with(
        |seeded| seeded.draws.fill_bytes(&mut bytes.borrow_mut()),
        || OsRng.unwrap_err().fill_bytes(&mut bytes.borrow_mut()),
    );
}

/// A fresh UUIDv7. On a seeded thread its time is a counter, so that ids still grow and nothing of them comes from a clock.
pub fn uuid() -> Uuid {
    let seeded = |seeded: &mut Seeded| {
        let mut random = [0; 10];
        seeded.draws.fill_bytes(&mut random);
        seeded.ids += 1;
        uuid::Builder::from_unix_timestamp_millis(seeded.ids, &random).into_uuid()
    };
    with(seeded, Uuid::now_v7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn() -> (Vec<u32>, Vec<Uuid>) {
        ((0..50).map(|_| up_to(1_000)).collect(), (0..50).map(|_| uuid()).collect())
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_does_not() {
        let [first, again, other] = [7, 7, 8].map(|number| {
            seed(number);
            drawn()
        });
        assert_eq!(first, again);
        assert_ne!(first, other);
        unseed();
        assert_ne!(drawn(), drawn());
    }

    #[test]
    fn ids_grow_and_say_which_version_they_are() {
        seed(1);
        let ids = drawn().1;
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        unseed();
        assert_eq!(uuid().get_version_num(), 7);
    }

    #[test]
    fn a_part_of_a_duration_stays_between_its_bounds() {
        let whole = Duration::from_secs(10);
        for _ in 0..1_000 {
            let part = part_of(whole, 0.8);
            assert!(part >= Duration::from_secs(8) && part <= whole, "{part:?}");
        }
        assert_eq!(part_of(whole, 1.0), whole);
    }

    #[test]
    fn a_seed_concerns_its_thread_only() {
        seed(3);
        let elsewhere = std::thread::spawn(|| SEEDED.with_borrow(Option::is_none)).join().unwrap();
        assert!(elsewhere);
    }
}
