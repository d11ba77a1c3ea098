//! The audit trail's table.

use std::sync::Arc;

use amazoff_supervisor::audit::ChainCheck;
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{AuditEntry, AuditError, AuditNote, AuditTable};
use futures::future::BoxFuture;

use super::database::Database;
use super::dialect::{Dialect, Fault};
use super::errors::{uncommitted, unreadable};
use super::retry::Retries;
use super::rows::{self, Cells};
use super::statement::Statement;
use super::turns::Turn;

/// Entries that a check reads at once.
const CHECK_PAGE: usize = 1_000;

/// The columns of an entry, in the order that [`entry`] reads.
macro_rules! entries {
    ($rest:literal) => {
        concat!("SELECT number, at, actor, action, subject, detail, hash FROM audit ", $rest)
    };
}

/// The table `audit`.
pub(crate) struct SqlAudit<D: Dialect> {
    database: Arc<Database<D>>,
}

impl<D: Dialect> SqlAudit<D> {
    /// The trail of an open database.
    pub(crate) fn over(database: Arc<Database<D>>) -> Self {
        Self { database }
    }

    async fn newest(&self, before: Option<u64>, limit: usize) -> Result<Vec<AuditEntry>, JournalError> {
        let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
        let statement = Statement::new(entries!("WHERE number < ? ORDER BY number DESC LIMIT ?"))
            .bind(before)
            .limit(limit);
        let rows = self.database.rows(statement).await.map_err(unreadable::<D>("audit"))?;
        let entries: Result<Vec<_>, _> = rows.iter().map(entry).collect();
        entries.map_err(unreadable::<D>("audit"))
    }

    async fn check(&self) -> Result<u64, AuditError> {
        // The highest number that was ever given tells of entries that were taken off the end. It is read first: entries
        // may be added meanwhile.
        let given = self.database.row(Statement::new(D::AUDIT_GIVEN)).await;
        let given = given.map_err(unreadable::<D>("audit"))?;
        let given = given.map(|row| rows::unsigned(&row, 0)).transpose().map_err(unreadable::<D>("audit"))?;
        let mut check = ChainCheck::default();
        loop {
            let statement = Statement::new(entries!("WHERE number > ? ORDER BY number LIMIT ?"))
                .bind(check.entries())
                .limit(CHECK_PAGE);
            let rows = self.database.rows(statement).await.map_err(unreadable::<D>("audit"))?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let broken = AuditError::Broken { number: check.entries() + 1 };
                check.next(&entry(row).map_err(|_damaged| broken)?)?;
            }
        }
        if given.is_some_and(|given| given > check.entries()) {
            return Err(AuditError::Broken { number: check.entries() + 1 });
        }
        Ok(check.entries())
    }

    async fn add(&self, note: &AuditNote) -> Result<AuditEntry, JournalError> {
        let mut turn = self.database.turn().await?;
        let mut retries = Retries::default();
        loop {
            let error = match added(&mut turn, note).await {
                Ok(entry) => match turn.commit().await {
                    Ok(()) => {
                        turn.end();
                        return Ok(entry);
                    }
                    Err(error) if D::fault(&error) == Fault::Conflict => error,
                    Err(error) => return Err(uncommitted::<D>(error)),
                },
                Err(error) => error,
            };
            retries.after(&mut turn, error).await?;
        }
    }
}

/// An entry: number, at, actor, action, subject, detail, hash.
fn entry(row: &impl Cells) -> Result<AuditEntry, sqlx::Error> {
    let hash = row.bytes(6)?;
    Ok(AuditEntry {
        number: rows::unsigned(row, 0)?,
        at: rows::timestamp(row, 1)?,
        actor: rows::text(row, 2)?,
        action: rows::text(row, 3)?,
        subject: rows::text(row, 4)?,
        detail: rows::text(row, 5)?,
        hash: hash.try_into().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
    })
}

async fn added<D: Dialect>(turn: &mut Turn<D>, note: &AuditNote) -> Result<AuditEntry, sqlx::Error> {
    turn.begin().await?;
    // From here on nobody else adds behind this one.
    if let Some(lock) = D::LOCK_AUDIT {
        turn.run(&Statement::new(lock)).await?;
    }
    let last = turn.rows(&Statement::new(entries!("ORDER BY number DESC LIMIT 1"))).await?;
    let last = last.first().map(entry).transpose()?;
    let entry = AuditEntry::following(last.map(|last| (last.number, last.hash)), note);
    let insert = Statement::new(
        "INSERT INTO audit (number, at, actor, action, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.number)
    .bind(entry.at)
    .bind(&entry.actor)
    .bind(&entry.action)
    .bind(&entry.subject)
    .bind(&entry.detail)
    .bind(entry.hash.as_slice());
    turn.run(&insert).await?;
    if let Some(count) = D::COUNT_AUDIT {
        turn.run(&Statement::new(count)).await?;
    }
    Ok(entry)
}

impl<D: Dialect> AuditTable for SqlAudit<D> {
    fn append<'a>(&'a self, note: &'a AuditNote) -> BoxFuture<'a, Result<AuditEntry, JournalError>> {
        Box::pin(self.add(note))
    }

    fn page(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<AuditEntry>, JournalError>> {
        Box::pin(self.newest(before, limit))
    }

    fn verify(&self) -> BoxFuture<'_, Result<u64, AuditError>> {
        Box::pin(self.check())
    }
}
