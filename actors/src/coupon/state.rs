//! The rules of a coupon.

use std::collections::{BTreeMap, VecDeque};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Command, CouponView, CustomerKey, Event, Issue, Redeem, Rejection};
use crate::effect::NoEffect;
use crate::ids::{CouponId, OrderId};

/// The most orders that can use a code (COUP-6).
pub const REDEMPTIONS_MAX: usize = 100_000;
/// How many uses that were given back are remembered (COUP-4).
const TOMBSTONES_MAX: usize = 1024;
const CODE_CHARS: std::ops::RangeInclusive<usize> = 3..=40;

/// An order's use of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// The attempt that claimed it.
    pub attempt: u32,
    /// By whom.
    pub customer: CustomerKey,
    /// When the order was priced.
    pub at: Timestamp,
    /// Whether the order is paid.
    pub confirmed: bool,
}

/// A code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coupon {
    /// Its terms; absent before it is issued.
    pub terms: Option<Issue>,
    /// Whether the shop took it back.
    pub withdrawn: bool,
    /// The orders that use it.
    pub redemptions: BTreeMap<OrderId, Redemption>,
    /// How many of them each customer has.
    pub customers: BTreeMap<CustomerKey, u32>,
    /// The newest attempts that gave their use back, oldest first.
    pub released: VecDeque<(OrderId, u32)>,
}

impl Coupon {
    /// How many orders use it.
    pub fn redeemed(&self) -> u32 {
        u32::try_from(self.redemptions.len()).unwrap_or(u32::MAX)
    }

    fn issue(&self, new: &Issue, context: &Context) -> Result<Decision<Self>, Rejection> {
        match &self.terms {
            Some(_) if self.withdrawn => Err(Rejection::CouponWithdrawn),
            Some(terms) if terms == new => Ok(Decision::reply(self.view(terms))),
            Some(_) => Err(Rejection::CouponExists),
            None => {
                check(new)?;
                if CouponId::of_code(&new.code).uuid() != context.entity.id {
                    return Err(Rejection::invalid("code", "it is the code of another coupon"));
                }
                Ok(Decision::event(Event::Issued(new.clone()), self.view(new)))
            }
        }
    }

    fn redeem(&self, terms: &Issue, new: &Redeem) -> Result<Decision<Self>, Rejection> {
        let known = self.redemptions.get(&new.order);
        if known.is_some_and(|known| known.confirmed || new.attempt <= known.attempt) {
            return Ok(Decision::reply(self.view(terms))); // COUP-3
        }
        if self.gave_back(new.order, new.attempt) {
            return Err(Rejection::RedemptionReleased);
        }
        if self.withdrawn {
            return Err(Rejection::CouponWithdrawn);
        }
        if !terms.window.is_open(new.at) {
            return Err(Rejection::CouponExpired);
        }
        let full = terms.total_limit.is_some_and(|limit| self.redeemed() >= limit);
        if known.is_none() && (full || self.redemptions.len() >= REDEMPTIONS_MAX) {
            return Err(Rejection::CouponExhausted);
        }
        let own = u32::from(known.is_some_and(|known| known.customer == new.customer));
        let others = self.customers.get(&new.customer).copied().unwrap_or(0).saturating_sub(own);
        if terms.per_customer_limit.is_some_and(|limit| others >= limit) {
            return Err(Rejection::CouponUsedByCustomer);
        }
        let mut view = self.view(terms);
        view.redeemed = view.redeemed.saturating_add(u32::from(known.is_none()));
        Ok(Decision::event(Event::Redeemed(new.clone()), view))
    }

    fn release(&self, terms: &Issue, order: OrderId, attempt: u32) -> Result<Decision<Self>, Rejection> {
        let mut view = self.view(terms);
        match self.redemptions.get(&order) {
            Some(known) if known.confirmed => return Err(Rejection::RedemptionConfirmed),
            Some(known) if known.attempt > attempt => return Ok(Decision::reply(view)),
            Some(_) => view.redeemed = view.redeemed.saturating_sub(1),
            None if self.gave_back(order, attempt) => return Ok(Decision::reply(view)),
            None => {} // a tombstone
        }
        Ok(Decision::event(Event::Released { order, attempt }, view))
    }

