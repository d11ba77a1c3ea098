//! What happens to a stock, and what follows elsewhere.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use super::{AdjustReason, NewHold};
use crate::ids::{CartId, HoldId, ProductId, ShipmentId};
use crate::money::Quantity;

/// Something that happened to the stock of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The shop keeps it from then on.
    Introduced {
        /// The product that the variant belongs to.
        product: ProductId,
        /// The shop's own article number.
        sku: String,
    },
    /// Pieces came onto the shelf.
    Received {
        /// How many.
        quantity: u32,
    },
    /// Pieces were put aside.
    Held(NewHold),
    /// A hold was given up, or refused in advance.
    HoldReleased {
        /// Which hold.
        hold: HoldId,
    },
    /// Held pieces were promised to an order.
    HoldCommitted {
        /// Which hold.
        hold: HoldId,
    },
    /// Promised pieces left with a parcel.
    Shipped {
        /// With which parcel.
        shipment: ShipmentId,
        /// Out of which hold.
        hold: HoldId,
        /// How many.
        quantity: Quantity,
    },
    /// A promise was taken back.
    Deallocated {
        /// What for.
        cause: Uuid,
        /// Out of which hold.
        hold: HoldId,
        /// How many.
        quantity: Quantity,
    },
    /// Pieces came back from a customer.
    Restocked {
        /// What for.
        cause: Uuid,
        /// How many.
        quantity: Quantity,
        /// Whether they went back to the shelf, or were scrapped.
        resellable: bool,
    },
    /// The number on the shelf was corrected.
    Adjusted {
        /// How many more, or fewer.
        delta: i64,
        /// Why.
        reason: AdjustReason,
    },
    /// More pieces may be promised than are on the shelf.
    BackordersAllowed {
        /// How many more.
        up_to: u32,
    },
    /// The checkout of an overdue hold was woken.
    CheckoutWoken {
        /// Which hold.
        hold: HoldId,
    },
}

/// What follows outside a stock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A checkout should look after its holds.
    WakeCheckout {
        /// Whose.
        cart: CartId,
    },
    /// Tell the programs that follow the shop whether there is anything left.
    Announce {
        /// The product that the variant belongs to.
        product: ProductId,
        /// The shop's own article number.
        sku: String,
        /// Whether pieces can be promised.
        left: bool,
        /// Since when.
        at: Timestamp,
    },
}
