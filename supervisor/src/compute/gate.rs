//! The way into a pool: as many jobs as there are threads, and a bounded number that waits.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::counters::{Counters, bump};
use super::error::ComputeError;

/// Bounds of what a refused caller is told to wait.
const RETRY_MIN: Duration = Duration::from_millis(100);
const RETRY_MAX: Duration = Duration::from_secs(30);

/// Admission to one pool.
pub(super) struct Gate {
    threads: u32,
    queue_max: usize,
    free: Arc<Semaphore>,
    counters: Arc<Counters>,
}

/// The right to occupy a thread. It travels with the job, so that the thread counts as free only when it is.
pub(super) struct Ticket {
    _permit: OwnedSemaphorePermit,
    counters: Arc<Counters>,
    begun: Option<std::time::Instant>,
}

/// A place in the queue; leaving it unserved means that the caller has gone.
struct Place<'a> {
    counters: &'a Counters,
    settled: bool,
}

impl Gate {
    pub(super) fn new(threads: u32, queue_max: usize, counters: Arc<Counters>) -> Self {
        let free = usize::try_from(threads).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self { threads, queue_max, free: Arc::new(Semaphore::new(free)), counters }
    }

    /// Waits for a free thread.
    pub(super) async fn enter(&self, deadline: Instant) -> Result<Ticket, ComputeError> {
        if Instant::now() >= deadline {
            bump(&self.counters.expired);
            return Err(ComputeError::Expired);
        }
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(self.ticket(permit));
        }
        let mut place = self.queue()?;
        let acquired = timeout_at(deadline, Arc::clone(&self.free).acquire_owned()).await;
        place.settled = true;
        match acquired {
            Ok(Ok(permit)) => Ok(self.ticket(permit)),
            Ok(Err(_closed)) => Err(ComputeError::Closed),
            Err(_elapsed) => {
                bump(&self.counters.expired);
                Err(ComputeError::Expired)
            }
        }
    }

    /// Returns when no job runs; the threads stay reserved until the answer is dropped.
    pub(super) async fn drained(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_many_owned(self.threads).await.ok()
    }

    fn ticket(&self, permit: OwnedSemaphorePermit) -> Ticket {
        Ticket { _permit: permit, counters: Arc::clone(&self.counters), begun: None }
    }

    fn queue(&self) -> Result<Place<'_>, ComputeError> {
        let room = |waiting: usize| (waiting < self.queue_max).then_some(waiting + 1);
        match self.counters.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, room) {
            Ok(_) => Ok(Place { counters: &self.counters, settled: false }),
            Err(waiting) => {
                bump(&self.counters.refused);
                let jobs = u32::try_from(waiting).unwrap_or(u32::MAX).saturating_add(self.threads);
                let clears = self.counters.mean().saturating_mul(jobs) / self.threads;
                Err(ComputeError::Busy { retry_after: clears.clamp(RETRY_MIN, RETRY_MAX) })
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.counters.waiting.fetch_sub(1, Ordering::AcqRel);
        if !self.settled {
            bump(&self.counters.skipped);
        }
    }
}

impl Ticket {
    /// The job runs from now on.
    pub(super) fn begin(&mut self) {
        self.counters.running.fetch_add(1, Ordering::AcqRel);
        self.begun = Some(std::time::Instant::now());
    }

    pub(super) fn panicked(&self) {
        bump(&self.counters.panics);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        match self.begun {
            None => bump(&self.counters.skipped),
            Some(begun) => {
                self.counters.running.fetch_sub(1, Ordering::AcqRel);
                self.counters.ran_for(begun.elapsed());
            }
        }
    }
}
