//! What the shop's people, and shoppers after their purchase, do with orders.

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Answer, AskError, Envelope, ReadError, Timestamp, VaultError};

use super::command::{CancelReason, Command, RefundOf, RefundReason};
use super::goods::{Portion, ReceivedPortion, ReturnReason, Tracking};
use super::handle::Orders;
use super::rejection::Rejection;
use super::view::Stage;
use crate::asking::not_read;
use crate::ids::{AdjustmentId, NoteId, OrderId, ReturnId, ShipmentId, UserId};

/// The answer of an order, or why there was none.
type Answered = Result<Answer<Stage>, AskError<Rejection>>;

/// A request with whose it is and, for people who work from a page, what that page showed.
#[derive(Clone, Debug)]
pub struct Request {
    /// The envelope.
    pub envelope: Envelope,
    /// The version that the order must still have; any when absent.
    pub expected: Option<u64>,
}

impl From<Envelope> for Request {
    fn from(envelope: Envelope) -> Self {
        Self { envelope, expected: None }
    }
}

impl Request {
    /// A new id that a repeat of this request gets again.
    fn names<T: From<uuid::Uuid>>(&self, what: &str) -> T {
        T::from(self.envelope.command_id.derive(what))
    }
}

/// A remark, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its name.
    pub id: NoteId,
    /// What it says; `None` once the order's owner was erased.
    pub text: Option<String>,
    /// Who wrote it.
    pub author: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

impl Orders {
    async fn ask(&self, id: OrderId, command: Command, request: Request) -> Answered {
        let Request { envelope, expected } = request;
        let command = match expected {
            None => command,
            Some(version) => Command::IfVersion { version, command: Box::new(command) },
        };
        self.execute(id, command, envelope).await
    }

    /// Gives an order up, for the shop.
    ///
    /// # Errors
    /// `order-already-packed` when a parcel was sent, `order-payment-under-way`.
    pub async fn call_off(&self, id: OrderId, request: Request) -> Answered {
        self.ask(id, Command::Cancel { reason: CancelReason::Shop }, request).await
    }

    /// Gives pieces up that are not packed, for the shop.
    ///
    /// # Errors
    /// `quantity-not-open`, `order-line-unknown`, `order-payment-under-way`, `order-not-placed`.
    pub async fn cancel_lines(&self, id: OrderId, lines: Vec<Portion>, request: Request) -> Answered {
        let adjustment: AdjustmentId = request.names("adjustment");
        let command = Command::CancelLines { adjustment, lines, reason: CancelReason::Shop };
        self.ask(id, command, request).await
    }

    /// Packs pieces into a new parcel.
    ///
    /// # Errors
    /// `quantity-not-open`, `order-line-unknown`, `order-not-placed`.
    pub async fn pack(&self, id: OrderId, lines: Vec<Portion>, request: Request) -> Answered {
        let shipment: ShipmentId = request.names("shipment");
        self.ask(id, Command::Pack { shipment, lines }, request).await
    }

    /// Takes a parcel apart that was not sent.
    ///
    /// # Errors
    /// `shipment-sent`.
    pub async fn unpack(&self, id: OrderId, shipment: ShipmentId, request: Request) -> Answered {
        self.ask(id, Command::Unpack { shipment }, request).await
    }

    /// Sends a parcel that was packed, or packs pieces and sends them at once.
    ///
    /// # Errors
    /// `order-not-covered` when its money is neither taken nor reserved, `quantity-not-open`, `shipment-differs`.
    pub async fn ship(
        &self,
        id: OrderId,
        (shipment, lines): (Option<ShipmentId>, Vec<Portion>),
        tracking: Option<Tracking>,
        request: Request,
    ) -> Answered {
        let shipment = shipment.unwrap_or_else(|| request.names("shipment"));
        self.ask(id, Command::Ship { shipment, lines, tracking }, request).await
    }

    /// Notes that a parcel arrived.
    ///
    /// # Errors
    /// `shipment-unknown`, `shipment-not-sent`.
    pub async fn deliver(&self, id: OrderId, shipment: ShipmentId, request: Request) -> Answered {
        self.ask(id, Command::Deliver { shipment }, request).await
    }

