//! What may be asked of a coupon.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::CustomerKey;
use crate::ids::{OrderId, PromotionId};
use crate::pricebook::Window;

/// A command to the coupon of a code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Makes the code valid.
    Issue(Issue),
    /// Takes the code back; who redeemed it already keeps that.
    Withdraw,
    /// Uses the code up for an order, once.
    Redeem(Redeem),
    /// Gives back what an attempt of an order redeemed, also before that has arrived.
    Release {
        /// Which order.
        order: OrderId,
        /// Which attempt to pay it.
        attempt: u32,
    },
    /// The order is paid: its use is final.
    Confirm {
        /// Which order.
        order: OrderId,
    },
}

/// A new code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// The code, normalised ([`super::normalise`]).
    pub code: String,
    /// What it opens.
    pub promotion: PromotionId,
    /// How many orders may use it; `None` as many as like.
    pub total_limit: Option<u32>,
    /// How many orders of one customer may use it; `None` as many as like.
    pub per_customer_limit: Option<u32>,
    /// When it may be redeemed.
    pub window: Window,
}

/// A use of a code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Redeem {
    /// For which order; an order uses a code once, whatever is repeated.
    pub order: OrderId,
    /// Which attempt to pay it: an order whose first attempt failed redeems again with its second.
    pub attempt: u32,
    /// By whom.
    pub customer: CustomerKey,
    /// When the order was priced.
    pub at: Timestamp,
}
