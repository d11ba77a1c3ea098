//! An order's life and the rules of its commands.

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::command::{CancelReason, Command, Draft};
use super::event::Event;
use super::rejection::Rejection;
use super::view::{Milestone, Moment, PaymentStatus, Stage, Status};
use crate::effect::NoEffect;
use crate::ids::PaymentId;
use crate::money::Money;
use crate::payment::CLEARING;

/// Where the money of paid orders ends up.
pub const SALES: &str = "sales";

/// An order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What it is about; set by the first event.
    pub draft: Option<Box<Draft>>,
    /// Whether it binds.
    pub status: Status,
    /// How its payment stands.
    pub payment_status: PaymentStatus,
    /// The payment that counts.
    pub payment: Option<PaymentId>,
    /// What happened, oldest first.
    pub timeline: Vec<Moment>,
    /// When it became binding.
    pub placed_at: Option<Timestamp>,
}

impl Order {
    /// Where it is on the shopper's line.
    pub fn stage(&self) -> Stage {
        match (self.status, self.payment_status) {
            (Status::Draft, _) => Stage::Draft,
            (Status::Placed | Status::Completed, PaymentStatus::Paid) => Stage::Paid,
            (Status::Placed | Status::Completed, _) => Stage::Placed,
            (Status::Canceled, _) => Stage::Canceled,
        }
    }

    fn happens(&self, event: Event) -> Decision<Self> {
        let mut next = self.clone();
        next.apply(&event);
        Decision::event(event, next.stage())
    }

    fn unchanged(&self) -> Decision<Self> {
        Decision::reply(self.stage())
    }

    fn write(&self, draft: &Draft, payment: PaymentId, at: Timestamp) -> Result<Decision<Self>, Rejection> {
        let drafted = || self.happens(Event::Drafted { draft: Box::new(draft.clone()), payment, at });
        match (&self.draft, self.status) {
            (None, _) => Ok(drafted().claim(claim_of(draft))),
            (Some(own), _) if own.cart != draft.cart => Err(Rejection::CartAlreadyOrdered),
            (Some(own), Status::Draft) if **own == *draft && self.payment == Some(payment) => {
                Ok(self.unchanged())
            }
            (Some(_), Status::Draft) => Ok(drafted()),
            (Some(_), Status::Placed | Status::Completed | Status::Canceled) => Err(Rejection::NotDraft),
        }
    }

    fn note(&self, payment: PaymentId, status: PaymentStatus, at: Timestamp) -> Decision<Self> {
        let known = self.payment == Some(payment);
        let moves = match self.status {
            Status::Draft => !known || self.payment_status != status,
            Status::Placed => {
                known && self.payment_status != status && self.payment_status != PaymentStatus::Paid
            }
            Status::Completed | Status::Canceled => false,
        };
        if moves { self.happens(Event::PaymentNoted { payment, status, at }) } else { self.unchanged() }
    }

    fn place(&self, payment: PaymentId, at: Timestamp) -> Result<Decision<Self>, Rejection> {
        match self.status {
            Status::Draft => Ok(self.happens(Event::Placed { payment, at })),
            Status::Placed | Status::Completed if self.payment == Some(payment) => Ok(self.unchanged()),
            Status::Placed | Status::Completed | Status::Canceled => Err(Rejection::NotDraft),
        }
    }

    fn mark_paid(
        &self,
        draft: &Draft,
        (payment, amount): (PaymentId, Money),
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        let total = draft.totals.total;
        match self.status {
            Status::Draft | Status::Canceled => Err(Rejection::NotPlaced),
            Status::Placed | Status::Completed if self.payment != Some(payment) => {
                Err(Rejection::OtherPayment)
            }
            Status::Placed | Status::Completed if amount != total => Err(Rejection::AmountMismatch { total }),
            Status::Placed | Status::Completed if self.payment_status == PaymentStatus::Paid => {
                Ok(self.unchanged())
            }
            Status::Placed | Status::Completed => Ok(self
                .happens(Event::Paid { payment, amount, at })
                .transfer(amount.currency.code(), amount.amount, CLEARING, SALES)),
        }
    }

    fn cancel(&self, reason: CancelReason, at: Timestamp) -> Result<Decision<Self>, Rejection> {
        match (self.status, self.payment_status) {
            (Status::Canceled, _) => Ok(self.unchanged()),
            (Status::Draft, PaymentStatus::None | PaymentStatus::Failed | PaymentStatus::Voided) => {
                Ok(self.happens(Event::Canceled { reason, at }))
            }
            (Status::Draft, _) => Err(Rejection::PaymentUnderWay),
            (Status::Placed | Status::Completed, _) => Err(Rejection::NotDraft),
        }
    }

    fn passed(&mut self, at: Timestamp, event: Milestone) {
        self.timeline.push(Moment { at, event });
    }
}

/// One order per cart (ORDER-1).
fn claim_of(draft: &Draft) -> Claim {
    Claim { namespace: "order-of-cart".to_owned(), key: draft.cart.to_string() }
}

impl Entity for Order {
    const KIND: &'static str = "order";
    type Command = Command;
    type Event = Event;
    type Reply = Stage;
    type Rejection = Rejection;
    type Effect = NoEffect;

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
            Command::NoteFact { .. } => Ok(self.unchanged()),
            Command::Cancel { reason } => self.cancel(*reason, at),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Drafted { draft, payment, at } => {
                self.draft = Some(draft.clone());
                self.payment = Some(*payment);
                self.payment_status = PaymentStatus::Pending;
                self.passed(*at, Milestone::Drafted);
            }
            Event::PaymentNoted { payment, status, at } => {
                self.payment = Some(*payment);
                self.payment_status = *status;
                if let Some(milestone) = milestone(*status) {
                    self.passed(*at, milestone);
                }
            }
            Event::Placed { payment, at } => {
                self.status = Status::Placed;
                self.payment = Some(*payment);
                self.placed_at = Some(*at);
                self.passed(*at, Milestone::Placed);
            }
            Event::Paid { payment, at, .. } => {
                self.payment = Some(*payment);
                self.payment_status = PaymentStatus::Paid;
                self.passed(*at, Milestone::Paid);
            }
            Event::Canceled { at, .. } => {
                self.status = Status::Canceled;
                self.passed(*at, Milestone::Canceled);
            }
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::CartAlreadyOrdered
    }

    fn destination(effect: &NoEffect) -> String {
        match *effect {}
    }
}

/// What a shopper sees of a payment's move on the timeline.
fn milestone(status: PaymentStatus) -> Option<Milestone> {
    match status {
        PaymentStatus::None | PaymentStatus::Pending | PaymentStatus::Paid => None,
        PaymentStatus::RequiresAction => Some(Milestone::PaymentRequiresAction),
        PaymentStatus::Authorized => Some(Milestone::PaymentAuthorized),
        PaymentStatus::Failed => Some(Milestone::PaymentFailed),
        PaymentStatus::Voided => Some(Milestone::PaymentVoided),
    }
}
