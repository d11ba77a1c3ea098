//! Nodes that take turns by a lease, on a paused clock.
#![allow(clippy::unwrap_used, reason = "a test ends where it is surprised")]

#[cfg(test)]
mod fencing;
#[cfg(test)]
mod line;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod world;
