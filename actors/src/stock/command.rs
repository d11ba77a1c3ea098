//! What may be asked of a stock.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{CartId, HoldId, ProductId};
use crate::money::Quantity;

/// A command to the stock of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Starts keeping it.
    Introduce {
        /// The product that the variant belongs to.
        product: ProductId,
        /// The shop's own article number.
        sku: String,
    },
    /// Puts pieces on the shelf.
    Receive {
        /// How many.
        quantity: u32,
    },
    /// Puts pieces aside for a checkout.
    Hold(NewHold),
    /// Gives up a hold, also one that has not arrived yet.
    ReleaseHold {
        /// Which hold.
        hold: HoldId,
    },
    /// Promises held pieces to an order.
    CommitHold {
        /// Which hold.
        hold: HoldId,
    },
    /// A hold is overdue: its checkout should look after it. Sent by the hold's reminder.
    Wake {
        /// Which hold.
        hold: HoldId,
    },
}

/// Pieces to put aside.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewHold {
    /// The hold's id; a repeat with the same one changes nothing.
    pub hold: HoldId,
    /// Whose checkout.
    pub cart: CartId,
    /// How many.
    pub quantity: Quantity,
    /// When its checkout is woken, if the hold is still there.
    pub expires_at: Timestamp,
}
