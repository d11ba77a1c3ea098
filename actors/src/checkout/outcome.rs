//! How an attempt to buy ends.

use amazoff_supervisor::{CommandId, Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::step::Step;
use crate::ids::{OrderId, PaymentId, VariantId};
use crate::money::Money;
use crate::{cart, coupon};

/// What a shopper is told about an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Outcome {
    /// The order binds.
    Placed {
        /// Which order.
        order: OrderId,
    },
    /// The shopper must act on the payment.
    RequiresAction {
        /// Which order.
        order: OrderId,
        /// Which payment.
        payment: PaymentId,
        /// Where to act.
        url: String,
    },
    /// It is not decided yet.
    Processing {
        /// Which order.
        order: OrderId,
    },
    /// Nothing was bought, nothing is held, no money is reserved.
    Failed(Failure),
}

/// An attempt that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptOutcome {
    /// Its number, from 1.
    pub attempt: u32,
    /// The command that started it.
    pub command: CommandId,
    /// Why nothing was bought; `None` when the order binds.
    pub failure: Option<Failure>,
}

/// Why an attempt bought nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// There is no such cart.
    #[error("there is no such cart")]
    CartNotFound,
    /// There is nothing in it.
    #[error("the cart is empty")]
    CartEmpty,
    /// Something else is changing it.
    #[error("the cart is locked")]
    CartLocked,
    /// It has become an order.
    #[error("the cart has become an order")]
    CartCompleted,
    /// Its content is in another cart, or it was abandoned.
    #[error("the cart is over")]
    CartOver,
    /// It is not known where it goes.
    #[error("it is not known where the cart goes")]
    AddressMissing,
    /// The shop cannot send it there.
    #[error("the shop cannot send this there")]
    ShippingUnavailable,
    /// It is too much for one order.
    #[error("this is too much for one order")]
    TotalTooLarge,
    /// A code cannot be used for it.
    #[error("{code}: {refusal}")]
    Coupon {
        /// Which code.
        code: String,
        /// Why not.
        refusal: coupon::Rejection,
    },
    /// It costs something else than the shopper saw.
    #[error("the cart now costs {current_total}")]
    CartChanged {
        /// What it costs now.
        current_total: Money,
    },
    /// A variant is not for sale any more.
    #[error("a product is not for sale any more")]
    ProductNotAvailable {
        /// Which one.
        variant: VariantId,
    },
    /// There is not enough of a variant.
    #[error("only {available} of a product are left")]
    InsufficientStock {
        /// Which one.
        variant: VariantId,
        /// What is left.
        available: u32,
    },
    /// The order cannot be written: it was canceled.
    #[error("the order was canceled")]
    OrderClosed,
    /// The provider refused.
    #[error("the payment failed: {decline_code}")]
    PaymentFailed {
        /// Why, as the provider names it.
        decline_code: String,
    },
    /// The shopper did not act in time.
    #[error("the payment was not confirmed in time")]
    PaymentExpired,
    /// A part of the shop could not do its step.
    #[error("a step of the checkout could not be done: {step}")]
    StepFailed {
        /// Which one.
        step: Step,
    },
}

impl Fault for Failure {
    fn kind(&self) -> FaultKind {
        match self {
            Self::CartNotFound => FaultKind::NotFound,
            // The code is not found, not what was asked for.
            Self::Coupon { refusal, .. } if refusal.kind() == FaultKind::NotFound => FaultKind::Conflict,
            Self::Coupon { refusal, .. } => refusal.kind(),
            Self::CartEmpty
            | Self::AddressMissing
            | Self::ShippingUnavailable
            | Self::TotalTooLarge
            | Self::PaymentFailed { .. } => FaultKind::Invalid,
            Self::CartLocked
            | Self::CartCompleted
            | Self::CartOver
            | Self::CartChanged { .. }
            | Self::ProductNotAvailable { .. }
            | Self::InsufficientStock { .. }
            | Self::OrderClosed
            | Self::PaymentExpired
            | Self::StepFailed { .. } => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::CartNotFound => "cart-not-found",
            Self::CartEmpty => "cart-empty",
            Self::CartLocked => "cart-locked",
            Self::CartCompleted => "cart-completed",
            Self::CartOver => "cart-over",
            Self::AddressMissing => "address-missing",
            Self::ShippingUnavailable => "shipping-unavailable",
            Self::TotalTooLarge => "total-too-large",
            Self::Coupon { refusal, .. } => refusal.code(),
            Self::CartChanged { .. } => "cart-changed",
            Self::ProductNotAvailable { .. } => "product-not-available",
            Self::InsufficientStock { .. } => "insufficient-stock",
            Self::OrderClosed => "order-closed",
            Self::PaymentFailed { .. } => "payment-failed",
            Self::PaymentExpired => "payment-expired",
            Self::StepFailed { .. } => "checkout-step-failed",
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::CartChanged { current_total } => json!({ "current_total": current_total }),
            Self::ProductNotAvailable { variant } => json!({ "variant_id": variant }),
            Self::InsufficientStock { variant, available } => {
                json!({ "variant_id": variant, "available": available })
            }
            Self::Coupon { code, .. } => json!({ "coupon": code }),
            Self::PaymentFailed { decline_code } => json!({ "decline_code": decline_code }),
            Self::StepFailed { step } => json!({ "step": step }),
            Self::CartNotFound
            | Self::CartEmpty
            | Self::CartLocked
            | Self::CartCompleted
            | Self::CartOver
            | Self::AddressMissing
            | Self::ShippingUnavailable
            | Self::TotalTooLarge
            | Self::OrderClosed
            | Self::PaymentExpired => Value::Null,
        }
    }
}

impl From<cart::Rejection> for Failure {
    /// What a refused claim means for the shopper.
    fn from(refusal: cart::Rejection) -> Self {
        match refusal {
            cart::Rejection::CartNotFound => Self::CartNotFound,
            cart::Rejection::CartEmpty => Self::CartEmpty,
            cart::Rejection::CartLocked => Self::CartLocked,
            cart::Rejection::CartCompleted => Self::CartCompleted,
            cart::Rejection::CartMerged | cart::Rejection::CartAbandoned => Self::CartOver,
            cart::Rejection::AddressMissing => Self::AddressMissing,
            cart::Rejection::ShippingUnavailable => Self::ShippingUnavailable,
            cart::Rejection::TotalTooLarge => Self::TotalTooLarge,
            cart::Rejection::LineNotFound
            | cart::Rejection::QuantityOutOfRange { .. }
            | cart::Rejection::InsufficientStock { .. }
            | cart::Rejection::ProductNotAvailable
            | cart::Rejection::CurrencyMismatch
            | cart::Rejection::TooManyLines
            | cart::Rejection::Coupon(_)
            | cart::Rejection::TooManyCoupons
            | cart::Rejection::MergeIntoItself
            | cart::Rejection::CartNotClaimed
            | cart::Rejection::AttemptReleased => Self::StepFailed { step: Step::ClaimCart },
        }
    }
}
