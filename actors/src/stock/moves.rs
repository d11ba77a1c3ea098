//! Pieces that come, leave, come back and are counted.

use amazoff_supervisor::Decision;
use uuid::Uuid;

use super::accounts::{Accounts, CUSTOMER, SUPPLIER};
use super::state::{Hold, HoldState, QUANTITY_MAX, Stock};
use super::{AdjustReason, Event, Rejection};
use crate::ids::{HoldId, ProductId, ShipmentId};
use crate::money::Quantity;

impl Stock {
    pub(super) fn introduce(&self, product: ProductId, sku: &str) -> Result<Decision<Self>, Rejection> {
        match self.product {
            None => Ok(self.then(Event::Introduced { product, sku: sku.to_owned() })),
            Some(known) if known == product && self.sku == sku => Ok(self.unchanged()),
            Some(_) => Err(Rejection::VariantIntroduced),
        }
    }

    pub(super) fn receive(&self, quantity: u32, accounts: &Accounts) -> Result<Decision<Self>, Rejection> {
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

    pub(super) fn ship(
        &self,
        shipment: ShipmentId,
        (hold, quantity): (HoldId, Quantity),
        accounts: &Accounts,
    ) -> Result<Decision<Self>, Rejection> {
        if let Some(made) = self.made(shipment.uuid(), quantity) {
            return made;
        }
        self.check_promised(hold, quantity)?;
        if quantity.get() > self.on_hand {
            return Err(Rejection::NotOnShelf { on_hand: self.on_hand });
        }
        let shipped = self.then(Event::Shipped { shipment, hold, quantity });
        Ok(accounts.transfer(shipped, quantity.get(), &accounts.allocated, CUSTOMER))
    }

    pub(super) fn deallocate(
        &self,
        cause: Uuid,
        (hold, quantity): (HoldId, Quantity),
        accounts: &Accounts,
    ) -> Result<Decision<Self>, Rejection> {
        if let Some(made) = self.made(cause, quantity) {
            return made;
        }
        self.check_promised(hold, quantity)?;
        let freed = self.then(Event::Deallocated { cause, hold, quantity });
        Ok(accounts.transfer(freed, quantity.get(), &accounts.allocated, &accounts.available))
    }

    pub(super) fn restock(
        &self,
        cause: Uuid,
        (quantity, resellable): (Quantity, bool),
        accounts: &Accounts,
    ) -> Result<Decision<Self>, Rejection> {
        if let Some(made) = self.made(cause, quantity) {
            return made;
        }
        if resellable && !self.fits(i64::from(quantity.get())) {
            return Err(Rejection::QuantityOutOfRange);
        }
        let back = self.then(Event::Restocked { cause, quantity, resellable });
        let to = if resellable { &accounts.available } else { &accounts.scrapped };
        Ok(accounts.transfer(back, quantity.get(), CUSTOMER, to))
    }

    pub(super) fn adjust(
        &self,
        (delta, reason): (i64, AdjustReason),
        expected: Option<u32>,
        accounts: &Accounts,
    ) -> Result<Decision<Self>, Rejection> {
        let on_hand = self.on_hand;
        if expected.is_some_and(|expected| expected != on_hand) {
            return Err(Rejection::StockChanged { on_hand });
        }
        if delta == 0 || !self.fits(delta) {
            return Err(Rejection::QuantityOutOfRange);
        }
        let available = self.available();
        if delta < 0 && delta.unsigned_abs() > u64::from(available) {
            return Err(Rejection::InsufficientStock { available });
        }
        let corrected = self.then(Event::Adjusted { delta, reason });
        let pieces = u32::try_from(delta.unsigned_abs()).unwrap_or(QUANTITY_MAX);
        let (from, to) = if delta < 0 {
            (&accounts.available, &accounts.adjusted)
        } else {
            (&accounts.adjusted, &accounts.available)
        };
        Ok(accounts.transfer(corrected, pieces, from, to))
    }

    pub(super) fn allow_backorders(&self, up_to: u32) -> Result<Decision<Self>, Rejection> {
        if up_to > QUANTITY_MAX {
            return Err(Rejection::QuantityOutOfRange);
        }
        if up_to == self.backorder_max {
            return Ok(self.unchanged());
        }
        Ok(self.then(Event::BackordersAllowed { up_to }))
    }

    /// The answer to a movement that was made before (STOCK-2); `None` for one that is new.
    fn made(&self, cause: Uuid, quantity: Quantity) -> Option<Result<Decision<Self>, Rejection>> {
        let made = self.moved.iter().find(|moved| moved.cause == cause)?;
        let same = made.quantity == quantity;
        Some(if same { Ok(self.unchanged()) } else { Err(Rejection::MovementDiffers) })
    }

    fn check_promised(&self, hold: HoldId, quantity: Quantity) -> Result<(), Rejection> {
        match self.holds.get(&hold) {
            Some(Hold { state: HoldState::Live, .. }) => Err(Rejection::HoldNotCommitted),
            Some(hold) if quantity.get() > hold.left() => Err(Rejection::ExceedsHold { left: hold.left() }),
            Some(_) => Ok(()),
            None if self.released.contains(&hold) => Err(Rejection::HoldReleased),
            None if self.spent.contains(&hold) => Err(Rejection::ExceedsHold { left: 0 }),
            None => Err(Rejection::HoldUnknown),
        }
    }

    /// Whether so many more, or fewer, make a number that a shelf can have.
    fn fits(&self, delta: i64) -> bool {
        let sum = i64::from(self.on_hand).checked_add(delta);
        sum.is_some_and(|sum| (0..=i64::from(QUANTITY_MAX)).contains(&sum))
    }
}
