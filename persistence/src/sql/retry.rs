//! Transactions that were in each other's way are run again, a few times and not at once.

use std::fmt::Display;
use std::time::Duration;

use amazoff_supervisor::journal::JournalError;

use super::dialect::{Dialect, Fault};
use super::errors::{unavailable, uncommitted};
use super::turns::Turn;

/// How often a transaction is run again.
const RETRIES_MAX: u32 = 3;
/// The longest wait before the first retry, in milliseconds; doubled with each.
const FIRST_WAIT_MS_MAX: u64 = 4;

/// How often a transaction was run again.
#[derive(Debug, Default)]
pub(super) struct Retries(u32);

impl Retries {
    /// After an error before or instead of the commit: rolls back and waits a little when the transaction may be run again.
    ///
    /// # Errors
    /// When it may not: another error, or too many conflicts. Nothing is stored.
    pub(super) async fn after<D: Dialect>(
        &mut self,
        turn: &mut Turn<D>,
        error: sqlx::Error,
    ) -> Result<(), JournalError> {
        match D::fault(&error) {
            Fault::Conflict => self.again(turn, error).await,
            Fault::Taken | Fault::Away | Fault::Unknown => Err(unavailable(error)),
        }
    }

    /// Rolls back and waits a little before the transaction is run again.
    ///
    /// # Errors
    /// After too many conflicts. Nothing is stored.
    pub(super) async fn again<D: Dialect>(
        &mut self,
        turn: &mut Turn<D>,
        why: impl Display,
    ) -> Result<(), JournalError> {
        let why = why.to_string();
        turn.rollback().await.map_err(unavailable)?;
        if self.0 >= RETRIES_MAX {
            return Err(JournalError::Unavailable(why));
        }
        self.0 += 1;
        let wait_ms_max = FIRST_WAIT_MS_MAX << self.0;
        tracing::debug!(retry = self.0, why, "a transaction was in another's way and is run again");
        tokio::time::sleep(Duration::from_millis(rand::random_range(1..=wait_ms_max))).await;
        Ok(())
    }
}

impl<D: Dialect> Turn<D> {
    /// Commits what was done, if it was. `None`: run it again.
    ///
    /// # Errors
    /// When it may not be run again, or the commit's outcome is unknown.
    pub(super) async fn ended<T>(
        &mut self,
        retries: &mut Retries,
        done: Result<T, sqlx::Error>,
    ) -> Result<Option<T>, JournalError> {
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                retries.after(self, error).await?;
                return Ok(None);
            }
        };
        match self.commit().await {
            Ok(()) => Ok(Some(done)),
            Err(error) if D::fault(&error) == Fault::Conflict => {
                retries.after(self, error).await?;
                Ok(None)
            }
            Err(error) => Err(uncommitted::<D>(error)),
        }
    }
}
