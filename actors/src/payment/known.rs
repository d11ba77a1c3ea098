//! What every rule but the first works with: a payment whose terms are fixed, and the command's context.

use std::time::Duration;

use amazoff_supervisor::{Decision, Entity as _, Timestamp, derive_uuid};

use super::apply::confirmation_of;
use super::command::{Call, Effect, Terms, Update};
use super::event::Event;
use super::part::{Ask, Part, PartId, RefundCall};
use super::provider::{Confirmation, Intent, IntentKey, Operation};
use super::state::Payment;
use crate::ids::PaymentId;
use crate::money::Money;
use crate::order::Fact;

/// The reminder that asks the provider again.
pub(super) const SYNC: &str = "sync";
/// The reminder that asks whether the reservation still holds.
pub(super) const EXPIRY: &str = "expiry";

/// How long providers remember a key; an older one is looked up, never sent.
const KEY_LIFE: Duration = Duration::from_hours(24);
/// How long a call may take on its way, at the very most.
const SETTLED_AFTER: Duration = Duration::from_hours(1);

/// When to ask again after so many questions: one second, doubled each time, five minutes at most.
pub(super) fn ask_again_after(asked: u32) -> Duration {
    Duration::from_secs(1u64 << asked.min(8)).min(Duration::from_mins(5))
}

/// Whether so much time has passed. Since a moment that nobody knows, it has.
pub(super) fn has_passed(time: Duration, since: Option<Timestamp>, now: Timestamp) -> bool {
    since.is_none_or(|since| now.since(since) >= time)
}

/// Whether a key may be too old to be sent. One of unknown age may be.
pub(super) fn is_old(asked_at: Option<Timestamp>, now: Timestamp) -> bool {
    has_passed(KEY_LIFE, asked_at, now)
}

/// Whether a call must have been carried out by now, if it ever is: an hour after its key was sent for the last time.
pub(super) fn is_spent(asked_at: Option<Timestamp>, now: Timestamp) -> bool {
    asked_at.is_some_and(|at| now.since(at) >= KEY_LIFE.saturating_add(SETTLED_AFTER))
}

/// A payment with its terms, and the command's context.
pub(super) struct Known<'a> {
    pub(super) payment: &'a Payment,
    pub(super) terms: &'a Terms,
    pub(super) id: PaymentId,
    pub(super) now: Timestamp,
}

