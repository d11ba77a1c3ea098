//! Runs the statements that store parts.

use super::{Numbered, judge, statements};
use crate::bugs::Bugs;
use crate::sql::dialect::Dialect;
use crate::sql::turns::Turn;

/// Writes parts that nothing was found to speak against; `false` when a claimed key belongs to another entity all the same.
///
/// # Errors
/// A unique violation when an event, a command or an effect is stored already.
pub(super) async fn write<D: Dialect>(
    turn: &mut Turn<D>,
    parts: &[Numbered<'_>],
    bugs: Bugs,
) -> Result<bool, sqlx::Error> {
    turn.run_all(&statements::events::<D>(parts)).await?;
    turn.run_all(&statements::commands::<D>(parts, bugs)).await?;
    turn.run_all(&statements::marks::<D>(parts)).await?;
    let claims = statements::claims::<D>(parts, bugs);
    turn.run_all(&claims.takes).await?;
    // A key that another entity has is left as it is. A row that was there is locked now, so what is read stays true.
    if judge::count(turn, &claims.taken).await? < claims.count {
        return Ok(false);
    }
    turn.run_all(&claims.releases).await?;
    turn.run_all(&statements::effects::<D>(parts, bugs)).await?;
    turn.run_all(&statements::effects_done::<D>(parts)).await?;
    let reminders = statements::reminders::<D>(parts);
    turn.run_all(&reminders.set).await?;
    turn.run_all(&reminders.cleared).await?;
    turn.run_all(&reminders.lapsed).await?;
    turn.run_all(&statements::postings::<D>(parts)).await?;
    Ok(true)
}
