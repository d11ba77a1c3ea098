//! The sandbox's ledger as the payment provider's book.

use std::path::{Path, PathBuf};

use amazoff_actors::money::Money;
use amazoff_fsck::{Books, ProviderEntry};
use amazoff_gateways::sandbox::{self, Outcome};
use amazoff_supervisor::journal::JournalError;

/// A ledger file.
pub(crate) struct SandboxBook(PathBuf);

impl SandboxBook {
    /// The ledger in a data folder; `None` when there is none, as on a machine that no shop runs on.
    pub(crate) fn in_folder(data_dir: &Path) -> Option<Self> {
        let path = data_dir.join("sandbox-ledger.jsonl");
        path.exists().then_some(Self(path))
    }
}

impl Books for SandboxBook {
    fn provider(&self) -> &str {
        sandbox::NAME
    }

    fn entries(&self) -> Result<Vec<ProviderEntry>, JournalError> {
        let entries =
            sandbox::entries(&self.0).map_err(|error| JournalError::Unavailable(error.to_string()))?;
        let told = entries.into_iter().map(|entry| ProviderEntry {
            payment: entry.payment,
            operation: entry.operation,
            amount: Money::new(entry.amount, entry.currency),
            approved: entry.outcome == Outcome::Approved,
        });
        Ok(told.collect())
    }
}