impl Known<'_> {
    /// The decision that nothing happens.
    pub(super) fn unchanged(&self) -> Decision<Payment> {
        Decision::reply(self.payment.view_of(self.id, self.terms))
    }

    /// The decision that these events happen.
    pub(super) fn happens(&self, events: Vec<Event>) -> Decision<Payment> {
        let reply = self.payment.after(&events).view_of(self.id, self.terms);
        Decision { events, ..Decision::reply(reply) }
    }

    /// Adds what follows to a decision, given the state that the decision so far leads to.
    pub(super) fn and_then(
        &self,
        mut decision: Decision<Payment>,
        follow: impl FnOnce(&Known<'_>) -> Decision<Payment>,
    ) -> Decision<Payment> {
        let next = self.payment.after(&decision.events);
        let more = follow(&Known { payment: &next, terms: self.terms, id: self.id, now: self.now });
        decision.events.extend(more.events);
        decision.effects.extend(more.effects);
        decision.reminders.extend(more.reminders);
        decision.postings.extend(more.postings);
        Decision { reply: more.reply, ..decision }
    }

    /// News for whoever began the payment.
    pub(super) fn tell(&self, update: Update) -> Effect {
        if self.terms.by_order {
            return self.tell_order(Fact::Paying { update });
        }
        Effect::TellCheckout { cart: self.terms.cart, update }
    }

    /// News for the order.
    pub(super) fn tell_order(&self, fact: Fact) -> Effect {
        Effect::TellOrder { order: self.terms.order, payment: self.id, fact }
    }

    /// The first call of an operation on the reservation; `reference` is what the provider named the authorization.
    pub(super) fn call(&self, operation: Operation, reference: Option<String>) -> Effect {
        self.send(operation, self.intent(operation, reference, Some(self.now)))
    }

    /// The same call once more, under the same key.
    pub(super) fn call_again(&self, operation: Operation) -> Effect {
        self.send(operation, self.intent(operation, self.payment.reference.clone(), self.payment.began))
    }

    fn send(&self, operation: Operation, intent: Intent) -> Effect {
        self.provider(match operation {
            Operation::Authorize => Call::Authorize { intent, token: self.terms.token.clone() },
            Operation::Confirm => Call::Confirm { intent, result: self.confirmation() },
            Operation::Capture => Call::Capture { intent },
            Operation::Void => Call::Void { intent },
            Operation::Refund => Call::Refund { intent },
        })
    }

    /// A call for a part, the first or the same once more.
    pub(super) fn call_part(&self, part: &Part, ask: &Ask) -> Effect {
        self.send(part.id.operation(), self.part_intent(part, ask))
    }

    /// A call to look an operation on the reservation up.
    pub(super) fn find(&self, operation: Operation, asked: u32) -> Effect {
        let intent = self.intent(operation, self.payment.reference.clone(), self.payment.began);
        self.provider(Call::Find { operation, intent, asked })
    }

    /// A call to look a part up.
    pub(super) fn find_part(&self, part: &Part, ask: &Ask, asked: u32) -> Effect {
        let (operation, intent) = (part.id.operation(), self.part_intent(part, ask));
        self.provider(Call::Find { operation, intent, asked })
    }

    fn provider(&self, call: Call) -> Effect {
        Effect::CallProvider { provider: self.terms.provider.clone(), call }
    }

    /// What is asked of the whole reservation. A void is about what is not taken.
    pub(super) fn intent(
        &self,
        operation: Operation,
        reference: Option<String>,
        asked_at: Option<Timestamp>,
    ) -> Intent {
        let Money { amount, currency } = self.terms.amount;
        let taken = if operation == Operation::Void { self.payment.captured() } else { 0 };
        Intent {
            key: self.key(operation),
            payment: self.id,
            order: Some(self.terms.order),
            asked_at,
            amount: Money::new(amount.saturating_sub(taken), currency),
            reference,
            capture_reference: None,
        }
    }

    /// The key of an operation on the reservation. A void after one that was refused is another operation.
    pub(super) fn key(&self, operation: Operation) -> IntentKey {
        match (operation, self.payment.voids_refused) {
            (Operation::Void, refused @ 1..) => {
                let id = derive_uuid(&[b"call", self.id.uuid().as_bytes(), &refused.to_be_bytes()]);
                IntentKey::of_part(self.id, operation, id)
            }
            (Operation::Void, 0)
            | (Operation::Authorize | Operation::Confirm | Operation::Capture | Operation::Refund, _) => {
                IntentKey::of(self.id, operation)
            }
        }
    }

    /// What is asked for a part. A refund that needs several calls has a key for each.
    fn part_intent(&self, part: &Part, ask: &Ask) -> Intent {
        Intent {
            key: self.part_key(part.id, part.calls),
            payment: self.id,
            order: Some(self.terms.order),
            asked_at: Some(ask.at),
            amount: ask.amount,
            reference: self.payment.reference.clone(),
            capture_reference: ask.capture_reference.clone(),
        }
    }

    /// A call to look up how a refund stands that was done.
    pub(super) fn find_refund(&self, part: &Part, call: &RefundCall) -> Effect {
        let intent = Intent {
            key: self.part_key(part.id, call.call),
            payment: self.id,
            order: Some(self.terms.order),
            asked_at: Some(call.at),
            amount: Money::new(call.amount, self.terms.amount.currency),
            reference: self.payment.reference.clone(),
            capture_reference: call.capture_reference.clone(),
        };
        self.provider(Call::Find { operation: Operation::Refund, intent, asked: 0 })
    }

    pub(super) fn part_key(&self, part: PartId, call: u32) -> IntentKey {
        let id = match call {
            0 => part.uuid(),
            later => derive_uuid(&[b"call", part.uuid().as_bytes(), &later.to_be_bytes()]),
        };
        IntentKey::of_part(self.id, part.operation(), id)
    }

    /// What the shopper decided, as far as it is known; a doubtful answer never approves.
    fn confirmation(&self) -> Confirmation {
        confirmation_of(&self.payment.stage).unwrap_or(Confirmation::Decline)
    }

    /// Moves money between accounts of the ledger.
    pub(super) fn transfer(
        &self,
        decision: Decision<Payment>,
        amount: Money,
        (from, to): (&str, &str),
    ) -> Decision<Payment> {
        decision.transfer(amount.currency.code(), amount.amount, from, to)
    }

    /// The account of the payment's provider.
    pub(super) fn provider_account(&self) -> String {
        format!("provider:{}", self.terms.provider)
    }
}
