//! Runs the statements that store parts.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{Numbered, statements};
use crate::bugs::Bugs;

/// Writes parts as they are; `false` when a mark or a claim is refused.
///
/// # Errors
/// A unique violation when an event, a command or an effect is stored already.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    parts: &[Numbered<'_>],
    bugs: Bugs,
) -> Result<bool, sqlx::Error> {
    run(connection, statements::events(parts)).await?;
    run(connection, statements::commands(parts, bugs)).await?;
    let marks: usize = parts.iter().map(|numbered| numbered.part.marks.len()).sum();
    if run(connection, statements::marks(parts, bugs)).await? < count(marks) {
        return Ok(false);
    }
    let claims = statements::claims(parts, bugs);
    if run(connection, claims.takes).await? < count(claims.taken) {
        return Ok(false);
    }
    run(connection, claims.releases).await?;
    run(connection, statements::effects(parts, bugs)).await?;
    run(connection, statements::effects_done(parts)).await?;
    let reminders = statements::reminders(parts);
    run(connection, reminders.set).await?;
    run(connection, reminders.cleared).await?;
    run(connection, reminders.lapsed).await?;
    run(connection, statements::postings(parts)).await?;
    Ok(true)
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

async fn run(
    connection: &mut SqliteConnection,
    statements: Vec<QueryBuilder<Sqlite>>,
) -> Result<u64, sqlx::Error> {
    let mut affected = 0;
    for mut statement in statements {
        affected += statement.build().execute(&mut *connection).await?.rows_affected();
    }
    Ok(affected)
}
