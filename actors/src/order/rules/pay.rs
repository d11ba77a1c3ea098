//! Paying what the payment that placed the order did not: another payment is begun, its money taken, or it is given up.

use std::time::Duration;

use amazoff_supervisor::{Decision, Timestamp, derive_uuid};

use super::super::draft::Draft;
use super::super::effect::Effect;
use super::super::event::{Event, MoneyEvent};
use super::super::further::{Further, FurtherState};
use super::super::plan::Plan;
use super::super::rejection::Rejection;
use super::super::state::Order;
use super::super::view::{PaymentStatus, Status};
use crate::ids::{CaptureId, OrderId, PaymentId};
use crate::payment::{Terms, Update};
use crate::pricebook::CapturePolicy;

/// The reminder that asks how a further payment stands that its shopper may have left.
pub(in super::super) const PATIENCE: &str = "payment-patience";
/// The reminder that gives it up.
pub(in super::super) const GRACE: &str = "payment-grace";
/// How long a shopper may take to pay, and how long the provider has to say how it ended.
const PATIENCE_FOR: Duration = Duration::from_mins(15);
const GRACE_FOR: Duration = Duration::from_mins(1);
/// How many further payments an order may ever have.
const FURTHER_MAX: usize = 50;
/// What a payment failed of whose provider acted on another amount.
const INTEGRITY: &str = "integrity-failure";

/// The capture of what a further payment owes at once: one name for ever.
fn capture_of_due(payment: PaymentId) -> CaptureId {
    CaptureId::from(derive_uuid(&[b"capture", payment.uuid().as_bytes()]))
}

impl Order {
    /// Begins a payment over what is still owed (ORDER-9).
    pub(in super::super) fn pay(
        &self,
        draft: &Draft,
        (payment, provider, token): (PaymentId, &str, &str),
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if self.further_payment(payment).is_some() {
            return Ok(self.unchanged());
        }
        self.check_placed()?;
        if self.is_paying() {
            return Err(Rejection::PaymentUnderWay);
        }
        let owed = draft.money(self.owed());
        if owed.amount == 0 {
            return Err(Rejection::NothingOwed);
        }
        if self.further.len() >= FURTHER_MAX {
            return Err(Rejection::TooManyPayments);
        }
        let mut plan = Plan::of(self);
        plan.give_up_first(draft, at);
        let begun = Further {
            payment,
            amount: owed,
            provider: provider.to_owned(),
            state: FurtherState::Pending,
            at,
        };
        plan.happens(Event::Money(MoneyEvent::PaymentBegun { further: begun }));
        let terms = Terms {
            order: OrderId::of_cart(draft.cart),
            cart: draft.cart,
            amount: owed,
            provider: provider.to_owned(),
            token: token.to_owned(),
            by_order: true,
        };
        plan.effect(Effect::Authorize { payment, terms: Box::new(terms) });
        plan.remind(PATIENCE, at.plus(PATIENCE_FOR));
        Ok(plan.done())
    }

    /// The shopper may have left: the provider is asked, and a little later the payment is given up.
    pub(in super::super) fn lose_patience(&self, at: Timestamp) -> Decision<Self> {
        let Some(open) = self.open_further() else { return self.unchanged() };
        let payment = open.payment;
        let mut plan = Plan::of(self);
        plan.happens(Event::Money(MoneyEvent::PaymentAsked { payment, at }));
        plan.effect(Effect::SyncPayment { payment });
        plan.remind(GRACE, at.plus(GRACE_FOR));
        plan.done()
    }

    /// Gives up a further payment that its shopper has left.
    pub(in super::super) fn give_up_payment(&self, at: Timestamp) -> Decision<Self> {
        let open = self.open_further().map(|open| open.payment);
        let Some(payment) = open.filter(|payment| self.is_free(*payment)) else { return self.unchanged() };
        let mut plan = Plan::of(self);
        plan.void(payment, at);
        plan.done()
    }

    /// The further payment of which it is not known yet whether its money can be had.
    fn open_further(&self) -> Option<&Further> {
        self.further.last().filter(|further| further.state.is_open())
    }

