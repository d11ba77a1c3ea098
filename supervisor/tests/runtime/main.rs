//! The runtime's promises, shown on a small entity over the in-memory journal.
#![allow(clippy::expect_used, reason = "a test ends where it is surprised")]

mod durability;
mod effects;
mod failures;
mod inspect;
mod limits;
mod tally;
mod world;
