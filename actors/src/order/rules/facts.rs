//! What payments tell after the order was placed. Nothing of it is refused: it has happened.

use amazoff_supervisor::{Decision, Timestamp, derive_uuid};

use super::super::adjustment::{Adjustment, AdjustmentKind, AdjustmentStatus, RefundPart};
use super::super::draft::Draft;
use super::super::event::{Event, MoneyEvent, ReturnEvent};
use super::super::fact::Fact;
use super::super::goods::ReturnState;
use super::super::plan::Plan;
use super::super::state::{Order, SALES};
use crate::ids::{AdjustmentId, CaptureId, PaymentId, RefundId};
use crate::money::Money;
use crate::payment::{CLEARING, REFUNDS};

/// Of a refund over several captures only some could be given back.
const INCOMPLETE: &str = "incomplete";

impl Order {
    pub(in super::super) fn note_fact(
        &self,
        draft: &Draft,
        payment: PaymentId,
        fact: &Fact,
        at: Timestamp,
    ) -> Decision<Self> {
        let mut plan = Plan::of(self);
        match fact {
            Fact::Paying { update } => plan.paying((draft, payment), update, at),
            Fact::Captured { capture, amount } => plan.captured(payment, (*capture, *amount), at),
            Fact::CaptureFailed { capture, code } => plan.capture_failed(payment, (*capture, code), at),
            Fact::Refunded { refund, amount } => plan.refunded((draft, payment), (*refund, *amount), at),
            Fact::RefundFailed { refund, code } => plan.refund_failed(*refund, code, at),
            Fact::RefundReturned { refund, returned, amount, code } => {
                plan.refund_returned((*refund, *returned), *amount, code, at);
            }
            Fact::Voided => plan.ended(payment, false, at),
            Fact::Expired => plan.ended(payment, true, at),
            Fact::DisputeOpened { dispute, amount } => {
                plan.disputed((draft, payment), (dispute, *amount), at);
            }
            Fact::DisputeClosed { dispute, amount, won } => {
                plan.disputed((draft, payment), (dispute, *amount), at);
                plan.dispute_closed(dispute, *won, at);
            }
        }
        plan.done()
    }

    fn refund_named(&self, refund: RefundId) -> Option<&RefundPart> {
        self.adjustments.iter().flat_map(|known| &known.refunds).find(|part| part.refund == refund)
    }
}

impl Plan {
    fn captured(&mut self, payment: PaymentId, (capture, amount): (CaptureId, Money), at: Timestamp) {
        let known = self.order.accounts.get(&payment);
        if known.is_some_and(|account| account.taken.contains_key(&capture)) {
            return;
        }
        self.happens(Event::Money(MoneyEvent::Captured { payment, capture, amount, at }));
        self.transfer(amount, CLEARING, SALES);
        self.settle(capture.uuid(), at);
    }

    fn capture_failed(&mut self, payment: PaymentId, (capture, code): (CaptureId, &str), at: Timestamp) {
        let known = self.order.accounts.get(&payment);
        if known.is_some_and(|account| account.asked.contains_key(&capture)) {
            let code = code.to_owned();
            self.happens(Event::Money(MoneyEvent::CaptureFailed { payment, capture, code, at }));
            // Another payment may take its place, so what it reserves is given up.
            if self.order.further_payment(payment).is_some() && self.order.is_free(payment) {
                self.void(payment, at);
            }
        }
    }

    /// A refund that nobody here asked for is written down too: money went back all the same. Of one that went back in part
    /// only, the rest is the shop's again, and shows as failed.
    fn refunded(
        &mut self,
        (draft, payment): (&Draft, PaymentId),
        (refund, amount): (RefundId, Money),
        at: Timestamp,
    ) {
        let known = self.order.refund_named(refund).map(|part| (part.status, part.amount));
        let whole = known.map_or(amount, |(_, asked)| asked);
        match known {
            Some((AdjustmentStatus::Completed, _)) => return,
            Some((AdjustmentStatus::Pending, _)) => {}
            Some((AdjustmentStatus::Failed, asked)) => self.transfer(asked, SALES, REFUNDS),
            None => {
                let id = AdjustmentId::from(refund.uuid());
                let status = AdjustmentStatus::Pending;
                let refunds = vec![RefundPart { refund, payment, amount, status }];
                self.outside((draft, id), (AdjustmentKind::Refund, amount), refunds, at);
                self.transfer(amount, SALES, REFUNDS);
            }
        }
        self.happens(Event::Money(MoneyEvent::Refunded { refund, amount: whole, at }));
        let missing = whole.amount.saturating_sub(amount.amount);
        if missing > 0 {
            let returned = RefundId::from(derive_uuid(&[b"missing", refund.uuid().as_bytes()]));
            self.refund_returned((refund, returned), draft.money(missing), INCOMPLETE, at);
        }
        self.settle_returns(at);
    }

