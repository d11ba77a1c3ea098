//! What happens to a stock, and what follows elsewhere.

use serde::{Deserialize, Serialize};

use super::NewHold;
use crate::ids::{CartId, HoldId, ProductId};

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
}
