//! Giving up pieces, or all of an order: promised stock becomes free, money goes back.

use amazoff_supervisor::{Decision, Timestamp, derive_uuid};

use super::super::adjustment::AdjustmentKind;
use super::super::command::CancelReason;
use super::super::draft::Draft;
use super::super::effect::Effect;
use super::super::event::{Event, ParcelEvent};
use super::super::goods::{Pieces, Portion, ShipmentState};
use super::super::plan::Plan;
use super::super::rejection::Rejection;
use super::super::state::Order;
use super::super::view::{PaymentStatus, Status};
use super::refunds::Change;
use crate::ids::AdjustmentId;
use crate::money::Quantity;
use crate::pricebook::CapturePolicy;

impl Order {
    pub(in super::super) fn cancel(
        &self,
        draft: &Draft,
        reason: CancelReason,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        match (self.status(), self.noted) {
            (Status::Canceled, _) => Ok(self.unchanged()),
            (Status::Draft, PaymentStatus::None | PaymentStatus::Failed | PaymentStatus::Voided) => {
                let mut plan = Plan::of(self);
                plan.happens(Event::Canceled { reason, at });
                plan.settle(draft.cart.uuid(), at);
                Ok(plan.done())
            }
            (Status::Draft, _) => Err(Rejection::PaymentUnderWay),
            (Status::Placed | Status::Completed, _) => self.cancel_placed(draft, reason, at),
        }
    }

    fn cancel_placed(
        &self,
        draft: &Draft,
        reason: CancelReason,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        self.check_cancelable()?;
        let sent = self.goods.values().any(|pieces| pieces.shipped > 0);
        let packed = self.goods.values().any(|pieces| pieces.packed > 0);
        if sent || (packed && reason == CancelReason::Shopper) {
            return Err(Rejection::AlreadyPacked);
        }
        let mut plan = Plan::of(self);
        let waiting = self.shipments.iter().filter(|(_, parcel)| parcel.state == ShipmentState::Packed);
        for (shipment, _) in waiting {
            plan.happens(Event::Parcel(ParcelEvent::Unpacked { shipment: *shipment, at }));
        }
        let rest = plan.order.goods.iter().filter_map(|(line, pieces)| {
            let quantity = Quantity::try_from(pieces.open()).ok()?;
            Some(Portion { line: *line, quantity })
        });
        let rest: Vec<Portion> = rest.collect();
        let id = AdjustmentId::from(derive_uuid(&[b"cancel", draft.cart.uuid().as_bytes()]));
        plan.give_up(draft, (id, rest), reason, at);
        Ok(plan.done())
    }

    pub(in super::super) fn cancel_lines(
        &self,
        draft: &Draft,
        (id, lines): (AdjustmentId, &[Portion]),
        reason: CancelReason,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if self.knows(id) {
            return Ok(self.unchanged());
        }
        self.check_placed()?;
        self.check_cancelable()?;
        self.check_portions(lines, |_, pieces| pieces.open())?;
        let mut plan = Plan::of(self);
        plan.give_up(draft, (id, lines.to_vec()), reason, at);
        Ok(plan.done())
    }

    /// While all of the money is being taken, nobody knows whether it must be given back or given up.
    fn check_cancelable(&self) -> Result<(), Rejection> {
        let draft = self.draft.as_deref().ok_or(Rejection::NotFound)?;
        let at_once = draft.capture == CapturePolicy::OnPlacement && self.total() > 0;
        let taking = at_once && self.captured() == 0 && self.noted == PaymentStatus::Authorized;
        if taking { Err(Rejection::PaymentUnderWay) } else { Ok(()) }
    }
}

impl Plan {
    /// Gives pieces up at their frozen price (ORDER-5), and the order with its last one.
    fn give_up(
        &mut self,
        draft: &Draft,
        (id, lines): (AdjustmentId, Vec<Portion>),
        reason: CancelReason,
        at: Timestamp,
    ) {
        let mut amount = self.order.canceled_price(&lines);
        self.happens(Event::LinesCanceled { lines: lines.clone(), reason, at });
        let all = self.order.goods.values().map(Pieces::current).all(|left| left == 0);
        if all {
            amount = amount.saturating_add(draft.shipping_price());
        }
        let reduction = amount.min(self.order.price());
        let held = self.order.held();
        let kept = self.order.price().saturating_sub(reduction);
        let refund = held.saturating_sub(kept).clamp(0, amount.max(0));
        for (variant, hold, quantity) in self.order.by_variant(draft, &lines) {
            self.effect(Effect::Deallocate { variant, cause: id.uuid(), hold, quantity });
        }
        let kind = AdjustmentKind::Cancellation;
        let change = Change { id, kind, amount, reduction, refund, again: 0, lines, reason: None };
        self.adjust(draft, change, at);
        if all {
            self.happens(Event::Canceled { reason, at });
        }
        self.settle(id.uuid(), at);
    }
}
