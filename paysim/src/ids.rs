//! Ids as the providers make them, but the same ones for the same seed.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

const MIXED: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Makes ids.
#[derive(Debug)]
pub(crate) struct Ids(StdRng);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }
    fn text(&mut self, letters: &[u8], length: usize) -> String {
        let mut one = || letters.get(self.0.random_range(0..letters.len())).copied().map_or('0', char::from);
        (0..length).map(|_| one()).collect()
    }
    /// An id of Stripe, such as `pi_…`.
    pub(crate) fn stripe(&mut self, prefix: &str) -> String {
        format!("{prefix}_{}", self.text(MIXED, 24))
    }
    /// An id of PayPal: 17 digits and capitals.
    pub(crate) fn paypal(&mut self) -> String {
        self.text(UPPER, 17)
    }
    /// A place in a queue of so many.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        if count == 0 { 0 } else { self.0.random_range(0..count) }
    }
}
