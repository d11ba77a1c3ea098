//! The audit trail's table.

use std::sync::Arc;

use amazoff_supervisor::audit::ChainCheck;
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{AuditEntry, AuditError, AuditNote, AuditTable};
use futures::future::BoxFuture;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::database::Database;
use super::errors::unreadable;
use super::rows;

/// Entries that a check reads at once.
const CHECK_PAGE: i64 = 1_000;

/// The table `audit`.
pub(super) struct SqliteAudit {
    database: Arc<Database>,
}

impl SqliteAudit {
    /// The trail of an open database.
    pub(super) fn over(database: Arc<Database>) -> Self {
        Self { database }
    }

    async fn newest(&self, before: Option<u64>, limit: usize) -> Result<Vec<AuditEntry>, JournalError> {
        let rows = sqlx::query(
            "SELECT number, at, actor, action, subject, detail, hash FROM audit
             WHERE number < ? ORDER BY number DESC LIMIT ?",
        )
        .bind(before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX)))
        .bind(rows::limit(limit))
        .fetch_all(self.database.readers())
        .await
        .map_err(unreadable("audit"))?;
        let entries: Result<Vec<_>, _> = rows.iter().map(entry).collect();
        entries.map_err(unreadable("audit"))
    }

    async fn check(&self) -> Result<u64, AuditError> {
        let mut check = ChainCheck::default();
        loop {
            let rows = sqlx::query(
                "SELECT number, at, actor, action, subject, detail, hash FROM audit
                 WHERE number > ? ORDER BY number LIMIT ?",
            )
            .bind(check.entries().cast_signed())
            .bind(CHECK_PAGE)
            .fetch_all(self.database.readers())
            .await
            .map_err(unreadable("audit"))?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let broken = AuditError::Broken { number: check.entries() + 1 };
                check.next(&entry(row).map_err(|_damaged| broken)?)?;
            }
        }
        // SQLite remembers the highest number it ever gave, so entries that were taken off the end are missed, too.
        let given: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'audit'")
            .fetch_optional(self.database.readers())
            .await
            .map_err(unreadable("audit"))?;
        if given.is_some_and(|given| given.cast_unsigned() > check.entries()) {
            return Err(AuditError::Broken { number: check.entries() + 1 });
        }
        Ok(check.entries())
    }
}

/// An entry: number, at, actor, action, subject, detail, hash.
fn entry(row: &SqliteRow) -> Result<AuditEntry, sqlx::Error> {
    let hash: &[u8] = row.try_get(6)?;
    Ok(AuditEntry {
        number: rows::unsigned(row, 0)?,
        at: rows::timestamp(row, 1)?,
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        detail: row.try_get(5)?,
        hash: hash.try_into().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
    })
}

async fn add(connection: &mut SqliteConnection, note: &AuditNote) -> Result<AuditEntry, sqlx::Error> {
    // The write lock is held, so nobody else adds behind this one.
    let last = sqlx::query(
        "SELECT number, at, actor, action, subject, detail, hash FROM audit ORDER BY number DESC LIMIT 1",
    )
    .fetch_optional(&mut *connection)
    .await?;
    let last = last.as_ref().map(entry).transpose()?;
    let entry = AuditEntry::following(last.map(|last| (last.number, last.hash)), note);
    sqlx::query(
        "INSERT INTO audit (number, at, actor, action, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.number.cast_signed())
    .bind(entry.at.unix_ms())
    .bind(&entry.actor)
    .bind(&entry.action)
    .bind(&entry.subject)
    .bind(&entry.detail)
    .bind(entry.hash.as_slice())
    .execute(connection)
    .await?;
    Ok(entry)
}

impl AuditTable for SqliteAudit {
    fn append<'a>(&'a self, note: &'a AuditNote) -> BoxFuture<'a, Result<AuditEntry, JournalError>> {
        let note = note.clone();
        Box::pin(self.database.transact(|connection| Box::pin(async move { add(connection, &note).await })))
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
