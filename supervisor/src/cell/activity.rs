//! What a cell has done lately: kept while it is awake, shown to operators.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::clock::Timestamp;
use crate::ids::CommandId;

/// Over how long a rate is averaged.
const WINDOW: Duration = Duration::from_secs(10);
/// Latencies that a cell remembers.
const LATENCIES_KEPT: usize = 64;

/// Events per second over the last ten to twenty seconds, in constant space.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    began: Instant,
    current: u64,
    previous: u64,
}

impl Rate {
    pub(crate) fn new(now: Instant) -> Self {
        Self { began: now, current: 0, previous: 0 }
    }

    pub(crate) fn count(&mut self, now: Instant) {
        self.slide(now);
        self.current += 1;
    }

    pub(crate) fn per_second(&mut self, now: Instant) -> f64 {
        self.slide(now);
        let counted = u32::try_from(self.current + self.previous).unwrap_or(u32::MAX);
        let elapsed = now.duration_since(self.began).saturating_add(WINDOW);
        f64::from(counted) / elapsed.as_secs_f64()
    }

    fn slide(&mut self, now: Instant) {
        let elapsed = now.duration_since(self.began);
        if elapsed >= WINDOW * 2 {
            *self = Self::new(now);
        } else if elapsed >= WINDOW {
            *self = Self { began: self.began + WINDOW, current: 0, previous: self.current };
        }
    }
}

/// Figures of one cell.
pub(crate) struct Activity {
    rate: Rate,
    /// A ring of the newest latencies.
    latencies_us: Vec<u32>,
    next: usize,
}

impl Activity {
    pub(crate) fn new(now: Instant) -> Self {
        Self { rate: Rate::new(now), latencies_us: Vec::new(), next: 0 }
    }

    pub(crate) fn answered(&mut self, now: Instant, latency: Duration) {
        self.rate.count(now);
        let us = u32::try_from(latency.as_micros()).unwrap_or(u32::MAX);
        if self.latencies_us.len() < LATENCIES_KEPT {
            self.latencies_us.push(us);
        } else if let Some(oldest) = self.latencies_us.get_mut(self.next) {
            *oldest = us;
        }
        self.next = (self.next + 1) % LATENCIES_KEPT;
    }

    pub(crate) fn view(&mut self, now: Instant) -> ActivityView {
        let mut sorted = self.latencies_us.clone();
        sorted.sort_unstable();
        let at = |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().max(1) - 1));
        ActivityView {
            per_second: self.rate.per_second(now),
            p50_us: at(50).copied(),
            p99_us: at(99).copied(),
        }
    }
}

/// How busy a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ActivityView {
    /// Commands answered per second, lately.
    pub per_second: f64,
    /// Median time from asking to answering, in microseconds, of the newest commands.
    pub p50_us: Option<u32>,
    /// 99th percentile of the same.
    pub p99_us: Option<u32>,
}

/// What a cell is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It reads its state from the journal.
    Loading,
    /// It decides a command.
    Deciding,
    /// It waits for its commit.
    Committing,
}

/// The step that a cell is at, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) stage: Stage,
    /// The command that is decided, or the first of the batch.
    pub(crate) command: Option<CommandId>,
    pub(crate) since: Instant,
    /// The same by the machine's own clock, for the watchdog's thread.
    pub(crate) since_real: std::time::Instant,
}

impl Step {
    pub(crate) fn begun(stage: Stage, command: Option<CommandId>) -> Self {
        Self { stage, command, since: Instant::now(), since_real: std::time::Instant::now() }
    }
}

/// A step in progress, as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// What is done.
    pub stage: Stage,
    /// For which command; the first of the batch when it is about all of them.
    pub command_id: Option<String>,
    /// For how long.
    pub for_ms: u64,
}

/// How a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellStatus {
    /// In memory without an actor.
    Hibernated,
    /// Waiting for its actor to start.
    Waking,
    /// An actor waits for work.
    Idle,
    /// An actor works.
    Busy,
    /// Its actor crashed and will be started again.
    Backoff,
}

/// One cell as operators see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellView {
    /// Kind and 32 hex digits.
    pub entity: String,
    /// How it is.
    pub status: CellStatus,
    /// Commands that wait.
    pub depth: usize,
    /// How long the oldest of them has waited; absent when none waits.
    pub oldest_ms: Option<u64>,
    /// What it is doing now.
    pub step: Option<StepView>,
    /// How busy it is; absent while nothing was answered since it woke.
    pub activity: Option<ActivityView>,
    /// How often its actor was started again after a crash.
    pub restarts: u32,
    /// Why it crashed last.
    pub last_error: Option<String>,
    /// When that was.
    pub last_error_at: Option<Timestamp>,
    /// Events behind its state; absent when it is not loaded.
    pub version: Option<u64>,
    /// Its share of the memory budget, in bytes.
    pub bytes: usize,
    /// Commands that it does not run any more.
    pub quarantined: Vec<String>,
    /// How long ago it was last asked.
    pub unused_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_rate_follows_the_last_seconds_and_forgets_older_ones() {
        let start = Instant::now();
        let mut rate = Rate::new(start);
        for ms in (0..10_000).step_by(100) {
            rate.count(start + Duration::from_millis(ms));
        }
        let steady = rate.per_second(start + Duration::from_secs(10));
        assert!((steady - 10.0).abs() < 0.5, "{steady}");
        assert!(rate.per_second(start + Duration::from_secs(40)) < f64::EPSILON);
    }

    #[tokio::test(start_paused = true)]
    async fn latencies_are_those_of_the_newest_commands() {
        let now = Instant::now();
        let mut activity = Activity::new(now);
        assert_eq!(activity.view(now).p50_us, None);
        for _ in 0..LATENCIES_KEPT {
            activity.answered(now, Duration::from_secs(9));
        }
        for ms in 1..=64 {
            activity.answered(now, Duration::from_millis(ms));
        }
        let view = activity.view(now);
        assert_eq!((view.p50_us, view.p99_us), (Some(33_000), Some(64_000)));
    }
}
