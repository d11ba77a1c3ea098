//! What happens to a cart.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, Line, MergeStrategy, Owner, Rejection, Warning};
use crate::ids::{CartId, LineId, OrderId, UserId};
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
        /// When; carts of old do not know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
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
    /// A code was entered.
    CouponApplied {
        /// Which.
        code: String,
    },
    /// A code was taken out.
    CouponRemoved {
        /// Which.
        code: String,
    },
    /// It is known where it goes.
    AddressSet(Address),
    /// It is known how it is sent.
    ShippingSet {
        /// The id of a shipping method.
        method: String,
    },
    /// A guest's cart became a person's. What was sealed for the guest is forgotten.
    Adopted {
        /// Whose.
        user: UserId,
    },
    /// What is in it is on its way into another cart.
    MergeStarted {
        /// Which other.
        target: CartId,
        /// What becomes of variants that both have.
        strategy: MergeStrategy,
    },
    /// The other cart took nothing over; this one is open again.
    MergeRefused {
        /// Which other.
        target: CartId,
        /// Why.
        refusal: Box<Rejection>,
    },
    /// The other cart has everything; this one is over, and empty.
    Merged {
        /// Into which other.
        target: CartId,
        /// What the shopper should know.
        warnings: Vec<Warning>,
    },
    /// It took over what was in another cart; the events before this one say what changed.
    Absorbed {
        /// Which other.
        source: CartId,
        /// What became of variants that both had.
        strategy: MergeStrategy,
    },
    /// The shopper was there. At most once in [`super::TOUCH_EVERY`], however much is changed meanwhile.
    Touched {
        /// When.
        at: Timestamp,
    },
    /// The shopper left it with something in it, for [`super::LEFT_AFTER`] by now. Whoever writes to shoppers starts here.
    Left {
        /// When that was noticed.
        at: Timestamp,
    },
    /// Nobody came back: it is over, and empty.
    Abandoned {
        /// When that was noticed.
        at: Timestamp,
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
