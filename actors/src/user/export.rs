//! The rules of asking for all that is held about oneself.

use std::time::Duration;

use amazoff_supervisor::{Decision, Timestamp};

use super::{Event, Rejection, Reply, User};

/// How long an export can be downloaded.
pub const EXPORT_LIFETIME: Duration = Duration::from_hours(1);
/// How many exports a person gets within [`EXPORTS_WITHIN`].
pub const EXPORTS_MAX: usize = 3;
/// Within which time they are counted.
pub const EXPORTS_WITHIN: Duration = Duration::from_hours(24);

impl User {
    /// When the export was asked for that can be downloaded now, and until when it can.
    pub fn export(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let asked_at = *self.exports.last()?;
        let expires_at = asked_at.plus(EXPORT_LIFETIME);
        (now < expires_at && !self.is_erased()).then_some((asked_at, expires_at))
    }

    /// One at a time: while one can be downloaded there is no other.
    pub(super) fn ask_export(&self, now: Timestamp) -> Result<Decision<Self>, Rejection> {
        if self.export(now).is_some() {
            return Ok(Decision::reply(Reply::Done));
        }
        let lately = self.exports.iter().filter(|at| now.since(**at) < EXPORTS_WITHIN);
        if lately.count() >= EXPORTS_MAX {
            let oldest = self.exports.first().copied().unwrap_or(now);
            let wait = EXPORTS_WITHIN.saturating_sub(now.since(oldest));
            return Err(Rejection::TooManyExports { retry_after_s: wait.as_secs().max(1) });
        }
        Ok(Decision::event(Event::ExportAsked { at: now }, Reply::Done))
    }

    pub(super) fn keep_export(&mut self, at: Timestamp) {
        if self.exports.len() >= EXPORTS_MAX {
            self.exports.remove(0);
        }
        self.exports.push(at);
    }
}
