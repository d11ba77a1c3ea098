//! The provider's book: what it did, by key.

use std::collections::{BTreeMap, BTreeSet};

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{IntentKey, Operation, ProviderAnswer, ProviderRecord, RecordState};
use amazoff_supervisor::Timestamp;

use super::Entry;

/// What it did, and what it did not hear.
#[derive(Default)]
pub(super) struct Book {
    pub(super) entries: BTreeMap<IntentKey, Entry>,
    pub(super) unheard: BTreeMap<IntentKey, u32>,
    /// Payments of which nothing can be taken.
    pub(super) untaken: BTreeSet<PaymentId>,
}

impl Book {
    pub(super) fn of(&self, payment: PaymentId, operation: Operation) -> Option<&Entry> {
        self.entries.get(&IntentKey::of(payment, operation))
    }
    pub(super) fn did(&self, payment: PaymentId, operation: Operation) -> bool {
        self.of(payment, operation).is_some_and(Entry::approved)
    }
    /// What was reserved for a payment, whatever became of it.
    fn reserved(&self, payment: PaymentId) -> Option<&Entry> {
        let of = |operation| self.of(payment, operation).filter(|entry| entry.approved());
        of(Operation::Confirm).or_else(|| of(Operation::Authorize))
    }
    /// Whether what was reserved cannot be taken any more.
    fn is_over(&self, payment: PaymentId, now: Timestamp) -> bool {
        let expired = self.reserved(payment).is_some_and(|entry| entry.is_over(now));
        expired || self.did(payment, Operation::Void)
    }
    /// How much is reserved, taken or not; `None` when nothing is, it was given up or has expired.
    pub(super) fn reservation(&self, payment: PaymentId, now: Timestamp) -> Option<i64> {
        let reserved = self.reserved(payment)?;
        (!self.is_over(payment, now)).then_some(reserved.amount.amount)
    }
    /// How much the done operations of a kind moved.
    pub(super) fn sum(&self, payment: PaymentId, operation: Operation) -> i64 {
        let of_it = self.entries.values().filter(|entry| entry.payment == payment && entry.approved());
        of_it.filter(|entry| entry.operation == operation).map(|entry| entry.amount.amount).sum()
    }
    /// Every refund of a payment that was done fails after all. Returns how many there were.
    pub(super) fn fail_refunds(&mut self, payment: PaymentId) -> usize {
        let mine = |entry: &&mut Entry| {
            entry.payment == payment && entry.operation == Operation::Refund && entry.approved()
        };
        let done = self.entries.values_mut().filter(mine);
        done.map(|entry| entry.answer = ProviderAnswer::declined("lost_or_stolen_card")).count()
    }
    /// What it lists of a payment.
    pub(super) fn record(&self, asked: &Entry, now: Timestamp) -> ProviderRecord {
        let (payment, currency) = (asked.payment, asked.amount.currency);
        let sum = |operation| Money::new(self.sum(payment, operation), currency);
        let captured = sum(Operation::Capture);
        let reserved = self.reservation(payment, now);
        let over = self.is_over(payment, now);
        let open = matches!(asked.answer, ProviderAnswer::ActionRequired { .. });
        let state = match reserved {
            _ if captured.amount > 0 && (over || reserved == Some(captured.amount)) => RecordState::Captured,
            _ if over => RecordState::Voided,
            Some(_) => RecordState::Authorized,
            None if open && self.of(payment, Operation::Confirm).is_none() => RecordState::RequiresAction,
            None => RecordState::Failed,
        };
        ProviderRecord {
            reference: format!("ref-{}", payment.uuid().simple()),
            payment: Some(payment),
            state,
            authorized: Money::new(reserved.unwrap_or(captured.amount), currency),
            captured,
            refunded: sum(Operation::Refund),
            created_at: asked.at,
        }
    }
}
