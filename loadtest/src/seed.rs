//! Where chance comes from: the seed and who asks, never the order in which things happen.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// Whose chance it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whose {
    /// The executor's place in the scenario; setup, teardown and invariants have places of their own.
    pub executor: u64,
    /// The arrival (open) or the shopper (closed).
    pub number: u64,
    /// The shopper's how many-th journey.
    pub round: u64,
}

/// The executor's own chance: distances between arrivals.
pub(crate) const ARRIVALS: u64 = u64::MAX;
/// Setup's place.
pub(crate) const SETUP: u64 = u64::MAX - 1;
/// Teardown's place.
pub(crate) const TEARDOWN: u64 = u64::MAX - 2;
/// The place of the checks after the run.
pub(crate) const INVARIANTS: u64 = u64::MAX - 3;

/// Chance that is the same whenever the same asks under the same seed.
pub(crate) fn chance(seed: u64, whose: Whose) -> ChaCha8Rng {
    let mut bytes = [0_u8; 32];
    let words = [seed, whose.executor, whose.number, whose.round];
    for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(bytes)
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;

    #[test]
    fn the_same_seed_and_shopper_decide_alike_and_others_differently() {
        let draw = |seed, number| chance(seed, Whose { executor: 0, number, round: 0 }).random::<u64>();
        assert_eq!(draw(1, 7), draw(1, 7));
        assert_ne!(draw(1, 7), draw(1, 8));
        assert_ne!(draw(1, 7), draw(2, 7));
    }
}
