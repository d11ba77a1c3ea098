//! Putting pieces aside for a checkout, giving them up, promising them.

use std::time::Duration;

use amazoff_supervisor::{Decision, Timestamp};

use super::accounts::Accounts;
use super::state::{Hold, HoldState, Stock, reminder};
use super::{Effect, Event, NewHold, Rejection};
use crate::ids::HoldId;

/// How long after an unheard wake-up the next one comes.
const WAKE_AGAIN_AFTER: Duration = Duration::from_secs(300);

impl Stock {
    pub(super) fn hold(&self, new: NewHold, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
        if let Some(known) = self.holds.get(&new.hold) {
            let same = known.quantity == new.quantity;
            return if same { Ok(self.unchanged()) } else { Err(Rejection::HoldDiffers) };
        }
        if self.spent.contains(&new.hold) {
            return Ok(self.unchanged());
        }
        if self.released.contains(&new.hold) {
            return Err(Rejection::HoldReleased);
        }
        let (wanted, available) = (new.quantity.get(), self.available());
        if wanted > available {
            return Err(Rejection::InsufficientStock { available });
        }
        let held = self.then(Event::Held(new)).remind(&reminder(new.hold), new.expires_at);
        Ok(accounts.transfer(held, wanted, &accounts.available, &accounts.held))
    }

    pub(super) fn release(&self, hold: HoldId, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
        let released = Event::HoldReleased { hold };
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Committed, .. }) => Err(Rejection::HoldCommitted),
            Some(Hold { state: HoldState::Live, quantity, .. }) => {
                let decision = self.then(released).forget(&reminder(hold));
                Ok(accounts.transfer(decision, quantity.get(), &accounts.held, &accounts.available))
            }
            None if self.released.contains(&hold) => Ok(self.unchanged()),
            None if self.spent.contains(&hold) => Err(Rejection::HoldCommitted),
            None => Ok(self.then(released)), // a tombstone
        }
    }

    pub(super) fn commit(&self, hold: HoldId, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Committed, .. }) => Ok(self.unchanged()),
            Some(Hold { state: HoldState::Live, quantity, .. }) => {
                let decision = self.then(Event::HoldCommitted { hold }).forget(&reminder(hold));
                Ok(accounts.transfer(decision, quantity.get(), &accounts.held, &accounts.allocated))
            }
            None if self.spent.contains(&hold) => Ok(self.unchanged()),
            None if self.released.contains(&hold) => Err(Rejection::HoldReleased),
            None => Err(Rejection::HoldUnknown),
        }
    }

    /// STOCK-4: nothing is freed; the reminder stays, for the case that the checkout does not hear this one.
    pub(super) fn wake(&self, hold: HoldId, now: Timestamp) -> Decision<Self> {
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Live, cart, .. }) => self
                .then(Event::CheckoutWoken { hold })
                .effect(Effect::WakeCheckout { cart: *cart })
                .remind(&reminder(hold), now.plus(WAKE_AGAIN_AFTER)),
            Some(Hold { state: HoldState::Committed, .. }) | None => self.unchanged(),
        }
    }
}
