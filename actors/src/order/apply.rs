//! What each event does to an order's facts. The axes follow from them, see `derive`.

use amazoff_supervisor::Timestamp;

use super::adjustment::{Adjustment, AdjustmentKind, AdjustmentStatus, RefundPart};
use super::draft::Draft;
use super::event::{Event, MoneyEvent, ParcelEvent, ReturnEvent};
use super::further::FurtherState;
use super::goods::{Pieces, Portion, Return, ReturnState, Shipment, ShipmentState};
use super::state::Order;
use super::view::{Milestone, Moment, PaymentStatus};
use crate::ids::{CaptureId, LineId, OrderId, PaymentId, RefundId, ReturnId, ShipmentId};
use crate::money::Money;

/// Attempts among which the one is sought that placed an order.
const ATTEMPTS_MAX: u32 = 10_000;

/// The attempt of a checkout whose payment placed an order; 0 when the payment is none of them.
fn attempt_of(draft: &Draft, payment: PaymentId) -> u32 {
    let order = OrderId::of_cart(draft.cart);
    (1..=ATTEMPTS_MAX).find(|attempt| PaymentId::of_attempt(order, *attempt) == payment).unwrap_or(0)
}

/// The capture of everything at placement, which has no name of its own.
pub(super) fn capture_of_all(payment: PaymentId) -> CaptureId {
    CaptureId::from(payment.uuid())
}

impl Order {
    pub(super) fn take_in(&mut self, event: &Event) {
        match event {
            Event::Drafted { draft, payment, at } => {
                self.goods = draft.lines.iter().map(|line| (line.id, pieces(line.quantity.get()))).collect();
                self.draft = Some(draft.clone());
                self.payment = Some(*payment);
                self.noted = PaymentStatus::Pending;
                self.passed(*at, Milestone::Drafted);
            }
            Event::Placed { payment, at } => self.placed(*payment, *at),
            Event::Canceled { reason, at } => {
                self.canceled = Some(*reason);
                self.passed(*at, Milestone::Canceled);
            }
            Event::LinesCanceled { lines, at, .. } => {
                self.count(lines, |pieces, n| pieces.canceled = pieces.canceled.saturating_add(n));
                self.passed(*at, Milestone::LinesCanceled);
            }
            Event::Adjusted { adjustment } => self.adjusted(adjustment),
            Event::NoteAdded { note } => self.notes.push(note.clone()),
            Event::PaymentNoted { payment, status, at } => {
                self.payment = Some(*payment);
                self.noted = *status;
                if let Some(milestone) = milestone(*status) {
                    self.passed(*at, milestone);
                }
            }
            Event::Paid { payment, amount, at } => {
                if self.canceled.is_none() {
                    self.payment = Some(*payment);
                }
                self.noted = PaymentStatus::Paid;
                self.took(*payment, capture_of_all(*payment), amount.amount);
                self.passed(*at, Milestone::Paid);
            }
            Event::Parcel(event) => self.parcel_moved(event),
            Event::Return(event) => self.return_moved(event),
            Event::Money(event) => self.money_moved(event),
        }
    }

    fn placed(&mut self, payment: PaymentId, at: Timestamp) {
        self.payment = Some(payment);
        self.placed_at = Some(at);
        self.attempt = self.draft.as_ref().map_or(0, |draft| attempt_of(draft, payment));
        if self.noted != PaymentStatus::Paid {
            self.noted = PaymentStatus::Authorized;
        }
        self.passed(at, Milestone::Placed);
    }

    fn adjusted(&mut self, adjustment: &Adjustment) {
        match adjustment.kind {
            AdjustmentKind::Return | AdjustmentKind::Refund => {
                self.count(&adjustment.lines, |pieces, n| {
                    pieces.refunded = pieces.refunded.saturating_add(n)
                });
            }
            AdjustmentKind::Cancellation => {}
            AdjustmentKind::Dispute => self.passed(adjustment.at, Milestone::Disputed),
        }
        self.adjustments.push(adjustment.clone());
    }

    fn parcel_moved(&mut self, event: &ParcelEvent) {
        match event {
            ParcelEvent::Packed { shipment, lines, at } => {
                self.count(lines, |pieces, n| pieces.packed = pieces.packed.saturating_add(n));
                self.shipments.insert(*shipment, parcel(lines, *at));
                self.passed(*at, Milestone::Packed);
            }
            ParcelEvent::Unpacked { shipment, .. } => {
                let Some(parcel) = self.shipments.remove(shipment) else { return };
                self.count(&parcel.lines, |pieces, n| pieces.packed = pieces.packed.saturating_sub(n));
            }
            ParcelEvent::Shipped { shipment, tracking, at } => {
                self.parcel(*shipment, |parcel| {
                    (parcel.state, parcel.shipped_at) = (ShipmentState::Shipped, Some(*at));
                    parcel.tracking.clone_from(tracking);
                });
                self.count(&self.lines_of(*shipment), |pieces, n| {
                    pieces.packed = pieces.packed.saturating_sub(n);
                    pieces.shipped = pieces.shipped.saturating_add(n);
                });
                self.passed(*at, Milestone::Shipped);
            }
            ParcelEvent::Delivered { shipment, at } => {
                self.parcel(*shipment, |parcel| {
                    (parcel.state, parcel.delivered_at) = (ShipmentState::Delivered, Some(*at));
                });
                self.count(&self.lines_of(*shipment), |pieces, n| {
                    pieces.delivered = pieces.delivered.saturating_add(n);
                });
                self.passed(*at, Milestone::Delivered);
            }
        }
    }

