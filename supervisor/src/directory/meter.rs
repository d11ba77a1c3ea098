//! What a domain counts, and its limit of commands in flight.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hdrhistogram::Histogram;
use serde_json::json;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::ask::AskError;
use crate::cell::AskResult;
use crate::entity::Entity;

/// Commands of one domain that are queued or running.
const IN_FLIGHT_MAX: usize = 50_000;
/// Longest latency that the histogram tells apart, in microseconds.
const LATENCY_US_MAX: u64 = 60_000_000;

#[derive(Default)]
struct InFlight {
    commands: AtomicUsize,
    drained: Notify,
}

/// A command's place in the domain; given back when dropped.
pub(crate) struct Admitted {
    in_flight: Arc<InFlight>,
    since: Instant,
}

impl Admitted {
    pub(crate) fn since(&self) -> Instant {
        self.since
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if self.in_flight.commands.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.in_flight.drained.notify_waiters();
        }
    }
}

/// Counters of one domain.
pub(crate) struct Meter {
    in_flight: Arc<InFlight>,
    latency_us: Mutex<Histogram<u64>>,
    accepted: AtomicU64,
    rejected: AtomicU64,
    replayed: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    pub(crate) crashes: AtomicU64,
}

impl Default for Meter {
    fn default() -> Self {
        let latency_us = Histogram::new_with_bounds(1, LATENCY_US_MAX, 2)
            .unwrap_or_else(|_bounds_are_constant| unreachable!("histogram bounds are valid"));
        Self {
            in_flight: Arc::default(),
            latency_us: Mutex::new(latency_us),
            accepted: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
            replayed: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            crashes: AtomicU64::new(0),
        }
    }
}

impl Meter {
    /// A place for one more command; `None` when the domain has too many.
    pub(crate) fn admit(&self) -> Option<Admitted> {
        if self.in_flight.commands.fetch_add(1, Ordering::AcqRel) >= IN_FLIGHT_MAX {
            self.in_flight.commands.fetch_sub(1, Ordering::AcqRel);
            self.refused();
            return None;
        }
        Some(Admitted { in_flight: Arc::clone(&self.in_flight), since: Instant::now() })
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn answered<E: Entity>(&self, since: Instant, answer: &AskResult<E>) {
        let counter = match answer {
            Ok(answer) if answer.replayed => &self.replayed,
            Ok(_) => &self.accepted,
            Err(AskError::Refused { replayed: true, .. }) => &self.replayed,
            Err(AskError::Refused { .. }) => &self.rejected,
            Err(_) => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let us = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.latency_us.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(us.max(1));
    }

    /// Waits until no command is queued or running.
    pub(crate) async fn drained(&self) {
        loop {
            let drained = self.in_flight.drained.notified();
            if self.in_flight.commands.load(Ordering::Acquire) == 0 {
                return;
            }
            drained.await;
        }
    }

    pub(crate) fn snapshot(&self) -> serde_json::Value {
        let latency = self.latency_us.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        json!({
            "in_flight": self.in_flight.commands.load(Ordering::Relaxed),
            "accepted": read(&self.accepted),
            "rejected": read(&self.rejected),
            "replayed": read(&self.replayed),
            "failed": read(&self.failed),
            "refused": read(&self.refused),
            "crashes": read(&self.crashes),
            "latency_us": { "p50": latency.value_at_quantile(0.5), "p99": latency.value_at_quantile(0.99) },
        })
    }
}
