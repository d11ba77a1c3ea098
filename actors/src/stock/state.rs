//! The rules of a stock.

use std::collections::{BTreeMap, VecDeque};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accounts::Accounts;
use super::{Command, Effect, Event, Levels, NewHold, Rejection};
use crate::ids::{CartId, HoldId, ProductId, VariantId};
use crate::money::Quantity;

/// The most pieces of one variant on the shelf.
pub const QUANTITY_MAX: u32 = 1_000_000_000;
/// How many released holds, used up ones and movements are remembered (STOCK-2, STOCK-3).
const REMEMBERED_MAX: usize = 1024;

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
    /// How many of them were shipped, or given back.
    #[serde(default)]
    pub gone: u32,
}

impl Hold {
    /// How many pieces are still put aside or promised.
    pub fn left(&self) -> u32 {
        self.quantity.get().saturating_sub(self.gone)
    }
}

/// A movement that was made, so that a repeat is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// What for.
    pub cause: Uuid,
    /// How many.
    pub quantity: Quantity,
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
    /// The newest committed holds of which nothing is left, oldest first.
    #[serde(default)]
    pub spent: VecDeque<HoldId>,
    /// The newest movements, oldest first.
    #[serde(default)]
    pub moved: VecDeque<Moved>,
    /// How many more pieces may be promised than are on the shelf.
    #[serde(default)]
    pub backorder_max: u32,
}

/// Remembers one more, and forgets the oldest.
fn remember<T>(memory: &mut VecDeque<T>, new: T) {
    if memory.len() >= REMEMBERED_MAX {
        memory.pop_front();
    }
    memory.push_back(new);
}

impl Stock {
    /// What can still be had: on the shelf, or to be backordered, and promised to nobody.
    pub fn available(&self) -> u32 {
        let sum = self.on_hand.saturating_add(self.backorder_max);
        sum.saturating_sub(self.allocated).saturating_sub(self.held)
    }

    pub(super) fn unchanged(&self) -> Decision<Self> {
        Decision::reply(Levels::of(self))
    }

    pub(super) fn then(&self, event: Event) -> Decision<Self> {
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
            Event::Shipped { quantity, .. } => {
                after.allocated = after.allocated.saturating_sub(quantity.get());
                after.on_hand = after.on_hand.saturating_sub(quantity.get());
            }
            Event::Deallocated { quantity, .. } => {
                after.allocated = after.allocated.saturating_sub(quantity.get());
            }
            Event::Restocked { quantity, resellable: true, .. } => {
                after.on_hand = after.on_hand.saturating_add(quantity.get());
            }
            Event::Restocked { resellable: false, .. } => {}
            Event::Adjusted { delta, .. } => {
                let sum = i64::from(after.on_hand).saturating_add(*delta);
                after.on_hand = u32::try_from(sum).unwrap_or(after.on_hand);
            }
            Event::BackordersAllowed { up_to } => after.backorder_max = *up_to,
        }
        let sum = after.on_hand.saturating_add(after.backorder_max);
        after.available = sum.saturating_sub(after.allocated).saturating_sub(after.held);
        after
    }

    /// The pieces of a live hold.
    fn live(&self, hold: HoldId) -> u32 {
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Live, quantity, .. }) => quantity.get(),
            Some(Hold { state: HoldState::Committed, .. }) | None => 0,
        }
    }

    /// Pieces of a committed hold are promised no more; a hold of which nothing is left goes.
    fn take(&mut self, hold: HoldId, moved: Moved) {
        remember(&mut self.moved, moved);
        let Some(known) = self.holds.get_mut(&hold) else { return };
        known.gone = known.gone.saturating_add(moved.quantity.get());
        if known.left() == 0 {
            self.holds.remove(&hold);
            remember(&mut self.spent, hold);
        }
    }
}

impl Stock {
    fn follow(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        let accounts = Accounts::of(VariantId::from(context.entity.id));
        match (self.product, command) {
            (_, Command::Introduce { product, sku }) => self.introduce(*product, sku),
            (None, _) => Err(Rejection::UnknownVariant),
            (Some(_), Command::Receive { quantity }) => self.receive(*quantity, &accounts),
            (Some(_), Command::Hold(new)) => self.hold(*new, &accounts),
            (Some(_), Command::ReleaseHold { hold }) => self.release(*hold, &accounts),
            (Some(_), Command::CommitHold { hold }) => self.commit(*hold, &accounts),
            (Some(_), Command::Ship { shipment, hold, quantity }) => {
                self.ship(*shipment, (*hold, *quantity), &accounts)
            }
            (Some(_), Command::Deallocate { cause, hold, quantity }) => {
                self.deallocate(*cause, (*hold, *quantity), &accounts)
            }
            (Some(_), Command::Restock { cause, quantity, resellable }) => {
                self.restock(*cause, (*quantity, *resellable), &accounts)
            }
            (Some(_), Command::Adjust { delta, reason, expected_on_hand }) => {
                self.adjust((*delta, *reason), *expected_on_hand, &accounts)
            }
            (Some(_), Command::AllowBackorders { up_to }) => self.allow_backorders(*up_to),
            (Some(_), Command::Wake { hold }) => Ok(self.wake(*hold, context.now)),
        }
    }

    /// STOCK-8: the decision, with word to programs outside when the last piece is promised, or one can be promised again.
    fn telling(&self, decision: Decision<Self>, at: Timestamp) -> Decision<Self> {
        let left = decision.reply.is_left();
        match self.product.filter(|_| left != Levels::of(self).is_left()) {
            Some(product) => decision.effect(Effect::Announce { product, sku: self.sku.clone(), left, at }),
            None => decision,
        }
    }
}

const REMINDER_PREFIX: &str = "overdue:";

pub(super) fn reminder(hold: HoldId) -> String {
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
        self.follow(command, context).map(|decision| self.telling(decision, context.now))
    }

    fn apply(&mut self, event: &Event) {
        let Levels { on_hand, held, allocated, backorder_max, .. } = self.levels_after(event);
        (self.on_hand, self.held, self.allocated) = (on_hand, held, allocated);
        self.backorder_max = backorder_max;
        match event {
            Event::Introduced { product, sku } => {
                self.product = Some(*product);
                self.sku.clone_from(sku);
            }
            Event::Held(NewHold { hold, cart, quantity, expires_at }) => {
                let (cart, quantity, expires_at) = (*cart, *quantity, *expires_at);
                self.holds
                    .insert(*hold, Hold { cart, quantity, expires_at, state: HoldState::Live, gone: 0 });
            }
            Event::HoldReleased { hold } => {
                self.holds.remove(hold);
                remember(&mut self.released, *hold);
            }
            Event::HoldCommitted { hold } => {
                if let Some(hold) = self.holds.get_mut(hold) {
                    hold.state = HoldState::Committed;
                }
            }
            Event::Shipped { shipment, hold, quantity } => {
                self.take(*hold, Moved { cause: shipment.uuid(), quantity: *quantity });
            }
            Event::Deallocated { cause, hold, quantity } => {
                self.take(*hold, Moved { cause: *cause, quantity: *quantity });
            }
            Event::Restocked { cause, quantity, .. } => {
                remember(&mut self.moved, Moved { cause: *cause, quantity: *quantity });
            }
            Event::Received { .. }
            | Event::CheckoutWoken { .. }
            | Event::Adjusted { .. }
            | Event::BackordersAllowed { .. } => {}
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
            Effect::Announce { .. } => "news".to_owned(),
        }
    }
}
