//! The rules of a stock.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Command, Effect, Event, Levels, NewHold, Rejection};
use crate::ids::{CartId, HoldId, ProductId, VariantId};
use crate::money::Quantity;

/// The most pieces of one variant on the shelf.
pub const QUANTITY_MAX: u32 = 1_000_000_000;
/// How many released holds are remembered (STOCK-3).
const TOMBSTONES_MAX: usize = 1024;
/// How long after an unheard wake-up the next one comes.
const WAKE_AGAIN_AFTER: Duration = Duration::from_secs(300);

/// Whether held pieces are promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// Put aside for a running checkout.
    Live,
    /// Promised to an order.
    Committed,
}

/// Pieces that are not to be had by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Whose checkout.
    pub cart: CartId,
    /// How many.
    pub quantity: Quantity,
    /// When the checkout is woken.
    pub expires_at: Timestamp,
    /// Whether they are promised.
    pub state: HoldState,
}

/// The stock of a variant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stock {
    /// The product that the variant belongs to; absent before it is introduced.
    pub product: Option<ProductId>,
    /// The shop's own article number.
    pub sku: String,
    /// On the shelf.
    pub on_hand: u32,
    /// The sum of live holds.
    pub held: u32,
    /// The sum of committed holds.
    pub allocated: u32,
    /// Live and committed holds.
    pub holds: BTreeMap<HoldId, Hold>,
    /// The newest released holds, oldest first.
    pub released: VecDeque<HoldId>,
}

impl Stock {
    /// What can still be had.
    pub fn available(&self) -> u32 {
        self.on_hand.saturating_sub(self.allocated).saturating_sub(self.held)
    }

    fn introduce(&self, product: ProductId, sku: &str) -> Result<Decision<Self>, Rejection> {
        match self.product {
            None => Ok(self.then(Event::Introduced { product, sku: sku.to_owned() })),
            Some(known) if known == product && self.sku == sku => Ok(self.unchanged()),
            Some(_) => Err(Rejection::VariantIntroduced),
        }
    }

    fn receive(&self, quantity: u32, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
        let fits = self.on_hand.checked_add(quantity).is_some_and(|sum| sum <= QUANTITY_MAX);
        if quantity == 0 || !fits {
            return Err(Rejection::QuantityOutOfRange);
        }
        Ok(accounts.transfer(
            self.then(Event::Received { quantity }),
            quantity,
            SUPPLIER,
            &accounts.available,
        ))
    }

    fn hold(&self, new: NewHold, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
        if let Some(known) = self.holds.get(&new.hold) {
            let same = known.quantity == new.quantity;
            return if same { Ok(self.unchanged()) } else { Err(Rejection::HoldDiffers) };
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

    fn release(&self, hold: HoldId, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
        let released = Event::HoldReleased { hold };
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Committed, .. }) => Err(Rejection::HoldCommitted),
            Some(Hold { state: HoldState::Live, quantity, .. }) => {
                let decision = self.then(released).forget(&reminder(hold));
                Ok(accounts.transfer(decision, quantity.get(), &accounts.held, &accounts.available))
            }
            None if self.released.contains(&hold) => Ok(self.unchanged()),
            None => Ok(self.then(released)), // a tombstone
        }
    }

    fn commit(&self, hold: HoldId, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Committed, .. }) => Ok(self.unchanged()),
            Some(Hold { state: HoldState::Live, quantity, .. }) => {
                let decision = self.then(Event::HoldCommitted { hold }).forget(&reminder(hold));
                Ok(accounts.transfer(decision, quantity.get(), &accounts.held, &accounts.allocated))
            }
            None if self.released.contains(&hold) => Err(Rejection::HoldReleased),
            None => Err(Rejection::HoldUnknown),
        }
    }

    /// STOCK-4: nothing is freed; the reminder stays, for the case that the checkout does not hear this one.
    fn wake(&self, hold: HoldId, now: Timestamp) -> Decision<Self> {
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Live, cart, .. }) => self
                .then(Event::CheckoutWoken { hold })
                .effect(Effect::WakeCheckout { cart: *cart })
                .remind(&reminder(hold), now.plus(WAKE_AGAIN_AFTER)),
            Some(Hold { state: HoldState::Committed, .. }) | None => self.unchanged(),
        }
    }

    fn unchanged(&self) -> Decision<Self> {
        Decision::reply(Levels::of(self))
    }

    fn then(&self, event: Event) -> Decision<Self> {
        let levels = self.levels_after(&event);
        Decision::event(event, levels)
    }

    /// The quantities after an event, without copying the holds: a best-seller has thousands.
    fn levels_after(&self, event: &Event) -> Levels {
        let mut after = Levels::of(self);
        match event {
            Event::Introduced { .. } | Event::CheckoutWoken { .. } => {}
            Event::Received { quantity } => after.on_hand = after.on_hand.saturating_add(*quantity),
            Event::Held(NewHold { quantity, .. }) => after.held = after.held.saturating_add(quantity.get()),
            Event::HoldReleased { hold } => after.held = after.held.saturating_sub(self.live(*hold)),
            Event::HoldCommitted { hold } => {
                let quantity = self.live(*hold);
                after.held = after.held.saturating_sub(quantity);
                after.allocated = after.allocated.saturating_add(quantity);
            }
        }
        after.available = after.on_hand.saturating_sub(after.allocated).saturating_sub(after.held);
        after
    }

    /// The pieces of a live hold.
    fn live(&self, hold: HoldId) -> u32 {
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Live, quantity, .. }) => quantity.get(),
            Some(Hold { state: HoldState::Committed, .. }) | None => 0,
        }
    }
}

