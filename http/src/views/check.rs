//! What a check of everything found, as operators see it.

use amazoff_supervisor::journal::JournalError;
use futures::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;

/// The most findings that are shown.
pub const FINDINGS_MAX: usize = 1_000;

/// Checks everything that is stored against everything else while the shop sells. The program that holds the databases is one.
pub trait Checker: Send + Sync + 'static {
    /// Checks, and tells at most [`FINDINGS_MAX`] of what was found.
    ///
    /// # Errors
    /// When something cannot be read at all. What is damaged is a finding.
    fn check(&self) -> BoxFuture<'_, Result<CheckBody, JournalError>>;
}

/// Something that is not as it must be.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CheckFinding)]
pub struct FindingBody {
    /// `error`: it contradicts what else is stored; `warning`: a person should look.
    pub severity: String,
    /// A stable code; `docs/fsck.md` lists them.
    pub code: String,
    /// What it is about.
    pub subject: String,
    /// What is wrong.
    pub detail: String,
    /// What to do.
    pub advice: String,
}

/// What a check of everything found.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Check)]
pub struct CheckBody {
    /// How many findings are errors.
    pub errors: u64,
    /// How many are warnings.
    pub warnings: u64,
    /// The findings, errors first, at most 1,000.
    pub findings: Vec<FindingBody>,
    /// Events that were read.
    pub events: u64,
    /// Entities that were replayed.
    pub entities: u64,
    /// Other rows that were read.
    pub rows: u64,
    /// Documents that were compared.
    pub documents: u64,
}
