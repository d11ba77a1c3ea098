//! The effects that carry something, which of them their receivers have taken in, and what the others sum to.

use std::collections::{BTreeMap, HashMap};

use amazoff_actors::ids::{OrderId, ProductId, VariantId};
use amazoff_actors::money::Money;
use amazoff_actors::payment::{CLEARING, REFUNDS};
use amazoff_actors::rating::Stars;
use amazoff_supervisor::journal::OutboxKey;
use amazoff_supervisor::{CommandId, EntityId};

use crate::cargo::Cargo;
use crate::facts::Facts;

/// An effect whose row is still there.
struct Under {
    cargo: Cargo,
    /// Whether a person gave it up: nobody will bring it any more.
    discarded: bool,
    /// How its receiver answered it, if that is known.
    accepted: Option<bool>,
    /// Whether its receiver counts it, or a later one of the same sender, as applied.
    marked: bool,
}

impl Under {
    /// Whether its receiver has booked what it carries. Outcomes are forgotten after a while, marks never; those of one that
    /// was discarded tell only that later ones came through.
    fn is_taken_in(&self) -> bool {
        self.accepted.unwrap_or(self.marked && !self.discarded)
    }
}

/// The effects that carry something.
#[derive(Default)]
pub(crate) struct InFlight {
    effects: HashMap<CommandId, Under>,
    /// The effects between two entities, with their order, by (receiver, sender).
    between: HashMap<(EntityId, String), Vec<(u64, CommandId)>>,
}

impl InFlight {
    /// An effect that carries something to a receiver.
    pub(crate) fn add(&mut self, key: &OutboxKey, (receiver, cargo): (EntityId, Cargo), discarded: bool) {
        let id = key.delivered_as();
        self.between.entry((receiver, key.entity.to_string())).or_default().push((key.order(), id));
        self.effects.insert(id, Under { cargo, discarded, accepted: None, marked: false });
    }

    /// The outcome of a command.
    pub(crate) fn answered(&mut self, command: CommandId, accepted: bool) {
        if let Some(effect) = self.effects.get_mut(&command) {
            effect.accepted = Some(accepted);
        }
    }

    /// Up to where a receiver has applied the effects of a sender.
    pub(crate) fn marked(&mut self, receiver: EntityId, sender: &str, upto: u64) {
        let Some(effects) = self.between.get(&(receiver, sender.to_owned())) else { return };
        for (_, id) in effects.iter().filter(|(order, _)| *order <= upto) {
            if let Some(effect) = self.effects.get_mut(id) {
                effect.marked = true;
            }
        }
    }
}

/// What is on its way on one account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// What undelivered effects carry.
    pub(crate) carried: i64,
    /// What discarded effects carried.
    pub(crate) lost: i64,
    /// What payments are asked to give back and did not yet.
    pub(crate) at_payments: i64,
}

impl Way {
    /// What must be on the account.
    pub(crate) fn sum(&self) -> i64 {
        self.carried.saturating_add(self.at_payments)
    }
}

/// Pieces of a variant that are on their way between orders and stock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// Sent by orders.
    pub(crate) sent: i64,
    /// Given up by orders.
    pub(crate) given_up: i64,
    /// Come back to orders.
    pub(crate) came_back: i64,
}

/// All that is on its way.
#[derive(Default)]
pub(crate) struct Sums {
    /// Money, by clearing account and currency.
    pub(crate) money: BTreeMap<(&'static str, &'static str), Way>,
    /// Taken money that is on its way to its order.
    pub(crate) to_orders: HashMap<OrderId, i64>,
    /// Pieces.
    pub(crate) pieces: BTreeMap<VariantId, Pieces>,
    /// Changes of how many reviews give how many stars, the fewest stars first.
    pub(crate) stars: BTreeMap<ProductId, [i64; 5]>,
}

impl Sums {
    /// Adds everything up.
    pub(crate) fn of(facts: &Facts) -> Self {
        let mut sums = Self::default();
        for effect in facts.in_flight.effects.values().filter(|effect| !effect.is_taken_in()) {
            sums.carry(facts, effect);
        }
        for payment in facts.payments.values().filter(|payment| payment.giving_back != 0) {
            let Some(amount) = payment.amount else { continue };
            let way = sums.money.entry((REFUNDS, amount.currency.code())).or_default();
            way.at_payments = way.at_payments.saturating_add(payment.giving_back);
        }
        sums
    }

    /// What is on its way on an account.
    pub(crate) fn way(&self, account: &str, asset: &str) -> Way {
        self.money.get(&(account, asset)).copied().unwrap_or_default()
    }