/// Where pieces come from.
pub const SUPPLIER: &str = "supplier";

/// The accounts of a variant in the ledger (STOCK-5).
struct Accounts {
    asset: String,
    available: String,
    held: String,
    allocated: String,
}

impl Accounts {
    fn of(variant: VariantId) -> Self {
        Self {
            asset: variant.to_string(),
            available: format!("stock:available:{variant}"),
            held: format!("stock:held:{variant}"),
            allocated: format!("stock:allocated:{variant}"),
        }
    }
    fn transfer(&self, decision: Decision<Stock>, quantity: u32, from: &str, to: &str) -> Decision<Stock> {
        decision.transfer(&self.asset, i64::from(quantity), from, to)
    }
}

const REMINDER_PREFIX: &str = "overdue:";

fn reminder(hold: HoldId) -> String {
    format!("{REMINDER_PREFIX}{hold}")
}

impl Entity for Stock {
    const KIND: &'static str = "stock";
    type Command = Command;
    type Event = Event;
    type Reply = Levels;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let accounts = Accounts::of(VariantId::from(context.entity.id));
        match (self.product, command) {
            (_, Command::Introduce { product, sku }) => self.introduce(*product, sku),
            (None, _) => Err(Rejection::UnknownVariant),
            (Some(_), Command::Receive { quantity }) => self.receive(*quantity, &accounts),
            (Some(_), Command::Hold(new)) => self.hold(*new, &accounts),
            (Some(_), Command::ReleaseHold { hold }) => self.release(*hold, &accounts),
            (Some(_), Command::CommitHold { hold }) => self.commit(*hold, &accounts),
            (Some(_), Command::Wake { hold }) => Ok(self.wake(*hold, context.now)),
        }
    }

    fn apply(&mut self, event: &Event) {
        let Levels { on_hand, held, allocated, .. } = self.levels_after(event);
        (self.on_hand, self.held, self.allocated) = (on_hand, held, allocated);
        match event {
            Event::Introduced { product, sku } => {
                self.product = Some(*product);
                self.sku.clone_from(sku);
            }
            Event::Held(NewHold { hold, cart, quantity, expires_at }) => {
                let (cart, quantity, expires_at) = (*cart, *quantity, *expires_at);
                self.holds.insert(*hold, Hold { cart, quantity, expires_at, state: HoldState::Live });
            }
            Event::HoldReleased { hold } => {
                self.holds.remove(hold);
                if self.released.len() >= TOMBSTONES_MAX {
                    self.released.pop_front();
                }
                self.released.push_back(*hold);
            }
            Event::HoldCommitted { hold } => {
                if let Some(hold) = self.holds.get_mut(hold) {
                    hold.state = HoldState::Committed;
                }
            }
            Event::Received { .. } | Event::CheckoutWoken { .. } => {}
        }
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::UnknownVariant // a stock claims no key
    }

    fn reminded(name: &str) -> Option<Command> {
        let hold = name.strip_prefix(REMINDER_PREFIX)?.parse().ok()?;
        Some(Command::Wake { hold })
    }

    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::WakeCheckout { cart } => format!("checkout:{cart}"),
        }
    }
}