    /// Whether money is being reserved or taken, so that nobody knows what will be owed.
    fn is_paying(&self) -> bool {
        let at_once = self.draft.as_ref().is_some_and(|draft| draft.capture == CapturePolicy::OnPlacement);
        let first = match self.noted {
            PaymentStatus::Pending | PaymentStatus::RequiresAction => true,
            PaymentStatus::Authorized => at_once && self.total() > 0,
            PaymentStatus::None
            | PaymentStatus::Paid
            | PaymentStatus::Failed
            | PaymentStatus::Voided
            | PaymentStatus::PartiallyPaid
            | PaymentStatus::PartiallyRefunded
            | PaymentStatus::Refunded => false,
        };
        let first =
            first && self.captured() == 0 && self.payment.is_some_and(|payment| self.is_free(payment));
        first || self.capturing() > 0 || self.open_further().is_some()
    }

    /// What the pieces cost that are still to be sent, and the sending itself while nothing was sent.
    fn to_be_sent_price(&self, draft: &Draft) -> i64 {
        let unsent = draft.lines.iter().map(|line| {
            let pieces = self.goods.get(&line.id).copied().unwrap_or_default();
            self.pieces_price(line.id, pieces.shipped, pieces.current().saturating_sub(pieces.shipped))
        });
        let sum = unsent.fold(0, i64::saturating_add);
        let none_sent = self.goods.values().all(|pieces| pieces.shipped == 0);
        if none_sent { sum.saturating_add(draft.shipping_price()) } else { sum }
    }
}

impl Plan {
    /// A first reservation of which taking something failed is good for nothing more.
    fn give_up_first(&mut self, draft: &Draft, at: Timestamp) {
        let useless = draft.capture == CapturePolicy::OnShipment && self.order.noted == PaymentStatus::Failed;
        let first = self.order.payment.filter(|payment| useless && self.order.is_free(*payment));
        if let Some(payment) = first.filter(|payment| self.order.untaken(*payment) > 0) {
            self.void(payment, at);
        }
    }

    /// What a further payment tells. The first one tells its checkout.
    pub(super) fn paying(&mut self, (draft, payment): (&Draft, PaymentId), update: &Update, at: Timestamp) {
        let Some(further) = self.order.further_payment(payment).cloned() else { return };
        if further.state.is_over() {
            return self.stray(payment, update, at);
        }
        let to = match update {
            Update::RequiresAction { url } => FurtherState::RequiresAction { url: url.clone() },
            Update::Authorized => FurtherState::Authorized,
            Update::Voided => FurtherState::Voided,
            Update::Failed { code } => FurtherState::Failed { code: code.clone() },
            Update::IntegrityFailure => FurtherState::Failed { code: INTEGRITY.to_owned() },
            Update::Unknown | Update::Captured => return, // it is being asked; parts say what was taken
        };
        if to == further.state {
            return;
        }
        let open = to.is_open();
        self.happens(Event::Money(MoneyEvent::PaymentMoved { payment, to, at }));
        if !open {
            self.forget(PATIENCE);
            self.forget(GRACE);
        }
        if *update == Update::Authorized {
            self.take_due(draft, &further, at);
        }
    }

    /// Money that is reserved after its payment was over, say because a person had a quarantined command run again.
    fn stray(&mut self, payment: PaymentId, update: &Update, at: Timestamp) {
        let reserves = matches!(update, Update::Authorized | Update::RequiresAction { .. });
        if reserves && self.order.is_free(payment) {
            self.void(payment, at);
        }
    }

    /// Takes at once what is not to be taken with parcels. What turns out to be too much goes back, see `settle`.
    fn take_due(&mut self, draft: &Draft, further: &Further, at: Timestamp) {
        let needed = self.order.uncaptured();
        if needed == 0 || self.order.status() == Status::Canceled {
            return self.settle(further.payment.uuid(), at);
        }
        let due = match draft.capture {
            CapturePolicy::OnPlacement => further.amount.amount,
            CapturePolicy::OnShipment => {
                needed.saturating_sub(self.order.to_be_sent_price(draft)).clamp(0, further.amount.amount)
            }
        };
        if due == 0 {
            return;
        }
        let (payment, capture, amount) = (further.payment, capture_of_due(further.payment), draft.money(due));
        self.happens(Event::Money(MoneyEvent::DueRequested { payment, capture, amount, at }));
        self.effect(Effect::CapturePart { payment, capture, amount });
    }
}
