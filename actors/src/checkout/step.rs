//! The steps of a checkout, in order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One step. Each is one effect (or one per line) and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Lock the cart, so that what is charged is what is in it.
    ClaimCart,
    /// Compare today's prices with the total that the shopper saw.
    PriceLines,
    /// Put the stock aside.
    HoldStock,
    /// Write the order down.
    DraftOrder,
    /// Use the order's codes up.
    ClaimCoupons,
    /// Have the money reserved.
    Authorize,
    /// Promise the stock to the order.
    CommitStock,
    /// Make the use of the codes final.
    ConfirmCoupons,
    /// Make the order binding.
    PlaceOrder,
    /// Have the money taken.
    Capture,
    /// Tell the order that it is paid.
    MarkPaid,
    /// Close the cart.
    CompleteCart,
}

/// Every step, in the order in which they are done.
pub const STEPS: [Step; 12] = [
    Step::ClaimCart,
    Step::PriceLines,
    Step::HoldStock,
    Step::DraftOrder,
    Step::ClaimCoupons,
    Step::Authorize,
    Step::CommitStock,
    Step::ConfirmCoupons,
    Step::PlaceOrder,
    Step::Capture,
    Step::MarkPaid,
    Step::CompleteCart,
];

impl Step {
    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClaimCart => "claim_cart",
            Self::PriceLines => "price_lines",
            Self::HoldStock => "hold_stock",
            Self::DraftOrder => "draft_order",
            Self::ClaimCoupons => "claim_coupons",
            Self::Authorize => "authorize",
            Self::CommitStock => "commit_stock",
            Self::ConfirmCoupons => "confirm_coupons",
            Self::PlaceOrder => "place_order",
            Self::Capture => "capture",
            Self::MarkPaid => "mark_paid",
            Self::CompleteCart => "complete_cart",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
