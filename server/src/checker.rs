//! What checks everything that is stored: for the tool, and for operators of the running shop.

use std::path::PathBuf;
use std::sync::Arc;

use amazoff_fsck::{Books, Report, Subject, check};
use amazoff_http::views::check::{CheckBody, Checker, FINDINGS_MAX, FindingBody};
use amazoff_supervisor::archive::Archive;
use amazoff_supervisor::documents::{Blobs, Documents};
use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{AuditTable, Clock as _, SystemClock};
use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::books::SandboxBook;
use crate::stores::Stores;

/// The databases of this shop.
pub(crate) struct Databases {
    archive: Arc<dyn Archive>,
    journal: Arc<dyn Journal>,
    audit: Arc<dyn AuditTable>,
    documents: Arc<dyn Documents>,
    blobs: Arc<dyn Blobs>,
    data_dir: PathBuf,
}

impl Databases {
    /// Those that are open.
    pub(crate) fn of(stores: &Stores, data_dir: PathBuf) -> Self {
        Self {
            archive: stores.archive(),
            journal: stores.journal(),
            audit: stores.audit(),
            documents: stores.documents(),
            blobs: stores.blobs(),
            data_dir,
        }
    }

    /// What a check of everything finds.
    ///
    /// # Errors
    /// When something cannot be read at all.
    pub(crate) async fn checked(&self) -> Result<Report, JournalError> {
        let book = SandboxBook::in_folder(&self.data_dir);
        let subject = Subject {
            archive: &*self.archive,
            journal: &self.journal,
            audit: &*self.audit,
            documents: Some(&*self.documents),
            blobs: Some(&*self.blobs),
            books: book.as_ref().map(|book| -> &dyn Books { book }),
            now: SystemClock.now(),
        };
        check(&subject).await
    }
}

impl Checker for Databases {
    fn check(&self) -> BoxFuture<'_, Result<CheckBody, JournalError>> {
        async move { Ok(body(self.checked().await?)) }.boxed()
    }
}

fn body(report: Report) -> CheckBody {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let errors = number(report.errors().count());
    let warnings = number(report.findings.len()).saturating_sub(errors);
    let Report { findings, events, entities, rows, documents } = report;
    let shown = findings.into_iter().take(FINDINGS_MAX).map(|finding| FindingBody {
        severity: finding.severity.to_string(),
        code: finding.code.to_string(),
        subject: finding.subject,
        detail: finding.detail,
        advice: finding.advice.to_owned(),
    });
    CheckBody { errors, warnings, findings: shown.collect(), events, entities, rows, documents }
}
