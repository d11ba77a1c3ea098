//! When a connection was last of use.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Requests that a peer may take back before their answers, beyond as many as it waited for: whoever only asks and takes
/// back (HTTP/2 rapid reset) makes work and reads nothing.
const ABANDONED_MAX: usize = 200;

/// What a connection is doing, shared between its requests and whoever watches it.
#[derive(Clone)]
pub(super) struct Activity {
    now: Arc<Mutex<Now>>,
    /// The peer has gone too far.
    enough: CancellationToken,
    head_limit: Duration,
    idle_limit: Duration,
}

struct Now {
    changed: Instant,
    running: usize,
    asked: bool,
    /// Requests without an answer, less those with one.
    abandoned: usize,
}

/// A request that is being answered. Dropped without an answer, its peer has taken it back.
pub(super) struct Running {
    of: Activity,
    answered: bool,
}

impl Activity {
    pub(super) fn new(head_limit: Duration, idle_limit: Duration) -> Self {
        let now = Now { changed: Instant::now(), running: 0, asked: false, abandoned: 0 };
        let enough = CancellationToken::new();
        Self { now: Arc::new(Mutex::new(now)), enough, head_limit, idle_limit }
    }

    /// Notes that a request has come; it runs until the guard is dropped.
    pub(super) fn request(&self) -> Running {
        self.change(|now| {
            now.running += 1;
            now.asked = true;
        });
        Running { of: self.clone(), answered: false }
    }

    /// Notes that a part of an answer without an end was taken.
    pub(super) fn used(&self) {
        self.change(|_same| {});
    }

    /// Ends when the connection has been of no use for too long, or is misused. Before the first request the limit for a head applies:
    /// while the protocol is being found out, hyper has none of its own.
    pub(super) async fn lapse(&self) {
        loop {
            let due = self.due();
            if due <= Instant::now() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep_until(due) => {}
                () = self.enough.cancelled() => return,
            }
        }
    }

    fn due(&self) -> Instant {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        match (now.running, now.asked) {
            (0, false) => now.changed + self.head_limit,
            (0, true) => now.changed + self.idle_limit,
            _ => Instant::now() + self.idle_limit, // requests have a deadline of their own
        }
    }

    fn change(&self, change: impl FnOnce(&mut Now)) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut now);
        now.changed = Instant::now();
    }
}

impl Running {
    /// There is an answer.
    pub(super) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let (of, answered) = (&self.of, self.answered);
        of.change(|now| {
            now.running = now.running.saturating_sub(1);
            now.abandoned =
                if answered { now.abandoned.saturating_sub(1) } else { now.abandoned.saturating_add(1) };
            if now.abandoned > ABANDONED_MAX {
                of.enough.cancel();
            }
        });
    }
}
