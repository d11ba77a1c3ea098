//! The runtime's promises, shown on a small entity over the in-memory journal.

mod durability;
mod effects;
mod failures;
mod tally;
mod world;
