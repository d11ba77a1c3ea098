//! An order, and which rule answers which command.

use std::collections::BTreeMap;

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::adjustment::{Adjustment, Note};
use super::books::Account;
use super::command::{CancelReason, Command};
use super::derive::Axes;
use super::draft::Draft;
use super::effect::Effect;
use super::event::Event;
use super::further::Further;
use super::goods::{Pieces, Return, ReturnState, Shipment};
use super::rejection::Rejection;
use super::rules::{GRACE, PATIENCE};
use super::view::{FulfillmentStatus, Moment, PaymentStatus, ReturnStatus, Stage, Status};
use crate::ids::{LineId, PaymentId, ReturnId, ShipmentId};

/// Where the money of paid orders ends up.
pub const SALES: &str = "sales";

/// An order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What it is about; set by the first event.
    pub draft: Option<Box<Draft>>,
    /// Whether it binds, how its payment stands, how far its goods are.
    pub(super) axes: Axes,
    /// The payment that counts.
    pub payment: Option<PaymentId>,
    /// How that payment was said to stand.
    pub noted: PaymentStatus,
    /// The attempt of the checkout that placed it: its stock is held under its number.
    pub attempt: u32,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// When it became binding.
    pub placed_at: Option<Timestamp>,
    /// Why it was given up, if it was.
    pub canceled: Option<CancelReason>,
    /// How far the pieces of each line are.
    pub goods: BTreeMap<LineId, Pieces>,
    /// Its parcels.
    pub shipments: BTreeMap<ShipmentId, Shipment>,
    /// What is sent back.
    pub returns: BTreeMap<ReturnId, Return>,
    /// What payments took, and were asked to take.
    pub accounts: BTreeMap<PaymentId, Account>,
    /// Payments that were begun after it was placed, oldest first.
    pub further: Vec<Further>,
    /// Changes of what it costs and of what was paid back, oldest first.
    pub adjustments: Vec<Adjustment>,
    /// Remarks, oldest first.
    pub notes: Vec<Note>,
    /// How many events it has.
    pub version: u64,
}

impl Order {
    /// Whether it binds.
    pub fn status(&self) -> Status {
        self.axes.status()
    }

    /// How its payment stands.
    pub fn payment_status(&self) -> PaymentStatus {
        self.axes.payment()
    }

    /// How far its goods are.
    pub fn fulfillment_status(&self) -> FulfillmentStatus {
        self.axes.fulfillment()
    }

    /// What of its returns waits: for the shop's word before goods that are on their way.
    pub fn return_status(&self) -> Option<ReturnStatus> {
        let any = |state| self.returns.values().any(|back| back.state == state);
        let waits = [
            (ReturnState::Requested, ReturnStatus::Requested),
            (ReturnState::Approved, ReturnStatus::Approved),
        ];
        waits.into_iter().find(|(state, _)| any(*state)).map(|(_, status)| status)
    }

    /// Where it is on the shopper's line.
    pub fn stage(&self) -> Stage {
        self.axes.stage()
    }

    pub(super) fn unchanged(&self) -> Decision<Self> {
        Decision::reply(self.stage())
    }

    /// Refuses what only an order that binds can have.
    pub(super) fn check_placed(&self) -> Result<(), Rejection> {
        match self.status() {
            Status::Placed | Status::Completed => Ok(()),
            Status::Draft | Status::Canceled => Err(Rejection::NotPlaced),
        }
    }
}

impl Entity for Order {
    const KIND: &'static str = "order";
    const SCHEMA: u16 = 2;
    type Command = Command;
    type Event = Event;
    type Reply = Stage;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let at = context.now;
        if let Command::Draft { draft, payment } = command {
            return self.write(draft, *payment, at);
        }
        let draft = self.draft.as_deref().ok_or(Rejection::NotFound)?;
        match command {
            Command::Draft { draft, payment } => self.write(draft, *payment, at),
            Command::NotePayment { payment, status } => Ok(self.note(*payment, *status, at)),
            Command::Place { payment } => self.place(*payment, at),
            Command::MarkPaid { payment, amount } => self.mark_paid(draft, (*payment, *amount), at),
            Command::Pay { payment, provider, token } => self.pay(draft, (*payment, provider, token), at),
            Command::CheckPayment => Ok(self.lose_patience(at)),
            Command::GiveUpPayment => Ok(self.give_up_payment(at)),
            Command::Cancel { reason } => self.cancel(draft, *reason, at),
            Command::CancelLines { adjustment, lines, reason } => {
                self.cancel_lines(draft, (*adjustment, lines), *reason, at)
            }
            Command::Pack { shipment, lines } => self.pack(*shipment, lines, at),
            Command::Unpack { shipment } => self.unpack(*shipment, at),
            Command::Ship { shipment, lines, tracking } => {
                self.ship(draft, (*shipment, lines), tracking.as_ref(), at)
            }
            Command::Deliver { shipment } => self.deliver(*shipment, at),
            Command::RequestReturn { id, lines, reason } => self.request_return(*id, (lines, *reason), at),
            Command::ApproveReturn { id } => self.approve_return(*id, at),
            Command::RejectReturn { id } => self.reject_return(*id, at),
            Command::CancelReturn { id } => self.cancel_return(*id, at),
            Command::ReceiveReturn { id, lines } => self.receive_return(draft, *id, lines, at),
            Command::Refund { adjustment, of, reason } => self.refund(draft, *adjustment, (of, *reason), at),
            Command::AddNote { id, text, author } => Ok(self.add_note(*id, (text, *author), at)),
            Command::IfVersion { version, command } if *version == self.version => {
                self.decide(command, context)
            }
            Command::IfVersion { .. } => Err(Rejection::Changed { version: self.version }),
            Command::NoteFact { payment, fact } => Ok(self.note_fact(draft, *payment, fact, at)),
        }
    }

    fn apply(&mut self, event: &Event) {
        self.version = self.version.saturating_add(1);
        self.take_in(event);
        self.axes = Axes::derive(self);
    }

    fn reminded(name: &str) -> Option<Command> {
        match name {
            PATIENCE => Some(Command::CheckPayment),
            GRACE => Some(Command::GiveUpPayment),
            _ => None,
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::CartAlreadyOrdered
    }

    fn destination(effect: &Effect) -> String {
        effect.destination()
    }
}
