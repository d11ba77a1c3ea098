//! The simulator's time: the machine's, or one that stands still; both can be set ahead.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Which moment it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    fixed_ms: Option<i64>,
    ahead_ms: i64,
}

impl Clock {
    pub(crate) fn new(fixed_ms: Option<i64>) -> Self {
        Self { fixed_ms, ahead_ms: 0 }
    }
    /// Milliseconds since 1970.
    pub(crate) fn now_ms(self) -> i64 {
        self.fixed_ms.unwrap_or_else(machine_ms).saturating_add(self.ahead_ms)
    }
    /// Seconds since 1970.
    pub(crate) fn now_s(self) -> i64 {
        self.now_ms().div_euclid(1_000)
    }
    pub(crate) fn advance(&mut self, ms: u64) {
        self.ahead_ms = self.ahead_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
    }
}

fn machine_ms() -> i64 {
    i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// A moment in seconds as RFC 3339 text.
pub(crate) fn rfc3339(seconds: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}

/// The seconds of RFC 3339 text.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}
