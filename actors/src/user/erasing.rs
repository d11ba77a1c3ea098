//! How an erasure goes on after its commit. Each step may be repeated, also after a kill in its middle.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::consistency::{self, Token};
use amazoff_supervisor::journal::{Journal, JournalError};
use amazoff_supervisor::{Clock, CommandId, Delivered, Directory, Envelope, ReadError, Vault};

use super::{Command, ErasureStep};
use crate::cart::{self, Carts};
use crate::checkout::{Checkout, Reached};
use crate::held::Held;
use crate::ids::{OrderId, UserId};
use crate::mail::Mailer;
use crate::order::{CancelReason, FulfillmentStatus, OrderCard, Orders, Rejection, Status};

/// Orders and carts that are read at once.
const PAGE: usize = 100;
/// How long an order may take to be given up.
const GIVE_UP_WITHIN: Duration = Duration::from_secs(10);

/// Takes the steps of erasures.
pub struct ErasureDelivery {
    /// Orders that may be given up.
    pub orders: Orders,
    /// Carts that may be on their way to an order.
    pub carts: Carts,
    /// Which carts are being bought.
    pub checkouts: Directory<Checkout>,
    /// Every cart that a person ever had.
    pub held: Held,
    /// How far everything has come.
    pub journal: Arc<dyn Journal>,
    /// Mails that were kept.
    pub mailer: Arc<dyn Mailer>,
    /// Keys.
    pub vault: Vault,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl ErasureDelivery {
    /// Takes one step.
    pub(super) async fn take(
        &self,
        user: UserId,
        step: ErasureStep,
        envelope: Envelope,
    ) -> Delivered<Command> {
        let seen = match self.seen().await {
            Ok(seen) => seen,
            Err(error) => return Delivered::Retry { reason: error.to_string() },
        };
        // Lists are read only once they have come as far as the journal is now: nothing that the person did is missed.
        let (taken, _) = consistency::scope(Some(seen), async {
            match step {
                ErasureStep::Orders => self.give_orders_up(user, envelope.correlation).await,
                ErasureStep::Mails => {
                    self.mailer.forget(user.uuid()).await.map_err(|error| error.to_string())
                }
                ErasureStep::Key => self.destroy_keys(user).await,
            }
        })
        .await;
        match (taken, step) {
            (Err(reason), _) => Delivered::Retry { reason },
            (Ok(()), ErasureStep::Orders | ErasureStep::Mails) => Delivered::Done,
            (Ok(()), ErasureStep::Key) => Delivered::Answer(Command::NoteErased),
        }
    }

    /// Everything that has happened until now. The person does nothing any more.
    async fn seen(&self) -> Result<Token, JournalError> {
        let mut seen = Token::default();
        for (shard, newest) in self.journal.heads().await? {
            seen.note(shard, newest);
        }
        Ok(seen)
    }

    /// What was not packed is given up, as if the person had asked for it; its money goes back. The rest was sold and stays.
    async fn give_orders_up(&self, user: UserId, cause: CommandId) -> Result<(), String> {
        self.no_checkout_runs(user).await.map_err(|error| error.to_string())??;
        let mut after = None;
        loop {
            let page =
                self.orders.list_of_user(user, after, PAGE).await.map_err(|error| error.to_string())?;
            for order in page.items.iter().filter(|order| may_be_given_up(order)) {
                self.give_up(order.id, cause).await?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// A command of its own, so that a refusal for the moment is not kept as its answer; a repeat finds the order given up.
    async fn give_up(&self, order: OrderId, cause: CommandId) -> Result<(), String> {
        let mut envelope = Envelope::system(GIVE_UP_WITHIN);
        envelope.correlation = cause;
        match Reached::from(self.orders.cancel(order, CancelReason::Shopper, envelope).await) {
            Reached::Refused(refusal) if refusal == Rejection::PaymentUnderWay => Err(refusal.to_string()),
            // Its own rule says that it stays, such as a parcel that was packed meanwhile.
            Reached::Accepted(_) | Reached::Refused(_) => Ok(()),
            Reached::NotNow(reason) => Err(reason),
            Reached::Poisoned(reason) => {
                tracing::error!(order.id = %order, %reason, "{order} of an erased person cannot be given up: {reason}");
                Ok(())
            }
        }
    }

    /// Money may be under way, and what it buys needs an address.
    async fn no_checkout_runs(&self, user: UserId) -> Result<Result<(), String>, ReadError> {
        let mut after = None;
        loop {
            let page = self.carts.list_of_person(user, after, PAGE).await?;
            for id in page.items {
                let cart = self.carts.get(id).await?;
                let status = cart.map_or(cart::Status::Absent, |cart| cart.state.status);
                // A checkout that has begun claims its cart a moment later.
                let checkout = self.checkouts.read(id.uuid()).await?;
                let runs = checkout.is_some_and(|checkout| checkout.state.run.is_some());
                if runs || matches!(status, cart::Status::Completing { .. }) {
                    return Ok(Err(format!("{id} is being bought")));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(Ok(()));
            }
        }
    }

    /// Also the keys of carts that were a guest's before they were the person's. The person's own key goes last.
    async fn destroy_keys(&self, user: UserId) -> Result<(), String> {
        let now = self.clock.now();
        let mut after = None;
        loop {
            let (carts, next) =
                self.held.carts(user, after, PAGE).await.map_err(|error| error.to_string())?;
            for cart in carts {
                self.vault.erase_if_any(cart.uuid(), now).await.map_err(|error| error.to_string())?;
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
        self.vault.erase(user.uuid(), now).await.map_err(|error| error.to_string())?;
        // A letter that was opened before may have been kept meanwhile, such as that of the money that went back.
        self.mailer.forget(user.uuid()).await.map_err(|error| error.to_string())
    }
}

fn may_be_given_up(order: &OrderCard) -> bool {
    order.status == Status::Placed && order.fulfillment_status == FulfillmentStatus::Unfulfilled
}
