//! Goods that come back, and remarks.

use std::collections::BTreeMap;

use amazoff_supervisor::sealing::Sealed;
use amazoff_supervisor::{Decision, Timestamp, derive_uuid};
use uuid::Uuid;

use super::super::adjustment::{AdjustmentKind, Note};
use super::super::books::counted;
use super::super::draft::Draft;
use super::super::effect::Effect;
use super::super::event::{Event, ReturnEvent};
use super::super::goods::{Portion, ReceivedPortion, Return, ReturnReason, ReturnState};
use super::super::plan::Plan;
use super::super::rejection::Rejection;
use super::super::state::Order;
use super::adjustment_of_return;
use super::refunds::Change;
use crate::ids::{LineId, NoteId, ReturnId, UserId, VariantId};
use crate::money::Quantity;

/// Most returns of an order, given up or not. Support pays back without one.
const RETURNS_MAX: usize = 50;

/// The key of what comes back to the stock: those that can be sold and those that cannot are two movements.
fn cause_of(id: ReturnId, resellable: bool) -> Uuid {
    derive_uuid(&[b"restock", id.uuid().as_bytes(), &[u8::from(resellable)]])
}

impl Order {
    fn moves(&self, event: ReturnEvent) -> Decision<Self> {
        let mut plan = Plan::of(self);
        plan.happens(Event::Return(event));
        plan.done()
    }

    fn known_return(&self, id: ReturnId) -> Result<&Return, Rejection> {
        self.returns.get(&id).ok_or(Rejection::ReturnUnknown)
    }

    /// Pieces of a line that are spoken for by returns that may still come.
    fn returning(&self, line: LineId) -> u32 {
        let open = self.returns.values().filter(|back| back.state.is_open());
        let pieces = open.flat_map(|back| &back.lines).filter(|portion| portion.line == line);
        pieces.map(|portion| portion.quantity.get()).fold(0, u32::saturating_add)
    }

    pub(in super::super) fn request_return(
        &self,
        id: ReturnId,
        (lines, reason): (&[Portion], ReturnReason),
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        if self.returns.contains_key(&id) {
            return Ok(self.unchanged());
        }
        self.check_placed()?;
        if self.returns.len() >= RETURNS_MAX {
            return Err(Rejection::TooManyReturns);
        }
        self.check_portions(lines, |line, pieces| {
            pieces.delivered.saturating_sub(pieces.returned).saturating_sub(self.returning(line))
        })?;
        Ok(self.moves(ReturnEvent::Requested { id, lines: lines.to_vec(), reason, at }))
    }

    pub(in super::super) fn approve_return(
        &self,
        id: ReturnId,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        match self.known_return(id)?.state {
            ReturnState::Requested => Ok(self.moves(ReturnEvent::Approved { id, at })),
            ReturnState::Approved | ReturnState::Received | ReturnState::Refunded => Ok(self.unchanged()),
            state @ (ReturnState::Rejected | ReturnState::Canceled) => {
                Err(Rejection::ReturnNotOpen { state })
            }
        }
    }

    pub(in super::super) fn reject_return(
        &self,
        id: ReturnId,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        match self.known_return(id)?.state {
            ReturnState::Requested | ReturnState::Approved => {
                Ok(self.moves(ReturnEvent::Rejected { id, at }))
            }
            ReturnState::Rejected => Ok(self.unchanged()),
            state @ (ReturnState::Received | ReturnState::Refunded | ReturnState::Canceled) => {
                Err(Rejection::ReturnNotOpen { state })
            }
        }
    }

    pub(in super::super) fn cancel_return(
        &self,
        id: ReturnId,
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        match self.known_return(id)?.state {
            ReturnState::Requested | ReturnState::Approved => {
                Ok(self.moves(ReturnEvent::Canceled { id, at }))
            }
            ReturnState::Canceled => Ok(self.unchanged()),
            state @ (ReturnState::Received | ReturnState::Refunded | ReturnState::Rejected) => {
                Err(Rejection::ReturnNotOpen { state })
            }
        }
    }

    pub(in super::super) fn receive_return(
        &self,
        draft: &Draft,
        id: ReturnId,
        lines: &[ReceivedPortion],
        at: Timestamp,
    ) -> Result<Decision<Self>, Rejection> {
        let back = self.known_return(id)?;
        match back.state {
            ReturnState::Approved => {}
            ReturnState::Received | ReturnState::Refunded if back.received == lines => {
                return Ok(self.unchanged());
            }
            state @ (ReturnState::Requested
            | ReturnState::Received
            | ReturnState::Refunded
            | ReturnState::Rejected
            | ReturnState::Canceled) => return Err(Rejection::ReturnNotOpen { state }),
        }
        let came: Vec<Portion> =
            lines.iter().map(|of| Portion { line: of.line, quantity: of.quantity }).collect();
        let asked = |line| {
            let asked = back.lines.iter().filter(|portion| portion.line == line);
            asked.map(|portion| portion.quantity.get()).fold(0, u32::saturating_add)
        };
        self.check_portions(&came, |line, _| asked(line))?;
        let mut plan = Plan::of(self);
        plan.happens(Event::Return(ReturnEvent::Received { id, lines: lines.to_vec(), at }));
        plan.restock(draft, id, lines);
        plan.refund_return(draft, id, (&came, at));
        Ok(plan.done())
    }

    pub(in super::super) fn add_note(
        &self,
        id: NoteId,
        (text, author): (&Sealed<String>, Option<UserId>),
        at: Timestamp,
    ) -> Decision<Self> {
        if self.notes.iter().any(|note| note.id == id) {
            return self.unchanged();
        }
        let mut plan = Plan::of(self);
        plan.happens(Event::NoteAdded { note: Note { id, text: text.clone(), author, at } });
        plan.done()
    }
}

impl Plan {
    fn restock(&mut self, draft: &Draft, id: ReturnId, lines: &[ReceivedPortion]) {
        let mut sums: BTreeMap<(VariantId, bool), Quantity> = BTreeMap::new();
        for ReceivedPortion { line, quantity, resellable } in lines {
            let Some(bought) = draft.line(*line) else { continue };
            let key = (bought.variant_id, *resellable);
            let sum = sums.get(&key).and_then(|sum| sum.checked_add(*quantity).ok());
            sums.insert(key, sum.unwrap_or(*quantity));
        }
        for ((variant, resellable), quantity) in sums {
            let cause = cause_of(id, resellable);
            self.effect(Effect::Restock { variant, cause, quantity, resellable });
        }
    }

    /// Pays the pieces back that were not paid back before; without any, the return is settled.
    fn refund_return(&mut self, draft: &Draft, id: ReturnId, (came, at): (&[Portion], Timestamp)) {
        let unpaid = counted(came).into_iter().filter_map(|(line, count)| {
            let pieces = self.order.goods.get(&line)?;
            let left = pieces.current().saturating_sub(pieces.refunded);
            Some(Portion { line, quantity: Quantity::try_from(count.min(left)).ok()? })
        });
        let lines: Vec<Portion> = unpaid.collect();
        let amount = self.order.refund_price(&lines);
        if amount > 0 {
            let refund = amount.min(self.order.held()).max(0);
            let reduction = self.order.beyond_excess(amount);
            let (id, kind) = (adjustment_of_return(id), AdjustmentKind::Return);
            let change = Change { id, kind, amount, reduction, refund, again: 0, lines, reason: None };
            self.adjust(draft, change, at);
        } else {
            self.happens(Event::Return(ReturnEvent::Refunded { id, at }));
        }
        self.settle_returns(at);
    }
}
