//! Days of UTC.

use std::fmt;
use std::str::FromStr;

use amazoff_supervisor::Timestamp;
use time::{Date, OffsetDateTime, format_description::well_known::Iso8601};

/// A day of UTC; its text is `2026-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(Date);

/// Text that is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no day like 2026-01-31")]
pub struct InvalidDay;

impl Day {
    /// The day of a moment.
    pub fn of(at: Timestamp) -> Self {
        let moment = OffsetDateTime::from_unix_timestamp(at.unix_ms().div_euclid(1_000));
        Self(moment.unwrap_or(OffsetDateTime::UNIX_EPOCH).date())
    }

    /// When it begins.
    pub fn start(self) -> Timestamp {
        Timestamp::from_unix_ms(self.0.midnight().assume_utc().unix_timestamp().saturating_mul(1_000))
    }

    /// So many days before.
    pub fn minus(self, days: u16) -> Self {
        Self(self.0.saturating_sub(time::Duration::days(days.into())))
    }

    /// The day after; the last one there is has none.
    pub fn next(self) -> Option<Self> {
        self.0.next_day().map(Self)
    }

    /// How many days from `earlier` to this one; negative when it is later.
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl FromStr for Day {
    type Err = InvalidDay;
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        // Other spellings of ISO 8601, such as weeks, are not documents' spelling.
        let day = Date::parse(text, &Iso8601::DATE).map(Self).map_err(|_not_one| InvalidDay)?;
        if day.to_string() == text { Ok(day) } else { Err(InvalidDay) }
    }
}
