//! What a domain counts, and its limit of commands in flight.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::ask::AskError;
use crate::cell::{AskResult, Rate};
use crate::entity::Entity;
use crate::memory::{Memory, QUEUED_BYTES};

/// Longest latency that the histogram tells apart, in microseconds.
const LATENCY_US_MAX: u64 = 60_000_000;
/// Quantiles speak of the last one to two of these.
const LATENCY_WINDOW: Duration = Duration::from_secs(30);

/// Commands queued or running: of one domain, or of all.
#[derive(Default)]
pub(crate) struct InFlight {
    commands: AtomicUsize,
    drained: Notify,
}

impl InFlight {
    pub(crate) fn count(&self) -> usize {
        self.commands.load(Ordering::Acquire)
    }

    fn enter(&self, max: usize) -> bool {
        if self.commands.fetch_add(1, Ordering::AcqRel) >= max {
            self.leave();
            return false;
        }
        true
    }

    fn leave(&self) {
        if self.commands.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.drained.notify_waiters();
        }
    }

    /// Waits until no command is queued or running.
    pub(crate) async fn drained(&self) {
        loop {
            let drained = self.drained.notified();
            if self.count() == 0 {
                return;
            }
            drained.await;
        }
    }
}

/// A command's place in its domain and in the node, and its bytes; given back when dropped.
pub(crate) struct Admitted {
    domain: Arc<InFlight>,
    node: Arc<InFlight>,
    memory: Arc<Memory>,
    bytes: usize,
    since: Instant,
}

impl Admitted {
    pub(crate) fn since(&self) -> Instant {
        self.since
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.memory.give_back(self.bytes);
        self.domain.leave();
        self.node.leave();
    }
}

/// Latencies of the newest commands.
struct Latency {
    began: Instant,
    current: Histogram<u64>,
    previous: Histogram<u64>,
}

impl Latency {
    fn new() -> Self {
        let empty = || {
            Histogram::new_with_bounds(1, LATENCY_US_MAX, 2)
                .unwrap_or_else(|_bounds_are_constant| unreachable!("histogram bounds are valid"))
        };
        Self { began: Instant::now(), current: empty(), previous: empty() }
    }

    fn record(&mut self, now: Instant, latency: Duration) {
        self.slide(now);
        let us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.current.saturating_record(us.max(1));
    }

    fn slide(&mut self, now: Instant) {
        let elapsed = now.duration_since(self.began);
        if elapsed < LATENCY_WINDOW {
            return;
        }
        std::mem::swap(&mut self.current, &mut self.previous);
        self.current.reset();
        if elapsed >= LATENCY_WINDOW * 2 {
            self.previous.reset();
        }
        self.began = now;
    }

    /// Values in microseconds; zero when nothing was recorded lately.
    fn quantiles<const N: usize>(&mut self, now: Instant, quantiles: [f64; N]) -> [u64; N] {
        self.slide(now);
        let mut both = self.current.clone();
        // Bounds are the same, so adding cannot fail.
        let _ = both.add(&self.previous);
        quantiles.map(|quantile| if both.is_empty() { 0 } else { both.value_at_quantile(quantile) })
    }
}

/// Counters of one domain.
pub(crate) struct Meter {
    pub(crate) in_flight: Arc<InFlight>,
    lately: Mutex<(Latency, Rate)>,
    accepted: AtomicU64,
    rejected: AtomicU64,
    replayed: AtomicU64,
    failed: AtomicU64,
    shed: AtomicU64,
    expired: AtomicU64,
    pub(crate) crashes: AtomicU64,
    pub(crate) frozen: AtomicU64,
    pub(crate) suspended: AtomicU64,
    pub(crate) loads: AtomicU64,
    pub(crate) passivations: AtomicU64,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            in_flight: Arc::default(),
            lately: Mutex::new((Latency::new(), Rate::new(Instant::now()))),
            accepted: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            replayed: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            shed: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            crashes: AtomicU64::new(0),
            frozen: AtomicU64::new(0),
            suspended: AtomicU64::new(0),
            loads: AtomicU64::new(0),
            passivations: AtomicU64::new(0),
        }
    }
}

