//! The runtime's promises, shown on a small entity over the in-memory journal.
#![allow(clippy::expect_used, reason = "a test ends where it is surprised")]

mod consistency;
mod dead_letters;
mod durability;
mod effects;
mod failures;
mod frozen;
mod inspect;
mod limits;
mod on_disk;
mod operators;
mod projections;
mod reminders;
mod shelf;
mod standing;
mod tally;
mod world;
