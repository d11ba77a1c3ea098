//! What a node may believe about its lease, by its own monotonic clock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use amazoff_supervisor::journal::Standing;
use tokio::time::Instant;

/// The part of the lease after which a node no longer believes in it. The rest is for clocks that do not run at the same
/// speed, and for replies that are on their way.
pub const FENCED_AFTER: f64 = 0.7;

/// Why a lease is not renewed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaseEnd {
    /// Another process has taken the shards. What this one has in memory may be outdated, so it must end.
    #[error("another process has taken the shards; this one ends, and may be started again as a standby")]
    Lost,
    /// This node gave them up.
    #[error("the shards were released")]
    Released,
}

/// What a node knows.
#[derive(Debug)]
pub(crate) struct Belief {
    trusted_for: Duration,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// When the newest renewal that succeeded was asked for: the database's lease begins later than that.
    asked: Instant,
    /// Whether it said that no other node is alive.
    sole: bool,
    /// Since when there is a reason to think that the shards are lost.
    doubted: Option<Instant>,
    end: Option<LeaseEnd>,
}

impl Belief {
    /// After a claim that was asked for at a moment.
    pub(crate) fn since(asked: Instant, ttl: Duration) -> Self {
        let known = Known { asked, sole: false, doubted: None, end: None };
        Self { trusted_for: ttl.mul_f64(FENCED_AFTER), known: Mutex::new(known) }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What follows from it at this moment.
    pub(crate) fn standing(&self) -> Standing {
        let known = self.known();
        if known.end.is_some() || known.doubted.is_some() {
            Standing::Fenced
        } else if known.asked.elapsed() < self.trusted_for {
            Standing::Owner
        } else if known.sole {
            Standing::Stale
        } else {
            Standing::Fenced
        }
    }

    /// A renewal succeeded that was asked for at a moment.
    pub(crate) fn renewed(&self, asked: Instant, sole: bool) {
        let mut known = self.known();
        known.asked = known.asked.max(asked);
        known.sole = sole;
        known.doubted = known.doubted.filter(|since| *since > asked);
    }

    /// The shards may be lost, until a renewal that is asked for later says otherwise. Whether that is news.
    pub(crate) fn doubt(&self) -> bool {
        self.known().doubted.replace(Instant::now()).is_none()
    }

    /// Nothing is believed any more. The first reason counts.
    pub(crate) fn end(&self, end: LeaseEnd) -> LeaseEnd {
        *self.known().end.get_or_insert(end)
    }

    /// Why nothing is believed any more.
    pub(crate) fn ended(&self) -> Option<LeaseEnd> {
        self.known().end
    }
}
