//! A database's errors in the words of the ports.

use amazoff_supervisor::journal::JournalError;

use super::dialect::{Dialect, Fault};

/// An error before anything was committed.
pub(crate) fn unavailable(error: sqlx::Error) -> JournalError {
    JournalError::Unavailable(error.to_string())
}

/// An error of a commit.
pub(super) fn uncommitted<D: Dialect>(error: sqlx::Error) -> JournalError {
    match D::fault(&error) {
        Fault::Unknown => JournalError::OutcomeUnknown(error.to_string()),
        Fault::Taken | Fault::Conflict | Fault::Away => unavailable(error),
    }
}

/// An error while reading journal rows: what does not decode was damaged.
pub(crate) fn unreadable<D: Dialect>(entity: impl ToString) -> impl Fn(sqlx::Error) -> JournalError {
    let entity = entity.to_string();
    move |error| {
        let undecoded = matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_));
        if undecoded || D::is_damage(&error) {
            JournalError::Corrupt { entity: entity.clone(), reason: error.to_string() }
        } else {
            unavailable(error)
        }
    }
}