    /// Gives money back.
    ///
    /// # Errors
    /// `refund-exceeds-captured`, `quantity-not-open`, `currency-mismatch`, `nothing-chosen`.
    pub async fn refund(
        &self,
        id: OrderId,
        (of, reason): (RefundOf, RefundReason),
        request: Request,
    ) -> Answered {
        let adjustment: AdjustmentId = request.names("adjustment");
        self.ask(id, Command::Refund { adjustment, of, reason }, request).await
    }

    /// Asks to send pieces back.
    ///
    /// # Errors
    /// `quantity-not-open` for pieces that did not arrive or are being returned, `order-not-placed`.
    pub async fn request_return(
        &self,
        id: OrderId,
        (lines, reason): (Vec<Portion>, ReturnReason),
        request: Request,
    ) -> Answered {
        let back: ReturnId = request.names("return");
        self.ask(id, Command::RequestReturn { id: back, lines, reason }, request).await
    }

    /// Agrees to a return.
    ///
    /// # Errors
    /// `return-unknown`, `return-not-open`.
    pub async fn approve_return(&self, id: OrderId, back: ReturnId, request: Request) -> Answered {
        self.ask(id, Command::ApproveReturn { id: back }, request).await
    }

    /// Refuses a return.
    ///
    /// # Errors
    /// `return-unknown`, `return-not-open`.
    pub async fn reject_return(&self, id: OrderId, back: ReturnId, request: Request) -> Answered {
        self.ask(id, Command::RejectReturn { id: back }, request).await
    }

    /// Gives a return up, for the shopper.
    ///
    /// # Errors
    /// `return-unknown`, `return-not-open`.
    pub async fn cancel_return(&self, id: OrderId, back: ReturnId, request: Request) -> Answered {
        self.ask(id, Command::CancelReturn { id: back }, request).await
    }

    /// Notes what of a return arrived; its price goes back.
    ///
    /// # Errors
    /// `return-unknown`, `return-not-open`, `quantity-not-open`.
    pub async fn receive_return(
        &self,
        id: OrderId,
        (back, lines): (ReturnId, Vec<ReceivedPortion>),
        request: Request,
    ) -> Answered {
        self.ask(id, Command::ReceiveReturn { id: back, lines }, request).await
    }

    /// Keeps a remark, sealed with the key of the order's owner.
    ///
    /// # Errors
    /// `order-not-found`; when the owner was erased or the key cannot be read.
    pub async fn add_note(
        &self,
        id: OrderId,
        (text, author): (&str, Option<UserId>),
        request: Request,
    ) -> Result<Answer<Stage>, NoteError> {
        let found = self.directory.read(id.uuid()).await.map_err(not_read::<Rejection>)?;
        let draft = found.as_ref().and_then(|order| order.state.draft.as_ref());
        let Some(draft) = draft else {
            return Err(NoteError::NotFound);
        };
        let person = draft.owner.person(draft.cart);
        let text: Sealed<String> = self.vault.seal(person, &text.to_owned()).await?;
        let note: NoteId = request.names("note");
        Ok(self.ask(id, Command::AddNote { id: note, text, author }, request).await?)
    }

    /// The remarks at an order, opened, oldest first.
    ///
    /// # Errors
    /// When the order or the key of its remarks cannot be read now.
    pub async fn remarks(&self, id: OrderId) -> Result<Vec<Remark>, ReadError> {
        let Some(order) = self.directory.read(id.uuid()).await? else { return Ok(Vec::new()) };
        let mut remarks = Vec::new();
        for note in &order.state.notes {
            let text = self.vault.open(&note.text).await;
            let text = text.map_err(|error| ReadError::Unavailable(error.to_string()))?;
            remarks.push(Remark { id: note.id, text, author: note.author, at: note.at });
        }
        Ok(remarks)
    }
}

/// Why a remark was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// There is no such order.
    #[error("there is no such order")]
    NotFound,
    /// It could not be sealed; nothing happened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The order's own refusal, or no answer.
    #[error(transparent)]
    Ask(#[from] AskError<Rejection>),
}
