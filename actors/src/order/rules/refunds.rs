//! Money that goes back, and reservations that are given up.

use amazoff_supervisor::{Decision, Timestamp, derive_uuid};
use uuid::Uuid;

use super::super::adjustment::{Adjustment, AdjustmentKind, AdjustmentStatus, RefundPart};
use super::super::command::{RefundOf, RefundReason};
use super::super::draft::Draft;
use super::super::effect::Effect;
use super::super::event::{Event, MoneyEvent};
use super::super::goods::Portion;
use super::super::plan::Plan;
use super::super::rejection::Rejection;
use super::super::state::{Order, SALES};
use super::super::view::Status;
use crate::ids::{AdjustmentId, PaymentId, RefundId};
use crate::payment::REFUNDS;

/// A change that is about to be made.
pub(super) struct Change {
    pub(super) id: AdjustmentId,
    pub(super) kind: AdjustmentKind,
    /// What it is about.
    pub(super) amount: i64,
    /// How much less the order costs.
    pub(super) reduction: i64,
    /// What is paid back.
    pub(super) refund: i64,
    /// How much of that had failed to go back before.
    pub(super) again: i64,
    pub(super) lines: Vec<Portion>,
    pub(super) reason: Option<RefundReason>,
}

/// The refund of one change by one payment: one name for ever.
fn refund_of(adjustment: AdjustmentId, payment: PaymentId) -> RefundId {
    RefundId::from(derive_uuid(&[b"refund", adjustment.uuid().as_bytes(), payment.uuid().as_bytes()]))
}

impl Plan {
    /// Makes a change and asks the payments to pay its refund back.
    pub(super) fn adjust(&mut self, draft: &Draft, change: Change, at: Timestamp) {
        let Change { id, kind, amount, reduction, refund, again, lines, reason } = change;
        let parts = self.order.refund_parts(refund, |payment| refund_of(id, payment));
        let refunds = parts.iter().map(|(payment, refund, part)| RefundPart {
            refund: *refund,
            payment: *payment,
            amount: draft.money(*part),
            status: AdjustmentStatus::Pending,
        });
        let adjustment = Adjustment {
            id,
            kind,
            amount: draft.money(amount),
            reduction: draft.money(reduction),
            lines,
            refunds: refunds.collect(),
            again: Some(draft.money(again)),
            reason,
            dispute: None,
            at,
        };
        self.happens(Event::Adjusted { adjustment: Box::new(adjustment) });
        for (payment, refund, part) in parts {
            let amount = draft.money(part);
            self.transfer(amount, SALES, REFUNDS);
            self.effect(Effect::Refund { payment, refund, amount });
        }
    }

    /// Gives back what was taken beyond the price, and gives up reservations that nothing is to be taken from any more.
    /// `cause` names what led to it, once for ever.
    pub(super) fn settle(&mut self, cause: Uuid, at: Timestamp) {
        if self.order.status() == Status::Draft {
            return;
        }
        let Some(draft) = self.order.draft.clone() else { return };
        let excess = self.order.excess();
        let id = AdjustmentId::from(derive_uuid(&[b"excess", cause.as_bytes()]));
        if excess > 0 && !self.order.knows(id) {
            let change = Change {
                id,
                kind: AdjustmentKind::Refund,
                amount: excess,
                reduction: 0,
                refund: excess,
                again: 0,
                lines: Vec::new(),
                reason: Some(RefundReason::Excess),
            };
            self.adjust(&draft, change, at);
        }
        self.void_what_is_left(at);
    }

    fn void_what_is_left(&mut self, at: Timestamp) {
        // While its stock is committed and nothing of it is canceled, the checkout takes all of it.
        if self.order.uncaptured() > 0 {
            return;
        }
        for payment in self.order.reservations() {
            if self.order.is_free(payment) && self.order.untaken(payment) > 0 {
                self.void(payment, at);
            }
        }
    }

    pub(super) fn void(&mut self, payment: PaymentId, at: Timestamp) {
        self.happens(Event::Money(MoneyEvent::VoidRequested { payment, at }));
        self.effect(Effect::VoidPayment { payment });
    }
}

impl Order {
    pub(super) fn knows(&self, id: AdjustmentId) -> bool {
        self.adjustments.iter().any(|adjustment| adjustment.id == id)
    }

    pub(in super::super) fn refund(
        &self,
        draft: &Draft,
        id: AdjustmentId,
        (of, reason): (&RefundOf, RefundReason),
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if self.knows(id) {
            return Ok(self.unchanged());
        }
        if self.status() == Status::Draft {
            return Err(Rejection::NotPlaced);
        }
        // Pieces are paid back once, so theirs is other money than what failed before; a sum is that, as far as it goes.
        let (amount, lines) = match of {
            RefundOf::Lines(lines) => {
                self.check_portions(lines, |_, pieces| pieces.current().saturating_sub(pieces.refunded))?;
                (self.refund_price(lines), lines.clone())
            }
            RefundOf::Amount(amount) if amount.currency != draft.totals.total.currency => {
                return Err(Rejection::CurrencyMismatch);
            }
            RefundOf::Amount(amount) => (amount.amount, Vec::new()),
        };
        let refundable = if lines.is_empty() { self.refundable() } else { self.held().max(0) };
        if amount <= 0 {
            return Err(Rejection::NothingChosen);
        }
        if amount > refundable {
            return Err(Rejection::RefundExceedsCaptured { refundable: draft.money(refundable) });
        }
        let mut plan = Plan::of(self);
        let (again, reduction) =
            if lines.is_empty() { self.split(amount) } else { (0, self.beyond_excess(amount)) };
        let (kind, refund, reason) = (AdjustmentKind::Refund, amount, Some(reason));
        plan.adjust(draft, Change { id, kind, amount, reduction, refund, again, lines, reason }, at);
        Ok(plan.done())
    }
}
