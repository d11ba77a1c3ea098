//! SQLite's errors in the words of the ports.

use amazoff_supervisor::journal::JournalError;

/// An error before anything was committed.
pub(super) fn unavailable(error: sqlx::Error) -> JournalError {
    JournalError::Unavailable(error.to_string())
}

/// An error while committing.
pub(super) fn outcome_unknown(error: sqlx::Error) -> JournalError {
    JournalError::OutcomeUnknown(error.to_string())
}

/// An error while reading journal rows: what does not decode was damaged.
pub(super) fn unreadable(entity: impl ToString) -> impl Fn(sqlx::Error) -> JournalError {
    let entity = entity.to_string();
    move |error| match damage(&error) {
        Some(reason) => JournalError::Corrupt { entity: entity.clone(), reason },
        None => unavailable(error),
    }
}

fn damage(error: &sqlx::Error) -> Option<String> {
    const CORRUPT: i32 = 11;
    const NOT_A_DATABASE: i32 = 26;
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Some(error.to_string()),
        sqlx::Error::Database(database) => {
            let code: i32 = database.code()?.parse().ok()?;
            // The low byte of an extended result code is the primary one.
            matches!(code & 0xff, CORRUPT | NOT_A_DATABASE).then(|| error.to_string())
        }
        _ => None,
    }
}

/// Whether a unique key refused a row.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
