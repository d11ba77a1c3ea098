//! How others reach checkouts.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::{
    AskError, Committed, Directory, Envelope, Fault, FaultKind, Principal, ReadError, Vault, VaultError,
};
use serde::Serialize;
use tokio::time::Instant;

use super::command::{Command, PaymentChoice, Reply, Start};
use super::outcome::{Failure, Outcome};
use super::rejection::Rejection;
use super::state::Checkout;
use crate::asking::fingerprinted;
use crate::cart::{Address, Cart, Owner, Status};
use crate::coupon::CustomerKey;
use crate::ids::{CartId, OrderId, UserId};
use crate::money::Money;
use crate::order::Contact;

/// Every checkout.
#[derive(Clone)]
pub struct Checkouts {
    directory: Directory<Checkout>,
    carts: Directory<Cart>,
    vault: Vault,
}

/// What a shopper sends with the button.
#[derive(Clone, Debug, Serialize)]
pub struct CompleteForm {
    /// The total that the shopper saw.
    pub expected_total: Money,
    /// Who receives the order; without one, whoever the cart names.
    pub contact: Option<Contact>,
    /// How it is paid.
    pub payment: PaymentChoice,
}

/// Why a checkout could not be begun or followed. Whether something happened follows from the kind.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// There is no such cart, or it is not the asker's.
    #[error("there is no such cart")]
    CartNotFound,
    /// It is not known where the cart goes.
    #[error("it is not known where the cart goes")]
    AddressMissing,
    /// The checkout did not answer, or refused.
    #[error(transparent)]
    Ask(#[from] AskError<Rejection>),
    /// Something could not be read; the attempt, if it began, goes on.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The contact could not be sealed; nothing began.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Fault for CompleteError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::CartNotFound => FaultKind::NotFound,
            Self::AddressMissing => FaultKind::Invalid,
            Self::Ask(error) => error.kind(),
            Self::Read(error) => error.kind(),
            Self::Vault(error) => error.kind(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::CartNotFound => "cart-not-found",
            Self::AddressMissing => "address-missing",
            Self::Ask(error) => error.code(),
            Self::Read(error) => error.code(),
            Self::Vault(error) => error.code(),
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::CartNotFound | Self::AddressMissing => None,
            Self::Ask(error) => error.retry_after(),
            Self::Read(error) => error.retry_after(),
            Self::Vault(error) => error.retry_after(),
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::CartNotFound | Self::AddressMissing => serde_json::Value::Null,
            Self::Ask(error) => error.facts(),
            Self::Read(error) => error.facts(),
            Self::Vault(error) => error.facts(),
        }
    }
}

impl Checkouts {
    /// A handle over the running checkouts, the carts that they buy, and the vault that seals contacts.
    pub fn new(directory: Directory<Checkout>, carts: Directory<Cart>, vault: Vault) -> Self {
        Self { directory, carts, vault }
    }

    /// Buys what is in a cart: begins an attempt, or joins the one that runs, and follows it for at most `wait`.
    ///
    /// The attempt goes on by itself whatever the caller does; a repeat with the same command id follows the same one.
    /// A failed attempt is `Ok(Outcome::Failed(_))`, and one that is not decided after `wait` is [`Outcome::Processing`].
    ///
    /// # Errors
    /// When nothing could be begun, or the attempt cannot be followed.
    pub async fn complete(
        &self,
        cart: CartId,
        form: CompleteForm,
        envelope: Envelope,
        wait: Duration,
    ) -> Result<Outcome, CompleteError> {
        let give_up = Instant::now() + wait;
        let envelope = fingerprinted(envelope, &form);
        let found = self.cart(cart, &envelope.principal).await?;
        // Its key went with it: what would be sealed now could never be forgotten.
        if found.state.is_over_without_order() {
            return Ok(Outcome::Failed(Failure::CartOver));
        }
        let start = self.prepare((cart, &found.state), form, &envelope.principal).await?;
        let mut changes = self.directory.watch(cart.uuid());
        let command = Command::Start(Box::new(start));
        let attempt = match self.directory.execute(cart.uuid(), command, envelope).await?.reply {
            Reply::Started { attempt } | Reply::Running { attempt } => attempt,
            Reply::Done { order } => return Ok(Outcome::Placed { order }),
            Reply::Noted => return Ok(Outcome::Processing { order: OrderId::of_cart(cart) }),
        };
        loop {
            changes.borrow_and_update();
            if let Some(outcome) = self.outcome(cart, attempt).await? {
                return Ok(outcome);
            }
            match tokio::time::timeout_at(give_up, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Ok(Outcome::Processing { order: OrderId::of_cart(cart) }),
            }
        }
    }

    /// Where the newest attempt of a cart stands; `None` when there was none.
    ///
    /// # Errors
    /// When the checkout cannot be read now.
    pub async fn status(&self, cart: CartId) -> Result<Option<Outcome>, ReadError> {
        let Some(checkout) = self.directory.read(cart.uuid()).await? else { return Ok(None) };
        let Some(newest) = checkout.state.newest() else { return Ok(None) };
        let processing = Outcome::Processing { order: OrderId::of_cart(cart) };
        Ok(Some(checkout.state.outcome(cart, newest).unwrap_or(processing)))
    }

    async fn outcome(&self, cart: CartId, attempt: u32) -> Result<Option<Outcome>, ReadError> {
        let checkout = self.directory.read(cart.uuid()).await?;
        Ok(checkout.and_then(|checkout| checkout.state.outcome(cart, attempt)))
    }

    /// The cart, as far as the asker may know of it.
    async fn cart(&self, id: CartId, asker: &Principal) -> Result<Arc<Committed<Cart>>, CompleteError> {
        let found = self.carts.read(id.uuid()).await?;
        let cart =
            found.filter(|found| found.state.status != Status::Absent && found.state.owner.admits(asker));
        cart.ok_or(CompleteError::CartNotFound)
    }

    /// What is asked, with everything personal sealed.
    async fn prepare(
        &self,
        (id, cart): (CartId, &Cart),
        form: CompleteForm,
        asker: &Principal,
    ) -> Result<Start, CompleteError> {
        let CompleteForm { expected_total, contact, payment } = form;
        let (address, email) = match contact {
            Some(new) => {
                let contact = self.vault.seal(cart.owner.person(id), &new).await?;
                (Address { contact, destination: new.destination() }, new.email)
            }
            None => self.known_address(cart).await?,
        };
        let customer = match (asker, cart.owner) {
            (Principal::User(user), _) => CustomerKey::of_user(UserId::from(*user)),
            (Principal::System | Principal::Guest, Owner::User(user)) => CustomerKey::of_user(user),
            (Principal::System | Principal::Guest, Owner::Guest) => {
                CustomerKey::of_guest(&self.vault, &email)
            }
        };
        let Address { contact, destination } = address;
        Ok(Start {
            expected_total,
            contact,
            payment,
            destination: Some(destination),
            customer: Some(customer),
        })
    }

    /// The address that the cart names, and its e-mail address.
    async fn known_address(&self, cart: &Cart) -> Result<(Address, String), CompleteError> {
        let (Some(contact), Some(destination)) = (cart.contact.clone(), cart.destination.clone()) else {
            return Err(CompleteError::AddressMissing);
        };
        let opened = self.vault.open(&contact).await?.ok_or(CompleteError::AddressMissing)?;
        Ok((Address { contact, destination }, opened.email))
    }
}