    fn carry(&mut self, facts: &Facts, effect: &Under) {
        match effect.cargo {
            Cargo::Taken(payment, amount) => {
                let known = facts.payments.get(&payment.uuid());
                let Some(amount) = amount.or_else(|| known.and_then(|payment| payment.amount)) else {
                    return;
                };
                self.money(CLEARING, amount, effect.discarded);
                if let Some(order) = known.and_then(|payment| payment.order).filter(|_| !effect.discarded) {
                    let way = self.to_orders.entry(order).or_default();
                    *way = way.saturating_add(amount.amount);
                }
            }
            Cargo::GivenBack(amount) => self.money(REFUNDS, amount, effect.discarded),
            Cargo::NotGivenBack(payment, refund, done) => {
                let asked = facts.payments.get(&payment.uuid()).and_then(|of| of.refunds.get(&refund));
                if let Some(asked) = asked {
                    let left = Money::new(asked.amount.saturating_sub(done), asked.currency);
                    self.money(REFUNDS, left, effect.discarded);
                }
            }
            Cargo::Sent(variant, quantity) if !effect.discarded => {
                self.pieces.entry(variant).or_default().sent += i64::from(quantity.get());
            }
            Cargo::GivenUp(variant, quantity) if !effect.discarded => {
                self.pieces.entry(variant).or_default().given_up += i64::from(quantity.get());
            }
            Cargo::CameBack(variant, quantity) if !effect.discarded => {
                self.pieces.entry(variant).or_default().came_back += i64::from(quantity.get());
            }
            Cargo::Stars(product, from, to) if !effect.discarded => {
                let way = self.stars.entry(product).or_default();
                for (slot, stars) in way.iter_mut().zip(Stars::ALL) {
                    *slot += i64::from(to == Some(stars)) - i64::from(from == Some(stars));
                }
            }
            Cargo::Sent(..) | Cargo::GivenUp(..) | Cargo::CameBack(..) | Cargo::Stars(..) => {}
        }
    }

    fn money(&mut self, account: &'static str, amount: Money, discarded: bool) {
        let way = self.money.entry((account, amount.currency.code())).or_default();
        let sum = if discarded { &mut way.lost } else { &mut way.carried };
        *sum = sum.saturating_add(amount.amount);
    }
}

#[cfg(test)]
mod tests {
    use amazoff_actors::ids::PaymentId;
    use amazoff_actors::order::Order;
    use amazoff_supervisor::{Entity as _, Version};
    use uuid::Uuid;

    use super::*;

    const CENTS: i64 = 700;

    /// What happens to an effect that carries money from a checkout to an order, and what its account must hold then.
    fn way(discarded: bool, happens: impl FnOnce(&mut InFlight, &OutboxKey, &EntityId)) -> (i64, i64) {
        let order = EntityId::new(Order::KIND, Uuid::from_u128(1));
        let sender = EntityId::new("checkout", Uuid::from_u128(2));
        let key = OutboxKey { entity: sender, seq: Version(9), n: 1 };
        let cargo = Cargo::Taken(PaymentId::from(Uuid::from_u128(3)), Some(Money::eur(CENTS)));
        let mut facts = Facts::default();
        facts.in_flight.add(&key, (order.clone(), cargo), discarded);
        happens(&mut facts.in_flight, &key, &order);
        let way = Sums::of(&facts).way(CLEARING, "EUR");
        (way.carried, way.lost)
    }

    fn marked(effects: &mut InFlight, key: &OutboxKey, order: &EntityId, later: u64) {
        effects.marked(order.clone(), &key.entity.to_string(), key.order() + later);
    }

    #[test]
    fn an_effect_carries_until_its_receiver_has_accepted_it() {
        assert_eq!(way(false, |_, _, _| {}), (CENTS, 0));
        assert_eq!(way(false, |effects, key, _| effects.answered(key.delivered_as(), true)), (0, 0));
        assert_eq!(way(false, |effects, key, _| effects.answered(key.cause(), true)), (CENTS, 0));
    }

    #[test]
    fn one_that_was_refused_still_carries_although_it_counts_as_applied() {
        let refused = |effects: &mut InFlight, key: &OutboxKey, order: &EntityId| {
            effects.answered(key.delivered_as(), false);
            marked(effects, key, order, 0);
        };
        assert_eq!(way(false, refused), (CENTS, 0));
    }

    #[test]
    fn a_mark_tells_where_the_outcome_was_forgotten() {
        assert_eq!(way(false, |effects, key, order| marked(effects, key, order, 0)), (0, 0));
        assert_eq!(way(false, |effects, key, order| marked(effects, key, order, 5)), (0, 0));
        let before = |effects: &mut InFlight, key: &OutboxKey, order: &EntityId| {
            effects.marked(order.clone(), &key.entity.to_string(), key.order() - 1);
            effects.marked(order.clone(), "checkout_of_another", key.order());
            effects.marked(
                EntityId::new(Order::KIND, Uuid::from_u128(4)),
                &key.entity.to_string(),
                key.order(),
            );
        };
        assert_eq!(way(false, before), (CENTS, 0));
    }

    #[test]
    fn one_that_was_discarded_is_lost_unless_it_was_accepted() {
        assert_eq!(way(true, |_, _, _| {}), (0, CENTS));
        assert_eq!(way(true, |effects, key, order| marked(effects, key, order, 5)), (0, CENTS));
        assert_eq!(way(true, |effects, key, _| effects.answered(key.delivered_as(), true)), (0, 0));
    }
}
