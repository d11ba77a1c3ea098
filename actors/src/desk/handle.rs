//! The way to the desk.

use std::sync::Arc;

use amazoff_supervisor::{Answer, AskError, Committed, Directory, Envelope, ReadError};

use super::{Command, Desk, OrderFilter, Receipt, Rejection};
use crate::asking::fingerprinted;
use crate::ids::DeskId;

/// What the back office keeps. Cheap to clone.
#[derive(Clone)]
pub struct Desks(Directory<Desk>);

/// What came of a change, or why nothing did.
type Answered = Result<Answer<Receipt>, AskError<Rejection>>;

impl Desks {
    /// The desk over its directory.
    pub fn new(directory: Directory<Desk>) -> Self {
        Self(directory)
    }

    /// The desk as last committed; an empty one as long as nobody changed it.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn current(&self) -> Result<Arc<Committed<Desk>>, ReadError> {
        Ok(self.0.read(DeskId::shop().uuid()).await?.unwrap_or_default())
    }

    /// Makes a filter what it says, whether it was there or not.
    ///
    /// # Errors
    /// `order-filter-invalid`, `order-filters-changed`.
    pub async fn save(
        &self,
        (name, filter): (String, OrderFilter),
        expected_version: Option<u64>,
        envelope: Envelope,
    ) -> Answered {
        self.ask(Command::Save { expected_version, name, filter }, envelope).await
    }

    /// Takes a filter away.
    ///
    /// # Errors
    /// `order-filter-not-found`, `order-filters-changed`.
    pub async fn drop(&self, name: String, expected_version: Option<u64>, envelope: Envelope) -> Answered {
        let envelope = fingerprinted(envelope, &name);
        self.ask(Command::Drop { expected_version, name }, envelope).await
    }

    async fn ask(&self, command: Command, envelope: Envelope) -> Answered {
        self.0.execute(DeskId::shop().uuid(), command, envelope).await
    }
}
