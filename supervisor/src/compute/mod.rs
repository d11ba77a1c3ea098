//! CPU pools: hashing, resizing and scoring beside the reactor threads, on actix's `SyncArbiter`.
//!
//! A [`Job`] is computed on one of a few own threads, each with a scratch value (buffers, a decoder, a model) that it
//! keeps from job to job. actix brings the threads and the shared queue; what it lacks is added here:
//!
//! | actix alone                                   | a [`ComputePool`]                                                |
//! |-----------------------------------------------|------------------------------------------------------------------|
//! | its queue has no limit                        | a semaphore lets in as many jobs as there are threads; at most `queue_max` wait, the rest is refused with `Busy` |
//! | a panic ends the thread for good              | it is caught, counted and answered; the scratch is built afresh   |
//! | once closed, closed for ever                  | rebuilt at the next job, or by the pool's task in the tree        |
//! | a job that nobody waits for stays in the queue | waiting ends with its caller or its deadline, at once             |
//!
//! What it costs: one idle thread (actix's system) for each pool beside its workers. What it cannot do: interrupt a job
//! that runs; its caller is told `Expired` and the thread is busy until the job ends.
//!
//! Deadlines follow tokio's clock, jobs take real time: do not run a pool on a paused clock, it would jump to the deadline.

mod counters;
mod engine;
mod error;
mod gate;
mod pool;
#[cfg(test)]
mod tests;
mod worker;

pub use error::ComputeError;
pub use pool::ComputePool;

/// A computation. It must not wait for anything outside itself.
pub trait Job: Send + 'static {
    /// What comes out.
    type Output: Send + 'static;
    /// What a thread keeps between jobs; built on the thread, and again after a panic.
    type Scratch: Default + 'static;
    /// Name of the pool, of its threads and of its place in the tree.
    const POOL: &'static str;

    /// Computes.
    fn run(self, scratch: &mut Self::Scratch) -> Self::Output;
}
