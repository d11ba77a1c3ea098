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
///
/// ```
/// use std::time::Duration;
///
/// use amazoff_supervisor::compute::{ComputePool, Job};
/// use tokio::time::Instant;
///
/// struct Sorted(Vec<u32>);
///
/// impl Job for Sorted {
///     type Output = Vec<u32>;
///     type Scratch = ();
///     const POOL: &'static str = "sorting";
///
///     fn run(mut self, (): &mut ()) -> Vec<u32> {
///         self.0.sort_unstable();
///         self.0
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(async {
/// let pool = ComputePool::new(1, 8); // one thread, at most eight jobs wait
/// let sorted = pool.run(Sorted(vec![3, 1, 2]), Instant::now() + Duration::from_secs(30)).await;
/// assert_eq!(sorted, Ok(vec![1, 2, 3]));
/// pool.stop().await; // in a program `pool.supervise()` is a child of the tree, which starts and stops it
/// # });
/// ```
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