/// What a domain's commands came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct CommandStats {
    /// Queued or running now.
    pub in_flight: usize,
    /// Accepted since the start.
    pub accepted: u64,
    /// Refused by the entity.
    pub rejected: u64,
    /// Answered with their stored outcome.
    pub replayed: u64,
    /// Not answered by the entity: it crashed, the store was away, the outcome is unknown.
    pub failed: u64,
    /// Refused before they were queued, because too much waited.
    pub shed: u64,
    /// Not reached in time.
    pub expired: u64,
    /// Crashes of cells.
    pub crashes: u64,
    /// Cells that were killed because they did not get on.
    pub frozen: u64,
    /// Entities that were suspended because they would have broken the books.
    pub suspended: u64,
    /// States read from the journal.
    pub loads: u64,
    /// Cells that left memory.
    pub passivations: u64,
    /// Answered per second, lately.
    pub per_second: f64,
    /// Microseconds from asking to answering, lately; zero when nothing was asked.
    pub latency_us: Quantiles,
}

/// Where the latencies lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Quantiles {
    /// Median.
    pub p50: u64,
    /// 99th percentile.
    pub p99: u64,
}

impl Meter {
    /// A place for one more command of so many bytes; `None` when the domain or the node has too many.
    pub(crate) fn admit(
        &self,
        max: usize,
        (node, node_max): (&Arc<InFlight>, usize),
        (memory, bytes): (&Arc<Memory>, usize),
    ) -> Option<Admitted> {
        if !self.in_flight.enter(max) {
            return None;
        }
        if !node.enter(node_max) {
            self.in_flight.leave();
            return None;
        }
        let bytes = QUEUED_BYTES.saturating_add(bytes.saturating_mul(2));
        memory.take(bytes);
        Some(Admitted {
            domain: Arc::clone(&self.in_flight),
            node: Arc::clone(node),
            memory: Arc::clone(memory),
            bytes,
            since: Instant::now(),
        })
    }

    /// Counts a command that was refused before it was queued.
    pub(crate) fn shed(&self) {
        self.shed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn answered<E: Entity>(&self, latency: Duration, answer: &AskResult<E>) {
        let counter = match answer {
            Ok(answer) if answer.replayed => &self.replayed,
            Ok(_) => &self.accepted,
            Err(AskError::Refused { replayed: true, .. }) => &self.replayed,
            Err(AskError::Refused { .. }) => &self.rejected,
            Err(AskError::Expired) => &self.expired,
            Err(_) => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.0.record(now, latency);
        lately.1.count(now);
    }

    pub(crate) fn stats(&self) -> CommandStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let now = Instant::now();
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let [p50, p99] = lately.0.quantiles(now, [0.5, 0.99]);
        CommandStats {
            in_flight: self.in_flight.count(),
            accepted: read(&self.accepted),
            rejected: read(&self.rejected),
            replayed: read(&self.replayed),
            failed: read(&self.failed),
            shed: read(&self.shed),
            expired: read(&self.expired),
            crashes: read(&self.crashes),
            frozen: read(&self.frozen),
            suspended: read(&self.suspended),
            loads: read(&self.loads),
            passivations: read(&self.passivations),
            per_second: lately.1.per_second(now),
            latency_us: Quantiles { p50, p99 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn quantiles_speak_of_the_last_minute() {
        let start = Instant::now();
        let mut latency = Latency::new();
        for _ in 0..100 {
            latency.record(start, Duration::from_secs(1));
        }
        let [p50] = latency.quantiles(start + Duration::from_secs(31), [0.5]);
        assert!((980_000..=1_020_000).contains(&p50), "{p50}");
        let later = start + Duration::from_secs(45);
        for _ in 0..1_000 {
            latency.record(later, Duration::from_millis(1));
        }
        let [p50, p99] = latency.quantiles(start + Duration::from_secs(62), [0.5, 0.99]);
        assert!((990..=1_020).contains(&p50) && p99 <= 1_020, "{p50} {p99}");
        assert_eq!(latency.quantiles(start + Duration::from_secs(200), [0.5]), [0]);
    }

    #[test]
    fn a_place_is_given_back_with_its_bytes_and_limits_hold_for_domain_and_node() {
        let (node, memory) = (Arc::<InFlight>::default(), Arc::<Memory>::default());
        let meter = Meter::default();
        let admit = |max, node_max| meter.admit(max, (&node, node_max), (&memory, 100));
        let first = admit(2, 10).expect("free");
        let second = admit(2, 10).expect("free");
        assert!(admit(2, 10).is_none(), "the domain is full");
        assert!(admit(10, 2).is_none(), "the node is full");
        assert_eq!(memory.used(), 2 * (QUEUED_BYTES + 200));
        drop((first, second));
        assert_eq!((meter.in_flight.count(), node.count(), memory.used()), (0, 0, 0));
    }
}