    fn confirm(&self, terms: &Issue, order: OrderId) -> Result<Decision<Self>, Rejection> {
        match self.redemptions.get(&order) {
            Some(known) if known.confirmed => Ok(Decision::reply(self.view(terms))),
            Some(_) => Ok(Decision::event(Event::Confirmed { order }, self.view(terms))),
            None if self.released.iter().any(|(known, _)| *known == order) => {
                Err(Rejection::RedemptionReleased)
            }
            None => Err(Rejection::RedemptionUnknown),
        }
    }

    /// Whether this attempt of an order, or a later one, gave its use back.
    fn gave_back(&self, order: OrderId, attempt: u32) -> bool {
        self.released.iter().any(|(known, last)| *known == order && attempt <= *last)
    }

    fn view(&self, terms: &Issue) -> CouponView {
        CouponView::of(terms, self)
    }

    /// Forgets an order's use.
    fn remove(&mut self, order: OrderId) {
        let Some(gone) = self.redemptions.remove(&order) else { return };
        if let Some(count) = self.customers.get_mut(&gone.customer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.customers.remove(&gone.customer);
            }
        }
    }
}

/// Checks the terms of a new code.
fn check(new: &Issue) -> Result<(), Rejection> {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !CODE_CHARS.contains(&new.code.len()) || !new.code.chars().all(fits) {
        let reason = "it must be 3 to 40 letters from A to Z, digits, hyphens and underscores";
        return Err(Rejection::invalid("code", reason));
    }
    for (field, limit) in [("total_limit", new.total_limit), ("per_customer_limit", new.per_customer_limit)] {
        if limit == Some(0) {
            return Err(Rejection::invalid(field, "it must be at least 1, or absent"));
        }
    }
    if !new.window.is_sound() {
        return Err(Rejection::invalid("window", "it ends before it starts"));
    }
    Ok(())
}

impl Entity for Coupon {
    const KIND: &'static str = "coupon";
    type Command = Command;
    type Event = Event;
    type Reply = CouponView;
    type Rejection = Rejection;
    type Effect = NoEffect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        match (&self.terms, command) {
            (_, Command::Issue(new)) => self.issue(new, context),
            (None, _) => Err(Rejection::CouponUnknown),
            (Some(terms), Command::Withdraw) => {
                let view = CouponView { withdrawn: true, ..self.view(terms) };
                Ok(if self.withdrawn {
                    Decision::reply(view)
                } else {
                    Decision::event(Event::Withdrawn, view)
                })
            }
            (Some(terms), Command::Redeem(new)) => self.redeem(terms, new),
            (Some(terms), Command::Release { order, attempt }) => self.release(terms, *order, *attempt),
            (Some(terms), Command::Confirm { order }) => self.confirm(terms, *order),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Issued(terms) => self.terms = Some(terms.clone()),
            Event::Withdrawn => self.withdrawn = true,
            Event::Redeemed(Redeem { order, attempt, customer, at }) => {
                self.remove(*order); // an earlier attempt's
                let count = self.customers.entry(customer.clone()).or_default();
                *count = count.saturating_add(1);
                let (attempt, customer, at) = (*attempt, customer.clone(), *at);
                self.redemptions.insert(*order, Redemption { attempt, customer, at, confirmed: false });
            }
            Event::Released { order, attempt } => {
                self.remove(*order);
                if self.released.len() >= TOMBSTONES_MAX {
                    self.released.pop_front();
                }
                self.released.push_back((*order, *attempt));
            }
            Event::Confirmed { order } => {
                if let Some(known) = self.redemptions.get_mut(order) {
                    known.confirmed = true;
                }
            }
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::CouponExists // a coupon claims no key
    }

    fn destination(effect: &Self::Effect) -> String {
        match *effect {}
    }
}
