//! The way down in named phases, each with a time limit.
//!
//! ```
//! # use std::time::Duration;
//! # use amazoff_supervisor::shutdown::Phases;
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
//! # runtime.block_on(async {
//! let report = Phases::new()
//!     .phase("stop intake", Duration::from_secs(1), || async { /* close the listeners */ })
//!     .phase("drain", Duration::from_secs(10), || async { /* answer what was asked */ })
//!     .run()
//!     .await;
//! assert!(report.is_clean());
//! # });
//! ```
//!
//! Invariants:
//! - SHUTDOWN-1: phases run in the order in which they were added, one at a time, and each of them begins whatever became
//!   of the ones before it.
//! - SHUTDOWN-2: [`run`](Phases::run) takes no longer than [`limit`](Phases::limit), the sum of the phases' limits.
//! - SHUTDOWN-3: a way down is gone once: `run` takes the phases.
//!
//! Deliberately absent: cutting off code that never awaits. A phase that must block does so on a blocking thread and waits
//! for that, so that the wait can be given up.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::Instant;

use crate::task::panic_text;

/// What is to be done on the way down, in order.
#[derive(Default)]
#[must_use = "nothing happens before it is run"]
pub struct Phases {
    phases: Vec<Phase>,
}

struct Phase {
    name: String,
    limit: Duration,
    begin: Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>,
}

/// How a phase ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did all it had to do.
    Finished,
    /// Its time was over; what it had not done by then is not done.
    TimedOut,
    /// It has a defect; what it had not done by then is not done.
    Panicked {
        /// The text of the panic.
        cause: String,
    },
}

/// What became of one phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseReport {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it ran.
    pub took: Duration,
}

/// What became of a shutdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One entry for each phase, in order.
    pub phases: Vec<PhaseReport>,
}

impl Report {
    /// Whether every phase did all it had to do.
    pub fn is_clean(&self) -> bool {
        self.phases.iter().all(|phase| phase.outcome == Outcome::Finished)
    }

    /// How long all of it ran.
    pub fn took(&self) -> Duration {
        self.phases.iter().map(|phase| phase.took).sum()
    }
}

impl fmt::Debug for Phases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.phases.iter().map(|phase| (&phase.name, phase.limit))).finish()
    }
}

impl Phases {
    /// No phase yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next phase. `begin` is called when its turn comes; its future is dropped when `limit` is over.
    pub fn phase<F, R>(mut self, name: impl Into<String>, limit: Duration, begin: F) -> Self
    where
        F: FnOnce() -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let begin = Box::new(move || begin().boxed());
        self.phases.push(Phase { name: name.into(), limit, begin });
        self
    }

    /// The longest time that [`run`](Self::run) may take.
    pub fn limit(&self) -> Duration {
        self.phases.iter().fold(Duration::ZERO, |sum, phase| sum.saturating_add(phase.limit))
    }

    /// Goes through all phases and logs one line for each. Dropping the future drops the phase that runs and leaves out
    /// the rest.
    pub async fn run(self) -> Report {
        let mut phases = Vec::with_capacity(self.phases.len());
        for phase in self.phases {
            let report = phase.run().await;
            report.log();
            phases.push(report);
        }
        Report { phases }
    }
}

impl Phase {
    async fn run(self) -> PhaseReport {
        let Self { name, limit, begin } = self;
        let begun = Instant::now();
        // The closure is called within, so that its panic is caught as well. Nothing of a phase is used after its panic.
        let guarded = AssertUnwindSafe(async move { begin().await }).catch_unwind();
        let outcome = match tokio::time::timeout(limit, guarded).await {
            Ok(Ok(())) => Outcome::Finished,
            Ok(Err(panic)) => Outcome::Panicked { cause: panic_text(panic.as_ref()) },
            Err(_) => Outcome::TimedOut,
        };
        PhaseReport { name, outcome, took: begun.elapsed() }
    }
}

impl PhaseReport {
    fn log(&self) {
        let Self { name, outcome, took } = self;
        match outcome {
            Outcome::Finished => {
                tracing::debug!(phase = ?name, ?took, "shutdown phase \"{name}\" finished in {took:?}");
            }
            Outcome::TimedOut => {
                tracing::warn!(phase = ?name, ?took, "shutdown phase \"{name}\" was abandoned after {took:?}");
            }
            Outcome::Panicked { cause } => {
                tracing::error!(phase = ?name, ?took, %cause, "shutdown phase \"{name}\" panicked: {cause}");
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
