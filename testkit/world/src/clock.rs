//! The world's clock: it runs with tokio's, and jumps when told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use amazoff_supervisor::{Clock, Timestamp};
use tokio::time::Instant;

/// When worlds begin: 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600_000;

/// A clock that runs with tokio's paused clock; clones are the same clock.
#[derive(Clone, Debug)]
pub struct WorldClock {
    began: Instant,
    offset_ms: Arc<AtomicI64>,
    furthest_ms: Arc<AtomicI64>,
}

impl WorldClock {
    /// A clock that begins now.
    pub fn begin() -> Self {
        Self { began: Instant::now(), offset_ms: Arc::default(), furthest_ms: Arc::default() }
    }
    /// Jumps, as a badly set clock does; no timer of tokio's notices.
    pub fn jump_ms(&self, ms: i64) {
        let offset = self.offset_ms.fetch_add(ms, Ordering::SeqCst) + ms;
        self.furthest_ms.fetch_max(offset, Ordering::SeqCst);
    }
    /// Is put right after jumps back: what was promised for a time that it had shown comes without waiting for hours.
    pub fn put_right(&self) {
        self.offset_ms.store(self.furthest_ms.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_unix_ms(BEGINNING + elapsed + self.offset_ms.load(Ordering::SeqCst))
    }
}