    fn return_moved(&mut self, event: &ReturnEvent) {
        match event {
            ReturnEvent::Requested { id, lines, reason, at } => {
                let asked = Return {
                    lines: lines.clone(),
                    reason: *reason,
                    state: ReturnState::Requested,
                    received: Vec::new(),
                    adjustment: None,
                    requested_at: *at,
                };
                self.returns.insert(*id, asked);
                self.passed(*at, Milestone::ReturnRequested);
            }
            ReturnEvent::Approved { id, at } => {
                self.returned(*id, ReturnState::Approved);
                self.passed(*at, Milestone::ReturnApproved);
            }
            ReturnEvent::Rejected { id, at } => {
                self.returned(*id, ReturnState::Rejected);
                self.passed(*at, Milestone::ReturnRejected);
            }
            ReturnEvent::Canceled { id, .. } => self.returned(*id, ReturnState::Canceled),
            ReturnEvent::Received { id, lines, at } => {
                self.returned(*id, ReturnState::Received);
                if let Some(back) = self.returns.get_mut(id) {
                    back.received.clone_from(lines);
                    back.adjustment = Some(super::rules::adjustment_of_return(*id));
                }
                let came = lines.iter().map(|of| Portion { line: of.line, quantity: of.quantity });
                self.count(&came.collect::<Vec<_>>(), |pieces, n| {
                    pieces.returned = pieces.returned.saturating_add(n);
                });
                self.passed(*at, Milestone::ReturnReceived);
            }
            ReturnEvent::Refunded { id, .. } => self.returned(*id, ReturnState::Refunded),
        }
    }

    fn money_moved(&mut self, event: &MoneyEvent) {
        match event {
            MoneyEvent::CaptureRequested { payment, capture, shipment, amount, .. } => {
                self.accounts.entry(*payment).or_default().asked.insert(*capture, amount.amount);
                self.parcel(*shipment, |parcel| parcel.capture = Some(*capture));
            }
            MoneyEvent::PaymentBegun { further } => self.further.push(further.clone()),
            MoneyEvent::PaymentMoved { payment, to, at } => {
                self.further_moves(*payment, to.clone());
                if let Some(milestone) = milestone_of(to) {
                    self.passed(*at, milestone);
                }
            }
            MoneyEvent::PaymentAsked { .. } => {}
            MoneyEvent::DueRequested { payment, capture, amount, .. } => {
                self.accounts.entry(*payment).or_default().asked.insert(*capture, amount.amount);
            }
            MoneyEvent::Captured { payment, capture, amount, at } => {
                self.took(*payment, *capture, amount.amount);
                if self.untaken(*payment) == 0 {
                    self.further_moves(*payment, FurtherState::Captured);
                }
                let all = self.captured() >= self.price();
                self.passed(*at, if all { Milestone::Paid } else { Milestone::PartiallyPaid });
            }
            MoneyEvent::CaptureFailed { payment, capture, code, at } => {
                self.accounts.entry(*payment).or_default().asked.remove(capture);
                self.ends(*payment, PaymentStatus::Failed);
                self.further_moves(*payment, FurtherState::Failed { code: code.clone() });
                self.passed(*at, Milestone::PaymentFailed);
            }
            MoneyEvent::VoidRequested { payment, .. } => {
                self.accounts.entry(*payment).or_default().void_asked = true;
            }
            MoneyEvent::ReservationEnded { payment, expired, at } => {
                self.accounts.entry(*payment).or_default().ended = true;
                self.ends(*payment, PaymentStatus::Voided);
                self.further_ended(*payment, *expired);
                let how = if *expired { Milestone::PaymentExpired } else { Milestone::PaymentVoided };
                self.passed(*at, how);
            }
            MoneyEvent::Refunded { refund, amount, at } => {
                self.part(*refund, |part| {
                    (part.status, part.amount) = (AdjustmentStatus::Completed, *amount);
                });
                self.passed(*at, Milestone::Refunded);
            }
            MoneyEvent::RefundFailed { refund, at, .. } => {
                self.part(*refund, |part| part.status = AdjustmentStatus::Failed);
                self.passed(*at, Milestone::RefundFailed);
            }
            MoneyEvent::RefundReturned { refund, returned, amount, at, .. } => {
                self.came_back(*refund, (*returned, *amount));
                self.passed(*at, Milestone::RefundFailed);
            }
            MoneyEvent::DisputeClosed { dispute, won, .. } => {
                let status = if *won { AdjustmentStatus::Failed } else { AdjustmentStatus::Completed };
                let known = self.adjustments.iter_mut();
                let parts = known.filter(|known| known.dispute.as_ref() == Some(dispute));
                parts.flat_map(|known| &mut known.refunds).for_each(|part| part.status = status);
            }
        }
    }

