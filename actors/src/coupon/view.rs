//! What a coupon answers.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Coupon, Issue};
use crate::ids::PromotionId;
use crate::pricebook::Window;
use crate::pricing::CouponReason;

/// A code, without who used it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponView {
    /// The code.
    pub code: String,
    /// What it opens.
    pub promotion: PromotionId,
    /// How many orders may use it.
    pub total_limit: Option<u32>,
    /// How many orders of one customer may use it.
    pub per_customer_limit: Option<u32>,
    /// When it may be redeemed.
    pub window: Window,
    /// Whether the shop took it back.
    pub withdrawn: bool,
    /// How many orders use it, paid or about to be.
    pub redeemed: u32,
}

impl CouponView {
    /// What a coupon with these terms shows.
    pub(super) fn of(terms: &Issue, coupon: &Coupon) -> Self {
        Self {
            code: terms.code.clone(),
            promotion: terms.promotion,
            total_limit: terms.total_limit,
            per_customer_limit: terms.per_customer_limit,
            window: terms.window,
            withdrawn: coupon.withdrawn,
            redeemed: coupon.redeemed(),
        }
    }

    /// Why nobody new can use it at a moment, as far as that does not depend on who asks.
    pub fn refusal(&self, at: Timestamp) -> Option<CouponReason> {
        if self.withdrawn {
            Some(CouponReason::Withdrawn)
        } else if !self.window.is_open(at) {
            Some(CouponReason::Expired)
        } else if self.total_limit.is_some_and(|limit| self.redeemed >= limit) {
            Some(CouponReason::Exhausted)
        } else {
            None
        }
    }
}
