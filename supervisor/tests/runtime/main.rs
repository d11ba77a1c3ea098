//! The runtime's promises, shown on a small entity over the in-memory journal.
#![allow(clippy::expect_used, reason = "a test ends where it is surprised")]

mod consistency;
mod durability;
mod effects;
mod failures;
mod on_disk;
mod projections;
mod shelf;
mod tally;
mod world;
