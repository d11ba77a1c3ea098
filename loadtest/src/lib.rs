//! A load tester for web APIs that knows no shop: scenarios are files, and what a run says can be trusted.
//!
//! - **Latency counts from the intended start.** What waits because the target is slow is part of the response time; starts
//!   that could not be made in time are counted as dropped. Service time, from the bytes sent to the bytes read, stands beside it.
//! - **A run is replayable.** Every decision of a shopper follows from the seed and the shopper's number, however many
//!   processes share the work.
//! - **Everything is bounded**: rate, shoppers, sockets, duration, bodies, distinct errors; see [`limits`].
//! - **A fast run that breaks an invariant fails.** Checks after the run are part of the verdict.
//!
//! [`cli`] is all that a program needs to mount it; the guide is `docs/load-testing.md`.

#![warn(missing_docs)]

mod agent;
pub mod cli;
mod collect;
mod compare;
mod engine;
mod error;
mod feed;
mod invariants;
mod judge;
pub mod limits;
mod live;
mod numbers;
mod record;
mod report;
mod run;
mod scenario;
mod seed;
mod shipped;
mod shopper;
mod target;
mod template;
mod think;
mod threshold;
pub use error::{BadScenario, Finding, LoadError};
