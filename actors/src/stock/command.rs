//! What may be asked of a stock.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{CartId, HoldId, ProductId, ShipmentId};
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
    /// Promised pieces leave the shelf with a parcel. Keyed by the shipment.
    Ship {
        /// With which parcel.
        shipment: ShipmentId,
        /// Out of which hold.
        hold: HoldId,
        /// How many.
        quantity: Quantity,
    },
    /// Takes a promise back: the pieces can be had by others again. Keyed by the cause.
    Deallocate {
        /// What for; a repeat with the same one changes nothing.
        cause: Uuid,
        /// Out of which hold.
        hold: HoldId,
        /// How many.
        quantity: Quantity,
    },
    /// Pieces came back from a customer. Keyed by the cause.
    Restock {
        /// What for; a repeat with the same one changes nothing.
        cause: Uuid,
        /// How many.
        quantity: Quantity,
        /// Whether they go back to the shelf, or are scrapped.
        resellable: bool,
    },
    /// Corrects how many are on the shelf.
    Adjust {
        /// How many more, or fewer.
        delta: i64,
        /// Why.
        reason: AdjustReason,
        /// How many the person saw who corrects; refused when it is not so any more.
        expected_on_hand: Option<u32>,
    },
    /// Lets more pieces be promised than are on the shelf.
    AllowBackorders {
        /// How many more.
        up_to: u32,
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

/// Why the number on the shelf is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustReason {
    /// They were counted.
    Counted,
    /// They cannot be sold any more.
    Damaged,
    /// They are gone.
    Lost,
    /// They turned up.
    Found,
    /// Something else, told elsewhere.
    Other,
}

impl AdjustReason {
    /// Its text, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::Found => "found",
            Self::Other => "other",
        }
    }
}
