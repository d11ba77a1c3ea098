//! How others reach payments.

use std::time::Duration;

use amazoff_supervisor::{Answer, AskError, Directory, Envelope, ReadError, Version};
use tokio::sync::watch;

use super::command::Command;
use super::projection::PaymentCard;
use super::provider::Confirmation;
use super::rejection::Rejection;
use super::state::Payment;
use super::view::View;
use crate::ids::PaymentId;

/// Every payment.
#[derive(Clone)]
pub struct Payments {
    directory: Directory<Payment>,
}

impl Payments {
    /// A handle over the running payments.
    pub fn new(directory: Directory<Payment>) -> Self {
        Self { directory }
    }

    /// A payment as its payer may see it; `None` when nothing was ever asked of it.
    ///
    /// # Errors
    /// When the payment cannot be read now.
    pub async fn get(&self, id: PaymentId) -> Result<Option<View>, ReadError> {
        let found = self.directory.read(id.uuid()).await?;
        Ok(found.and_then(|payment| payment.state.view(id)))
    }

    /// Through whom a payment goes; `None` when nothing was ever asked of it.
    ///
    /// # Errors
    /// When the payment cannot be read now.
    pub async fn provider_of(&self, id: PaymentId) -> Result<Option<String>, ReadError> {
        let found = self.directory.read(id.uuid()).await?;
        Ok(found.and_then(|payment| payment.state.terms.as_ref().map(|terms| terms.provider.clone())))
    }

    /// A payment's sums as committed, with its version; `None` when nothing was ever asked of it.
    ///
    /// # Errors
    /// When the payment cannot be read now.
    pub async fn card(&self, id: PaymentId) -> Result<Option<(PaymentCard, Version)>, ReadError> {
        let found = self.directory.read(id.uuid()).await?;
        Ok(found.and_then(|payment| Some((PaymentCard::of(id, &payment.state)?, payment.version))))
    }

    /// Changes after each commit of the payment.
    pub fn watch(&self, id: PaymentId) -> watch::Receiver<Version> {
        self.directory.watch(id.uuid())
    }

    /// Passes on how the shopper answered the provider's question. The provider's own answer follows later: watch for it.
    ///
    /// # Errors
    /// [`Rejection::NotFound`], or [`Rejection::NothingToConfirm`] when the payment does not wait for its shopper.
    pub async fn confirm(
        &self,
        id: PaymentId,
        result: Confirmation,
        envelope: Envelope,
    ) -> Result<Answer<View>, AskError<Rejection>> {
        self.execute(id, Command::Confirm { result }, envelope).await
    }

    /// Asks the provider at once about everything that may differ: what became of an operation whose answer is missing, how
    /// the reservation stands, and whether money that was given back is still with the payer.
    ///
    /// # Errors
    /// [`Rejection::NotFound`].
    pub async fn sync(&self, id: PaymentId, within: Duration) -> Result<Answer<View>, AskError<Rejection>> {
        self.execute(id, Command::Compare, Envelope::system(within)).await
    }

    pub(crate) async fn execute(
        &self,
        id: PaymentId,
        command: Command,
        envelope: Envelope,
    ) -> Result<Answer<View>, AskError<Rejection>> {
        self.directory.execute(id.uuid(), command, envelope).await
    }
}
