//! Choices that a property test makes; when they run out, everything goes the plain way.

pub(super) struct Dice {
    rolls: std::vec::IntoIter<u8>,
}

impl Dice {
    pub(super) fn of(rolls: Vec<u8>) -> Self {
        Self { rolls: rolls.into_iter() }
    }
    /// Everything in order, once.
    pub(super) fn plain() -> Self {
        Self::of(Vec::new())
    }
    /// A number below `bound`; 0 when the rolls have run out.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.rolls.next().unwrap_or(0)) % bound
    }
}
