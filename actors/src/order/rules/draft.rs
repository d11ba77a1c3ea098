//! From the draft to the paid order: what the checkout asks.

use amazoff_supervisor::{Claim, Decision, Timestamp};

use super::super::books::Account;
use super::super::draft::Draft;
use super::super::event::Event;
use super::super::plan::Plan;
use super::super::rejection::Rejection;
use super::super::state::{Order, SALES};
use super::super::view::{PaymentStatus, Status};
use crate::ids::PaymentId;
use crate::money::Money;
use crate::payment::CLEARING;

/// One order per cart (ORDER-1).
fn claim_of(draft: &Draft) -> Claim {
    Claim { namespace: "order-of-cart".to_owned(), key: draft.cart.to_string() }
}

impl Order {
    fn happens(&self, event: Event) -> Decision<Self> {
        let mut plan = Plan::of(self);
        plan.happens(event);
        plan.done()
    }

    pub(in super::super) fn write(
        &self,
        draft: &Draft,
        payment: PaymentId,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        let drafted = || self.happens(Event::Drafted { draft: Box::new(draft.clone()), payment, at });
        match (&self.draft, self.status()) {
            (None, _) => Ok(drafted().claim(claim_of(draft))),
            (Some(own), _) if own.cart != draft.cart => Err(Rejection::CartAlreadyOrdered),
            (Some(own), Status::Draft) if **own == *draft && self.payment == Some(payment) => {
                Ok(self.unchanged())
            }
            (Some(_), Status::Draft) => Ok(drafted()),
            (Some(_), Status::Placed | Status::Completed | Status::Canceled) => Err(Rejection::NotDraft),
        }
    }

    pub(in super::super) fn note(
        &self,
        payment: PaymentId,
        status: PaymentStatus,
        at: Timestamp,
    ) -> Decision<Self> {
        let known = self.payment == Some(payment);
        let moves = match self.status() {
            Status::Draft => !known || self.noted != status,
            Status::Placed => known && self.noted != status && self.captured() == 0 && !self.is_paid(),
            Status::Completed => false,
            // Money that is reserved for nothing is given up.
            Status::Canceled => return self.late(payment, status, at),
        };
        if moves { self.happens(Event::PaymentNoted { payment, status, at }) } else { self.unchanged() }
    }

    fn late(&self, payment: PaymentId, status: PaymentStatus, at: Timestamp) -> Decision<Self> {
        let asked = self.accounts.get(&payment).is_some_and(|account| account.void_asked || account.ended);
        if status != PaymentStatus::Authorized || asked {
            return self.unchanged();
        }
        let mut plan = Plan::of(self);
        plan.void(payment, at);
        plan.done()
    }

    pub(in super::super) fn place(
        &self,
        payment: PaymentId,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        match self.status() {
            Status::Draft => Ok(self.happens(Event::Placed { payment, at })),
            Status::Placed | Status::Completed if self.payment == Some(payment) => Ok(self.unchanged()),
            Status::Placed | Status::Completed | Status::Canceled => Err(Rejection::NotDraft),
        }
    }

    pub(in super::super) fn mark_paid(
        &self,
        draft: &Draft,
        (payment, amount): (PaymentId, Money),
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        let total = draft.totals.total;
        match self.status() {
            Status::Draft => return Err(Rejection::NotPlaced),
            Status::Placed | Status::Completed if self.payment != Some(payment) => {
                return Err(Rejection::OtherPayment);
            }
            Status::Placed | Status::Completed if amount != total => {
                return Err(Rejection::AmountMismatch { total });
            }
            Status::Placed | Status::Completed | Status::Canceled => {}
        }
        let taken = self.accounts.get(&payment).map_or(0, Account::captured);
        if self.is_paid() || taken > 0 || amount.currency != total.currency {
            return Ok(self.unchanged());
        }
        let mut plan = Plan::of(self);
        plan.happens(Event::Paid { payment, amount, at });
        plan.transfer(amount, CLEARING, SALES);
        plan.settle(payment.uuid(), at);
        Ok(plan.done())
    }

    fn is_paid(&self) -> bool {
        self.noted == PaymentStatus::Paid
    }
}
