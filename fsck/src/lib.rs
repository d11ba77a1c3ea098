//! Checks everything that is stored against everything else, also beside a running shop.
//!
//! The truth (events, ledger, effects, timers, keys, audit trail) is read as of one moment ([`Look`]), so nothing that is
//! under way looks like damage. The documents are in another database and follow the truth: one that differs is looked at
//! again, with how far the projection had come before and what the journal holds after, and must be what the projection
//! makes of some event in between. The payment provider's book is read before and after the moment, see [`Books`].
//!
//! Only the truth of one shard at a time is in memory; of all else there are a few words per entity ([`Facts`]).
//!
//! [`Look`]: amazoff_supervisor::archive::Look
#![warn(missing_docs)]

mod books;
mod cargo;
mod cells;
mod checks;
mod documents;
mod facts;
mod finding;
mod histories;
mod in_flight;
mod media;
mod past;
mod scan;
mod silent;
mod tell;

use std::sync::Arc;

use amazoff_supervisor::archive::Archive;
use amazoff_supervisor::documents::{Blobs, Documents};
use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{AuditError, AuditTable, Timestamp};

pub use books::{Books, ProviderEntry};
pub use documents::projection_of;
pub use facts::{
    CartFact, CheckoutFact, CouponFact, CouponUse, Facts, OrderFact, PaymentFact, ProductFact, Progress,
    Seen, StockFact, UserFact,
};
pub use finding::{Code, Finding, Report, Severity};
pub use past::{Past, past};

use documents::Replay;
use media::Unnamed;

/// What is checked.
pub struct Subject<'a> {
    /// The truth, as of one moment.
    pub archive: &'a dyn Archive,
    /// The truth as it goes on: for looking again at what differs.
    pub journal: &'a Arc<dyn Journal>,
    /// The audit trail.
    pub audit: &'a dyn AuditTable,
    /// The read models; without them they are not checked.
    pub documents: Option<&'a dyn Documents>,
    /// Media; without them they are not checked.
    pub blobs: Option<&'a dyn Blobs>,
    /// The payment provider's own book, if it can be had.
    pub books: Option<&'a dyn Books>,
    /// The time, for what is overdue.
    pub now: Timestamp,
}

/// Checks everything.
///
/// # Errors
/// When something cannot be read at all. What is damaged is a finding, not an error.
pub async fn check(subject: &Subject<'_>) -> Result<Report, JournalError> {
    let mut report = Report::default();
    let before = books::read(subject.books)?;
    let mut unnamed = match subject.blobs {
        Some(blobs) => Unnamed::of(blobs, subject.now).await?,
        None => Unnamed::default(),
    };
    let mut look = subject.archive.look().await?;
    let replay = subject.documents.map(|_| Replay::of(subject.journal));
    let facts = scan::read(&mut *look, subject.now, (&mut unnamed, replay), &mut report).await?;
    drop(look);
    unnamed.tell(&mut report);
    let after = books::read(subject.books)?;
    match subject.audit.verify().await {
        Ok(entries) => report.rows += entries,
        Err(AuditError::Journal(error)) => return Err(error),
        Err(error @ AuditError::Broken { .. }) => report.note(Code::AuditBroken, "audit", error.to_string()),
    }
    checks::run(&facts, subject.now, &mut report);
    checks::provider(&facts, (before.as_ref(), after.as_ref()), &mut report);
    if let Some(documents) = subject.documents {
        documents::check(documents, subject.journal, &facts, &mut report).await?;
    }
    if let Some(blobs) = subject.blobs {
        documents::media(blobs, &facts, &mut report).await?;
    }
    report.sort();
    Ok(report)
}

/// Checks what the journal alone says: events, their numbers, and that every entity can be replayed.
///
/// # Errors
/// As [`check`].
pub async fn verify(archive: &dyn Archive) -> Result<Report, JournalError> {
    let mut report = Report::default();
    let mut look = archive.look().await?;
    scan::events(&mut *look, (&mut Unnamed::default(), None), &mut report).await?;
    report.sort();
    Ok(report)
}
