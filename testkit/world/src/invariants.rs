//! The invariant sweep: what `amazoff fsck` checks, and what must hold besides once nothing is under way.

use amazoff_actors::cart;
use amazoff_actors::ids::PaymentId;
use amazoff_actors::order::{AdjustmentKind, AdjustmentStatus, Status};
use amazoff_actors::payment::{Operation, Stage};
use amazoff_actors::pricebook::CapturePolicy;
use amazoff_fsck::Report;

use crate::provider::{Entry, Provider};
use crate::stored::Stored;

/// What is not as it must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invariants {
    /// One line per violation.
    pub violations: Vec<String>,
}

impl Invariants {
    /// What a check of everything found.
    pub(crate) fn of(report: &Report) -> Self {
        Self { violations: report.errors().map(ToString::to_string).collect() }
    }

    /// Checks besides what must hold when nothing is under way any more.
    #[must_use]
    pub fn and_at_rest(mut self, stored: &Stored, provider: &Provider) -> Self {
        let left = stored.outbox.iter().map(|row| {
            format!(
                "an effect of {} to {} is left: {} attempts",
                row.key.entity, row.destination, row.attempts
            )
        });
        self.violations.extend(left);
        for cart in stored.running() {
            let run = stored.checkouts[&cart.uuid()].run.as_deref();
            self.note(format!("the checkout of {cart} still runs: {:?}", run.map(|run| &run.phase)));
        }
        for (id, stock) in &stored.stocks {
            if stock.held > 0 {
                self.note(format!("{} pieces of stock {id} are still held", stock.held));
            }
        }
        for (id, cart) in &stored.carts {
            if matches!(cart.status, cart::Status::Completing { .. }) {
                self.note(format!("cart {id} is still locked"));
            }
        }
        for (id, order) in &stored.orders {
            let at_once =
                order.draft.as_ref().is_none_or(|draft| draft.capture == CapturePolicy::OnPlacement);
            if order.status() == Status::Placed && at_once && order.captured() < order.price() {
                self.note(format!("order {id} is placed and not paid: {:?}", order.payment_status()));
            }
            let pending = order.adjustments.iter().filter(|of| of.status() == AdjustmentStatus::Pending);
            for adjustment in pending.filter(|of| of.kind != AdjustmentKind::Dispute) {
                self.note(format!("order {id} waits for {adjustment:?}"));
            }
        }
        // What a provider made of another amount than ours waits for a person.
        let waits_for_person = |payment: PaymentId| {
            let payment = stored.payments.get(&payment.uuid());
            payment.is_some_and(|payment| matches!(payment.stage, Stage::IntegrityFailure { .. }))
        };
        // Sending takes their money, and nobody has sent all of it yet.
        let to_be_sent = |payment: PaymentId| {
            let mut orders = stored.orders.values().filter(|order| order.counts_on(payment));
            orders.any(|order| {
                let by_sending =
                    order.draft.as_ref().is_some_and(|draft| draft.capture == CapturePolicy::OnShipment);
                by_sending && order.status() == Status::Placed && order.captured() < order.price()
            })
        };
        for (id, payment) in &stored.payments {
            let waits = payment.stage == Stage::Authorized && to_be_sent(PaymentId::from(*id));
            if !payment.stage.is_terminal() && !waits {
                self.note(format!("payment {id} is not settled: {:?}", payment.stage));
            }
        }
        let over = provider.over();
        let waits = |payment| to_be_sent(payment) || waits_for_person(payment) || over.contains(&payment);
        self.no_money_stays_reserved(&provider.entries(), waits);
        self
    }

    /// Panics with every violation.
    #[track_caller]
    pub fn assert_hold(&self) {
        assert!(self.violations.is_empty(), "invariants are broken:\n  {}", self.violations.join("\n  "));
    }

    fn note(&mut self, violation: String) {
        self.violations.push(violation);
    }

    /// Whatever was reserved was taken or given back.
    fn no_money_stays_reserved(&mut self, entries: &[Entry], waits: impl Fn(PaymentId) -> bool) {
        let did = |payment: PaymentId, operation: Operation| {
            let mut of_it = entries.iter().filter(|entry| entry.payment == payment);
            of_it.any(|entry| entry.operation == operation && entry.approved())
        };
        for entry in entries.iter().filter(|entry| entry.operation == Operation::Authorize) {
            let payment = entry.payment;
            let reserved = did(payment, Operation::Authorize) || did(payment, Operation::Confirm);
            if reserved
                && !did(payment, Operation::Capture)
                && !did(payment, Operation::Void)
                && !waits(payment)
            {
                self.note(format!("money stays reserved for {payment}: {:?}", entry.amount));
            }
        }
    }
}
