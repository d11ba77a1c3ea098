//! What happens to a coupon.

use serde::{Deserialize, Serialize};

use super::{Issue, Redeem};
use crate::ids::OrderId;

/// Something that happened to a coupon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The code became valid.
    Issued(Issue),
    /// The code was taken back.
    Withdrawn,
    /// An order used it.
    Redeemed(Redeem),
    /// An attempt gave its use back, or was refused in advance.
    Released {
        /// Of which order.
        order: OrderId,
        /// Which attempt.
        attempt: u32,
    },
    /// An order's use became final.
    Confirmed {
        /// Which order.
        order: OrderId,
    },
}
