//! What a shopper should know about a cart, but that stops nothing by itself.

use serde::{Deserialize, Serialize};

use crate::ids::{LineId, VariantId};
use crate::money::{Money, Quantity};
use crate::pricing::CouponReason;

/// Something that the shopper should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// A piece costs something else than when it was added.
    PriceChanged {
        /// Which line.
        line: LineId,
        /// What it cost then.
        from: Money,
        /// What it costs now.
        to: Money,
    },
    /// It is not for sale (any more), or not in the cart's currency.
    ProductUnavailable {
        /// Which line.
        line: LineId,
        /// Of which variant.
        variant: VariantId,
    },
    /// There are fewer pieces than the line has.
    InsufficientStock {
        /// Which line.
        line: LineId,
        /// How many there are.
        available: u32,
    },
    /// A merge wanted more pieces than there can be.
    QuantityCapped {
        /// Which line.
        line: LineId,
        /// How many both carts had together.
        wanted: u32,
        /// How many the line has now.
        quantity: Quantity,
    },
    /// A code does nothing.
    CouponNotApplied {
        /// Which.
        code: String,
        /// Why.
        reason: CouponReason,
    },
    /// A merge left a code behind, because a cart has room for few.
    CouponLeft {
        /// Which.
        code: String,
    },
    /// The chosen shipping method does not serve this cart (any more); another one was taken.
    ShippingMethodUnavailable {
        /// Its id.
        method: String,
    },
}

impl Warning {
    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PriceChanged { .. } => "price-changed",
            Self::ProductUnavailable { .. } => "product-unavailable",
            Self::InsufficientStock { .. } => "insufficient-stock",
            Self::QuantityCapped { .. } => "quantity-capped",
            Self::CouponNotApplied { .. } => "coupon-not-applied",
            Self::CouponLeft { .. } => "coupon-left",
            Self::ShippingMethodUnavailable { .. } => "shipping-method-unavailable",
        }
    }

    /// The line that it is about.
    pub fn line(&self) -> Option<LineId> {
        match self {
            Self::PriceChanged { line, .. }
            | Self::ProductUnavailable { line, .. }
            | Self::InsufficientStock { line, .. }
            | Self::QuantityCapped { line, .. } => Some(*line),
            Self::CouponNotApplied { .. }
            | Self::CouponLeft { .. }
            | Self::ShippingMethodUnavailable { .. } => None,
        }
    }

    /// A sentence for the shopper.
    pub fn message(&self) -> String {
        match self {
            Self::PriceChanged { from, to, .. } => format!("The price changed from {from} to {to}."),
            Self::ProductUnavailable { .. } => "This is not for sale any more.".to_owned(),
            Self::InsufficientStock { available: 0, .. } => "This is sold out right now.".to_owned(),
            Self::InsufficientStock { available, .. } => format!("Only {available} are left."),
            Self::QuantityCapped { wanted, quantity, .. } => {
                format!("The two bags had {wanted} of this together; {quantity} can be had.")
            }
            Self::CouponNotApplied { code, reason } => format!("{code}: {}", because(*reason)),
            Self::CouponLeft { code } => format!("{code} was left behind: there is no room for more codes."),
            Self::ShippingMethodUnavailable { .. } => {
                "The chosen way of sending does not serve this bag; another one was taken.".to_owned()
            }
        }
    }
}

/// Why a code does nothing, for the shopper.
fn because(reason: CouponReason) -> &'static str {
    match reason {
        CouponReason::Unknown => "there is no such code.",
        CouponReason::Expired => "this code is not valid at this time.",
        CouponReason::Withdrawn => "this code is not valid any more.",
        CouponReason::Exhausted => "this code is used up.",
        CouponReason::NothingMatches => "nothing in the bag is what this code is for.",
        CouponReason::ConditionNotMet => "there is not enough in the bag for this code yet.",
        CouponReason::OtherCurrency => "this code is not for this currency.",
        CouponReason::Excluded => "this code cannot be combined with another discount.",
        CouponReason::NothingLeft => "there is nothing left to take off.",
    }
}