    /// A change that began outside.
    fn outside(
        &mut self,
        (draft, id): (&Draft, AdjustmentId),
        (kind, amount): (AdjustmentKind, Money),
        refunds: Vec<RefundPart>,
        at: Timestamp,
    ) {
        let (again, reduction) = self.order.split(amount.amount);
        let adjustment = Adjustment {
            id,
            kind,
            amount,
            reduction: draft.money(reduction),
            lines: Vec::new(),
            refunds,
            again: Some(draft.money(again)),
            reason: None,
            dispute: None,
            at,
        };
        self.happens(Event::Adjusted { adjustment: Box::new(adjustment) });
    }

    fn refund_failed(&mut self, refund: RefundId, code: &str, at: Timestamp) {
        let Some(part) = self.order.refund_named(refund).cloned() else { return };
        if part.status != AdjustmentStatus::Pending {
            return;
        }
        self.happens(Event::Money(MoneyEvent::RefundFailed { refund, code: code.to_owned(), at }));
        self.transfer(part.amount, REFUNDS, SALES);
    }

    /// A refund that was done has failed after all: its money is back in sales, and a person decides.
    fn refund_returned(
        &mut self,
        (refund, returned): (RefundId, RefundId),
        amount: Money,
        code: &str,
        at: Timestamp,
    ) {
        let known = self.order.refund_named(refund).map(|part| part.status);
        if known != Some(AdjustmentStatus::Completed) || self.order.refund_named(returned).is_some() {
            return;
        }
        let code = code.to_owned();
        self.happens(Event::Money(MoneyEvent::RefundReturned { refund, returned, amount, code, at }));
        self.transfer(amount, REFUNDS, SALES);
    }

    /// A reservation that is over cancels nothing: what was taken stays taken, what was not cannot be sent any more.
    fn ended(&mut self, payment: PaymentId, expired: bool, at: Timestamp) {
        let known = self.order.accounts.get(&payment);
        if !known.is_some_and(|account| account.ended) {
            self.happens(Event::Money(MoneyEvent::ReservationEnded { payment, expired, at }));
        }
    }

    fn disputed(
        &mut self,
        (draft, payment): (&Draft, PaymentId),
        (dispute, amount): (&str, Money),
        at: Timestamp,
    ) {
        if self.order.adjustments.iter().any(|known| known.dispute.as_deref() == Some(dispute)) {
            return;
        }
        let name = derive_uuid(&[b"dispute", payment.uuid().as_bytes(), dispute.as_bytes()]);
        let withheld = amount.amount.min(self.order.refundable()).max(0);
        let (again, reduction) = self.order.split(withheld);
        let part = RefundPart {
            refund: RefundId::from(name),
            payment,
            amount: draft.money(withheld),
            status: AdjustmentStatus::Pending,
        };
        let adjustment = Adjustment {
            id: AdjustmentId::from(name),
            kind: AdjustmentKind::Dispute,
            amount,
            reduction: draft.money(reduction),
            lines: Vec::new(),
            refunds: vec![part],
            again: Some(draft.money(again)),
            reason: None,
            dispute: Some(dispute.to_owned()),
            at,
        };
        self.happens(Event::Adjusted { adjustment: Box::new(adjustment) });
    }

    fn dispute_closed(&mut self, dispute: &str, won: bool, at: Timestamp) {
        let mut known = self.order.adjustments.iter().filter(|of| of.dispute.as_deref() == Some(dispute));
        let open = known.any(|of| of.status() == AdjustmentStatus::Pending);
        if open {
            let dispute = dispute.to_owned();
            self.happens(Event::Money(MoneyEvent::DisputeClosed { dispute, won, at }));
        }
    }

    /// Returns whose money is back are over.
    pub(super) fn settle_returns(&mut self, at: Timestamp) {
        let order = &self.order;
        let paid = |id: Option<AdjustmentId>| {
            let mut known = order.adjustments.iter().filter(|of| Some(of.id) == id);
            known.any(|of| of.status() == AdjustmentStatus::Completed)
        };
        let received = order.returns.iter().filter(|(_, back)| back.state == ReturnState::Received);
        let over: Vec<_> = received.filter(|(_, back)| paid(back.adjustment)).map(|(id, _)| *id).collect();
        for id in over {
            self.happens(Event::Return(ReturnEvent::Refunded { id, at }));
        }
    }
}
