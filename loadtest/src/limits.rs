//! What no scenario can exceed. A scenario may set lower limits of its own.

use std::time::Duration;

/// Most arrivals per second, over all processes.
pub const RATE_MAX: f64 = 20_000.0;
/// Most shoppers at once, over all processes.
pub const USERS_MAX: u32 = 20_000;
/// Most WebSockets open at once, over all processes.
pub const SOCKETS_MAX: u32 = 20_000;
/// Longest run, setup and checks not counted.
pub const DURATION_MAX: Duration = Duration::from_secs(4 * 3_600);
/// Longest body that is read of an answer, in bytes.
pub const BODY_MAX: usize = 8 * 1024 * 1024;
/// Longest scenario file or row file, in bytes.
pub const FILE_MAX: u64 = 64 * 1024 * 1024;
/// Most rows of a feeder.
pub const ROWS_MAX: usize = 1_000_000;
/// Most arrivals that wait for a free shopper at once; one more is dropped.
pub const WAITING_MAX: usize = 100_000;
/// Most processes that share a run.
pub const AGENTS_MAX: usize = 64;
/// Most executors of a scenario that have a thread of their own.
pub const OWN_THREADS_MAX: usize = 16;
/// Most distinct errors that are told apart; the rest is counted as `other`.
pub const ERRORS_MAX: usize = 64;
/// Most times that one step is repeated.
pub const REPEATS_MAX: u32 = 1_000;
/// Longest time that a step waits for its answer.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(600);
/// Slowest time that is told apart, in microseconds; slower ones count as this.
pub const LATENCY_MAX_US: u64 = 3_600_000_000;
