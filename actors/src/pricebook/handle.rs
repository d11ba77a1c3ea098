//! The way to the pricebook.

use std::sync::Arc;

use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError};

use super::{Change, Command, Pricebook, Receipt, Rejection};
use crate::ids::PricebookId;

/// The shop's pricebook. Cheap to clone.
#[derive(Clone)]
pub struct Pricebooks {
    directory: Directory<Pricebook>,
}

impl Pricebooks {
    /// The pricebook over its directory.
    pub fn new(directory: Directory<Pricebook>) -> Self {
        Self { directory }
    }

    /// The pricebook as last committed; the default one as long as nobody changed it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn current(&self) -> Result<Arc<Committed<Pricebook>>, ReadError> {
        Ok(self.directory.read(PricebookId::shop().uuid()).await?.unwrap_or_default())
    }

    /// Changes the pricebook, if `expected_version` is its version or absent.
    ///
    /// # Errors
    /// `pricebook-changed` when it has another version, `pricebook-invalid`, `region-not-found`, `region-is-default`,
    /// `shipping-method-not-found`, `promotion-not-found`, `promotion-exists`.
    pub async fn change(
        &self,
        change: Change,
        expected_version: Option<u64>,
        envelope: Envelope,
    ) -> Result<Answer<Receipt>, AskError<Rejection>> {
        let command = Command::Change { expected_version, change };
        self.directory.execute(PricebookId::shop().uuid(), command, envelope).await
    }
}
