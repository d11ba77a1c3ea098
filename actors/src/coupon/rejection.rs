//! Why a coupon refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// A refusal of a coupon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is no such code.
    #[error("there is no such coupon")]
    CouponUnknown,
    /// The code exists with other terms.
    #[error("this coupon exists already, with other terms")]
    CouponExists,
    /// A term breaks a rule.
    #[error("{field}: {reason}")]
    CouponInvalid {
        /// Which field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is not valid yet, or no longer.
    #[error("this coupon is not valid at this time")]
    CouponExpired,
    /// The shop took it back.
    #[error("this coupon was withdrawn")]
    CouponWithdrawn,
    /// As many orders as may use it did (COUP-1).
    #[error("this coupon is used up")]
    CouponExhausted,
    /// The customer used it as often as one may (COUP-2).
    #[error("you have used this coupon already")]
    CouponUsedByCustomer,
    /// The attempt gave its use back, perhaps before it arrived (COUP-4).
    #[error("this use of the coupon was given back")]
    RedemptionReleased,
    /// The order does not use the code.
    #[error("this order does not use the coupon")]
    RedemptionUnknown,
    /// The order is paid: its use is final.
    #[error("this use of the coupon is final")]
    RedemptionConfirmed,
}

impl Rejection {
    pub(super) fn invalid(field: &str, reason: &str) -> Self {
        Self::CouponInvalid { field: field.to_owned(), reason: reason.to_owned() }
    }
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::CouponUnknown | Self::RedemptionUnknown => FaultKind::NotFound,
            Self::CouponInvalid { .. } => FaultKind::Invalid,
            Self::CouponExists
            | Self::CouponExpired
            | Self::CouponWithdrawn
            | Self::CouponExhausted
            | Self::CouponUsedByCustomer
            | Self::RedemptionReleased
            | Self::RedemptionConfirmed => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::CouponUnknown => "coupon-unknown",
            Self::CouponExists => "coupon-exists",
            Self::CouponInvalid { .. } => "coupon-invalid",
            Self::CouponExpired => "coupon-expired",
            Self::CouponWithdrawn => "coupon-withdrawn",
            Self::CouponExhausted => "coupon-exhausted",
            Self::CouponUsedByCustomer => "coupon-used-by-customer",
            Self::RedemptionReleased => "redemption-released",
            Self::RedemptionUnknown => "redemption-unknown",
            Self::RedemptionConfirmed => "redemption-confirmed",
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::CouponInvalid { field, .. } => serde_json::json!({ "field": field }),
            Self::CouponUnknown
            | Self::CouponExists
            | Self::CouponExpired
            | Self::CouponWithdrawn
            | Self::CouponExhausted
            | Self::CouponUsedByCustomer
            | Self::RedemptionReleased
            | Self::RedemptionUnknown
            | Self::RedemptionConfirmed => serde_json::Value::Null,
        }
    }
}
