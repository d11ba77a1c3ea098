//! The rules of supervision as pure functions: no actor, no clock, no randomness of their own.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use tokio::time::Instant;

/// Which exits of a child call for a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Every exit: the child must always be there.
    Permanent,
    /// Only abnormal exits: the child may finish.
    Transient,
    /// None: the child is gone when it is gone.
    Temporary,
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It finished.
    Normal,
    /// It was asked to end.
    Shutdown,
    /// It panicked, returned an error or was killed.
    Abnormal(String),
    /// It is a supervisor that used up its restarts.
    GaveUp(String),
}

impl Exit {
    /// What went wrong, if something did.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Normal | Self::Shutdown => None,
            Self::Abnormal(cause) | Self::GaveUp(cause) => Some(cause),
        }
    }
}

impl Restart {
    /// Whether a child with this policy is started again after that exit.
    pub fn again_after(self, exit: &Exit) -> bool {
        match (self, exit) {
            (Self::Permanent, _) | (Self::Transient, Exit::Abnormal(_) | Exit::GaveUp(_)) => true,
            (Self::Transient, Exit::Normal | Exit::Shutdown) | (Self::Temporary, _) => false,
        }
    }
}

/// Which siblings are restarted together with a child.
///
/// ```
/// use amazoff_supervisor::tree::Strategy;
///
/// // Of four children, the second one (index 1) is restarted:
/// assert_eq!(Strategy::OneForOne.affected(1, 4), 1..2);
/// assert_eq!(Strategy::OneForAll.affected(1, 4), 0..4);
/// assert_eq!(Strategy::RestForOne.affected(1, 4), 1..4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// None.
    OneForOne,
    /// All.
    OneForAll,
    /// Those declared after it, for they may depend on it.
    RestForOne,
}

impl Strategy {
    /// The children, by index, that a restart of `index` takes along.
    pub fn affected(self, index: usize, children: usize) -> Range<usize> {
        match self {
            Self::OneForOne => index..index + 1,
            Self::OneForAll => 0..children,
            Self::RestForOne => index..children,
        }
    }
}

/// How many restarts within which time a supervisor bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intensity {
    /// Restarts that are still borne within the period.
    pub restarts_max: u32,
    /// How long a restart counts.
    pub period: Duration,
}

impl Intensity {
    /// At most `restarts_max` restarts within `period`.
    pub const fn new(restarts_max: u32, period: Duration) -> Self {
        Self { restarts_max, period }
    }
}

impl Default for Intensity {
    fn default() -> Self {
        Self::new(5, Duration::from_secs(10))
    }
}

/// What a failure leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The restart is borne.
    Restart,
    /// One too many.
    Exceeded,
}

/// The sliding window over recent restarts.
///
/// ```
/// use std::time::Duration;
///
/// use amazoff_supervisor::tree::{Intensity, Verdict, Window};
/// use tokio::time::Instant;
///
/// let mut window = Window::new(Intensity::new(2, Duration::from_secs(10)));
/// let start = Instant::now();
/// let after = |seconds| start + Duration::from_secs(seconds);
/// assert_eq!(window.record(after(0)), Verdict::Restart);
/// assert_eq!(window.record(after(1)), Verdict::Restart);
/// assert_eq!(window.record(after(2)), Verdict::Exceeded);
/// assert_eq!(window.count(after(12)), 1); // the one at 2 s still counts, those before it do not
/// ```
#[derive(Clone, Debug)]
pub struct Window {
    intensity: Intensity,
    restarts: VecDeque<Instant>,
}

impl Window {
    /// An empty window.
    pub const fn new(intensity: Intensity) -> Self {
        Self { intensity, restarts: VecDeque::new() }
    }

    /// Counts one restart at `now`; those older than the period no longer matter.
    pub fn record(&mut self, now: Instant) -> Verdict {
        self.slide(now);
        self.restarts.push_back(now);
        match u32::try_from(self.restarts.len()) {
            Ok(count) if count <= self.intensity.restarts_max => Verdict::Restart,
            Ok(_) | Err(_) => Verdict::Exceeded,
        }
    }

    /// How many restarts count at `now`.
    pub fn count(&mut self, now: Instant) -> usize {
        self.slide(now);
        self.restarts.len()
    }

    fn slide(&mut self, now: Instant) {
        let period = self.intensity.period;
        self.restarts.retain(|at| now.duration_since(*at) <= period);
    }
}

/// How long to wait before a restart: doubling from `first` up to `max`, shortened by up to `jitter_percent` at random
/// so that what failed together does not come back together.
///
/// ```
/// use std::time::Duration;
///
/// use amazoff_supervisor::tree::Backoff;
///
/// let backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(30)).steady();
/// let waits: Vec<u128> = (1..=4).map(|failures| backoff.delay(failures, 0).as_millis()).collect();
/// assert_eq!(waits, [50, 100, 200, 400]);
/// assert_eq!(backoff.delay(1_000, 0), Duration::from_secs(30));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Wait after the first failure.
    pub first: Duration,
    /// Longest wait.
    pub max: Duration,
    /// Largest random share that is taken off, in percent.
    pub jitter_percent: u8,
}

/// Steps of a random draw for [`Backoff::delay`].
pub(super) const DRAW_MAX: u32 = 1_000;

impl Backoff {
    /// From `first`, doubling up to `max`, with the default jitter.
    pub const fn new(first: Duration, max: Duration) -> Self {
        Self { first, max, jitter_percent: 25 }
    }

    /// The same without randomness.
    #[must_use]
    pub const fn steady(mut self) -> Self {
        self.jitter_percent = 0;
        self
    }

    /// The wait after the `failures`-th failure in a row (from 1), for a random draw in `0..=1000`.
    pub fn delay(&self, failures: u32, draw: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let full = self.first.saturating_mul(1_u32 << doublings).min(self.max);
        let off = full.saturating_mul(u32::from(self.jitter_percent) * draw.min(DRAW_MAX)) / (100 * DRAW_MAX);
        full.saturating_sub(off)
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(50), Duration::from_secs(30))
    }
}

/// What becomes of a child that used up its restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnExhausted {
    /// Its supervisor gives up as well.
    Escalate,
    /// It is brought back for ever, after longer and longer waits; its siblings notice nothing.
    Degrade,
}

/// What a supervisor does about a child that is to be started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consequence {
    /// It restarts the child with what its strategy takes along.
    Restart,
    /// It goes on trying the child alone.
    Degrade,
    /// It gives up.
    GiveUp,
}

impl Verdict {
    /// What follows for a child that behaves so when its restarts are used up.
    pub(super) fn leads_to(self, on_exhausted: OnExhausted) -> Consequence {
        match (self, on_exhausted) {
            (Self::Restart, _) => Consequence::Restart,
            (Self::Exceeded, OnExhausted::Degrade) => Consequence::Degrade,
            (Self::Exceeded, OnExhausted::Escalate) => Consequence::GiveUp,
        }
    }
}

/// Failures in a row of one child.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Streak {
    failures: u32,
}

impl Streak {
    /// Counts a failure of a child that had been up for `uptime`; from `forgiven_after` on its past is forgotten.
    pub(super) fn failed(&mut self, uptime: Duration, forgiven_after: Duration) -> u32 {
        if uptime >= forgiven_after {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.failures
    }
}
