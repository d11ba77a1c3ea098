//! How shoppers pay what the payment that placed their order did not.

use std::time::Duration;

use amazoff_supervisor::{AskError, Envelope};
use tokio::time::Instant;

use super::command::Command;
use super::further::FurtherState;
use super::handle::Orders;
use super::rejection::Rejection;
use super::state::Order;
use crate::asking::{fingerprinted, not_read};
use crate::checkout::{Failure, Outcome, PaymentChoice};
use crate::ids::{OrderId, PaymentId};

impl Orders {
    /// Begins another payment over what is still owed, and follows it for at most `wait`.
    ///
    /// It goes on by itself whatever the caller does; a repeat with the same command id follows the same payment. One that
    /// failed is `Ok(Outcome::Failed(_))` and leaves the order as it was; [`Outcome::Placed`] says that the money is
    /// reserved or taken, and one that is not decided after `wait` is [`Outcome::Processing`].
    ///
    /// # Errors
    /// `order-nothing-owed`, `order-payment-under-way`, `order-too-many-payments`, `order-not-placed`, `order-not-found`;
    /// when the order cannot be read.
    pub async fn pay(
        &self,
        id: OrderId,
        choice: PaymentChoice,
        envelope: Envelope,
        wait: Duration,
    ) -> Result<Outcome, AskError<Rejection>> {
        let give_up = Instant::now() + wait;
        let envelope = fingerprinted(envelope, &choice);
        let payment = PaymentId::from(envelope.command_id.derive("payment"));
        let PaymentChoice { provider, token } = choice;
        let mut changes = self.directory.watch(id.uuid());
        self.execute(id, Command::Pay { payment, provider, token }, envelope).await?;
        loop {
            changes.borrow_and_update();
            let found = self.directory.read(id.uuid()).await.map_err(not_read::<Rejection>)?;
            if let Some(outcome) = found.and_then(|order| order.state.outcome_of(id, payment)) {
                return Ok(outcome);
            }
            match tokio::time::timeout_at(give_up, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Ok(Outcome::Processing { order: id }),
            }
        }
    }
}

impl Order {
    /// What a shopper is told about a further payment; `None` while it is not decided.
    fn outcome_of(&self, order: OrderId, payment: PaymentId) -> Option<Outcome> {
        let further = self.further_payment(payment)?;
        match &further.state {
            FurtherState::Pending => None,
            FurtherState::RequiresAction { url } => {
                Some(Outcome::RequiresAction { order, payment, url: url.clone() })
            }
            // Something of it is still being taken.
            FurtherState::Authorized if !self.is_free(payment) => None,
            FurtherState::Authorized | FurtherState::Captured => Some(Outcome::Placed { order }),
            FurtherState::Failed { code } => {
                Some(Outcome::Failed(Failure::PaymentFailed { decline_code: code.clone() }))
            }
            FurtherState::Voided | FurtherState::Expired => Some(Outcome::Failed(Failure::PaymentExpired)),
        }
    }
}