    fn took(&mut self, payment: PaymentId, capture: CaptureId, amount: i64) {
        let account = self.accounts.entry(payment).or_default();
        account.asked.remove(&capture);
        account.taken.insert(capture, amount);
    }

    /// The reservation of a payment is good for nothing more.
    fn ends(&mut self, payment: PaymentId, how: PaymentStatus) {
        if self.payment == Some(payment) && self.noted != PaymentStatus::Paid {
            self.noted = how;
        }
    }

    fn part(&mut self, refund: RefundId, change: impl FnOnce(&mut RefundPart)) {
        let mut parts = self.adjustments.iter_mut().flat_map(|adjustment| &mut adjustment.refunds);
        if let Some(part) = parts.find(|part| part.refund == refund) {
            change(part);
        }
    }

    /// Of a refund that was done all or some is with the provider again. What came back shows as a part that failed.
    fn came_back(&mut self, refund: RefundId, (returned, amount): (RefundId, Money)) {
        let mut known = self.adjustments.iter_mut();
        let of = known.find(|known| known.refunds.iter().any(|part| part.refund == refund));
        let Some(adjustment) = of else { return };
        let id = adjustment.id;
        let mut parts = adjustment.refunds.iter_mut();
        let Some(part) = parts.find(|part| part.refund == refund) else { return };
        if amount.amount >= part.amount.amount {
            part.status = AdjustmentStatus::Failed;
        } else {
            part.amount.amount -= amount.amount;
            let (payment, status) = (part.payment, AdjustmentStatus::Failed);
            adjustment.refunds.push(RefundPart { refund: returned, payment, amount, status });
        }
        let paid = self.returns.values_mut().filter(|back| back.state == ReturnState::Refunded);
        paid.filter(|back| back.adjustment == Some(id)).for_each(|back| back.state = ReturnState::Received);
    }

    fn parcel(&mut self, shipment: ShipmentId, change: impl FnOnce(&mut Shipment)) {
        if let Some(parcel) = self.shipments.get_mut(&shipment) {
            change(parcel);
        }
    }

    fn returned(&mut self, id: ReturnId, state: ReturnState) {
        if let Some(back) = self.returns.get_mut(&id) {
            back.state = state;
        }
    }

    pub(super) fn lines_of(&self, shipment: ShipmentId) -> Vec<Portion> {
        self.shipments.get(&shipment).map(|parcel| parcel.lines.clone()).unwrap_or_default()
    }

    fn count(&mut self, lines: &[Portion], change: impl Fn(&mut Pieces, u32)) {
        for Portion { line, quantity } in lines {
            if let Some(pieces) = self.goods.get_mut::<LineId>(line) {
                change(pieces, quantity.get());
            }
        }
    }

    fn passed(&mut self, at: Timestamp, event: Milestone) {
        self.timeline.push(Moment { at, event });
    }
}

fn pieces(ordered: u32) -> Pieces {
    Pieces { ordered, ..Pieces::default() }
}

fn parcel(lines: &[Portion], at: Timestamp) -> Shipment {
    Shipment {
        lines: lines.to_vec(),
        state: ShipmentState::Packed,
        tracking: None,
        capture: None,
        packed_at: at,
        shipped_at: None,
        delivered_at: None,
    }
}

/// What a shopper sees of a further payment's move on the timeline.
fn milestone_of(state: &FurtherState) -> Option<Milestone> {
    match state {
        FurtherState::Pending | FurtherState::Captured => None,
        FurtherState::RequiresAction { .. } => Some(Milestone::PaymentRequiresAction),
        FurtherState::Authorized => Some(Milestone::PaymentAuthorized),
        FurtherState::Voided => Some(Milestone::PaymentVoided),
        FurtherState::Expired => Some(Milestone::PaymentExpired),
        FurtherState::Failed { .. } => Some(Milestone::PaymentFailed),
    }
}

/// What a shopper sees of a payment's move on the timeline.
fn milestone(status: PaymentStatus) -> Option<Milestone> {
    match status {
        PaymentStatus::None
        | PaymentStatus::Pending
        | PaymentStatus::Paid
        | PaymentStatus::PartiallyPaid
        | PaymentStatus::PartiallyRefunded
        | PaymentStatus::Refunded => None,
        PaymentStatus::RequiresAction => Some(Milestone::PaymentRequiresAction),
        PaymentStatus::Authorized => Some(Milestone::PaymentAuthorized),
        PaymentStatus::Failed => Some(Milestone::PaymentFailed),
        PaymentStatus::Voided => Some(Milestone::PaymentVoided),
    }
}
