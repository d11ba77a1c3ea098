//! The closed list of ways in which anything here can fail, owned by no transport.

use std::time::Duration;

/// What a caller should do about a failure. A new variant must be justified by a caller that acts differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The request breaks a rule; repeating it unchanged fails again.
    Invalid,
    /// No or unusable credentials.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// Absent, or not the caller's to see.
    NotFound,
    /// The current state refuses; another state might accept.
    Conflict,
    /// The caller's precondition (version) is out of date.
    Stale,
    /// Too large to be taken in.
    TooLarge,
    /// The caller exceeds its quota.
    Throttled,
    /// Nothing happened; repeating later is safe.
    Unavailable,
    /// It may or may not have happened; repeat with the same command id to learn which.
    OutcomeUnknown,
    /// A defect of ours. Nothing about it is told to the caller.
    Bug,
}

/// An error with a stable code and advice for the caller.
///
/// Implement it for every error that can reach an edge; only the edge knows status codes.
pub trait Fault: std::error::Error + Send + Sync + 'static {
    /// What the caller should do.
    fn kind(&self) -> FaultKind;
    /// Stable kebab-case code; `docs/problems/<code>.md` explains it.
    fn code(&self) -> &'static str;
    /// Whether a refusal speaks of the moment only. An effect that gets such a one is delivered again until it is taken in or
    /// refused for good, so it is not recorded; whoever asks by a command of their own gets it as any other.
    fn is_passing(&self) -> bool {
        self.kind() == FaultKind::Unavailable
    }
    /// How long to wait before a repeat, where that is known.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
    /// Machine-readable facts that a caller may act on (for example the current total), as a JSON object.
    fn facts(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}
