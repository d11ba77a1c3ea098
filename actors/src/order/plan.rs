//! A decision in the making: each event is applied at once, so that the next rule sees what the one before did.

use std::collections::BTreeSet;

use amazoff_supervisor::{Decision, Entity, Timestamp};

use super::effect::Effect;
use super::event::Event;
use super::news::Bulletin;
use super::state::Order;
use crate::ids::ProductId;
use crate::money::Money;

/// What is decided so far, and the order as it then is.
pub(super) struct Plan {
    /// The order after the events so far.
    pub(super) order: Order,
    kept: BTreeSet<ProductId>,
    news: Bulletin,
    decision: Decision<Order>,
}

impl Plan {
    /// Nothing happens yet.
    pub(super) fn of(order: &Order) -> Self {
        Self {
            order: order.clone(),
            kept: order.kept(),
            news: Bulletin::default(),
            decision: order.unchanged(),
        }
    }

    /// An event happens.
    pub(super) fn happens(&mut self, event: Event) {
        let settled = self.order.is_settled();
        self.order.apply(&event);
        self.news.note(&self.order, &event, settled);
        self.decision.events.push(event);
    }

    /// Something follows outside.
    pub(super) fn effect(&mut self, effect: Effect) {
        self.decision.effects.push(effect);
    }

    /// Money moves in the ledger.
    pub(super) fn transfer(&mut self, amount: Money, from: &str, to: &str) {
        let decision = std::mem::replace(&mut self.decision, self.order.unchanged());
        self.decision = decision.transfer(amount.currency.code(), amount.amount, from, to);
    }

    /// Wakes the order then.
    pub(super) fn remind(&mut self, name: &str, at: Timestamp) {
        let decision = std::mem::replace(&mut self.decision, self.order.unchanged());
        self.decision = decision.remind(name, at);
    }

    /// Lets it sleep.
    pub(super) fn forget(&mut self, name: &str) {
        let decision = std::mem::replace(&mut self.decision, self.order.unchanged());
        self.decision = decision.forget(name);
    }

    /// The decision. Reviews are told of what arrived or was paid back by it, buyers of what they want to know.
    pub(super) fn done(mut self) -> Decision<Order> {
        self.decision.effects.extend(self.order.purchases_since(&self.kept));
        self.decision.effects.extend(self.news.effects(&self.order));
        Decision { reply: self.order.stage(), ..self.decision }
    }
}
