//! What happens to a cart.

use serde::{Deserialize, Serialize};

use super::{Line, Owner};
use crate::ids::{LineId, OrderId, UserId};
use crate::money::{Currency, Money, Quantity};

/// Something that happened to a cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was opened.
    Created {
        /// For whom.
        owner: Owner,
        /// In which it is paid.
        currency: Currency,
    },
    /// A line came in.
    LineAdded {
        /// The line.
        line: Line,
    },
    /// A line has another number of pieces.
    QuantitySet {
        /// Which line.
        line: LineId,
        /// From then on.
        quantity: Quantity,
    },
    /// A line has another price.
    Repriced {
        /// Which line.
        line: LineId,
        /// Of one piece.
        unit_price: Money,
    },
    /// A line went out.
    LineRemoved {
        /// Which line.
        line: LineId,
    },
    /// A guest's cart became a person's.
    Adopted {
        /// Whose.
        user: UserId,
    },
    /// An attempt of the checkout locked it.
    Claimed {
        /// Which attempt.
        attempt: u32,
    },
    /// An attempt is over, and will never hold it again.
    Released {
        /// Which attempt.
        attempt: u32,
    },
    /// It became an order.
    Completed {
        /// By which attempt.
        attempt: u32,
        /// Which order.
        order: OrderId,
    },
}
