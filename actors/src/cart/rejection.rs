//! Why a cart refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{COUPONS_MAX, LINES_MAX};
use crate::coupon;
use crate::ids::VariantId;
use crate::money::{MoneyError, Quantity, QuantityOutOfRange};

/// A refusal of a cart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// There is no such cart, or it is not the asker's (CART-7).
    #[error("there is no such cart")]
    CartNotFound,
    /// A checkout is running (CART-4).
    #[error("a checkout of this cart is running")]
    CartLocked,
    /// It is an order already (CART-8).
    #[error("this cart has become an order")]
    CartCompleted,
    /// Its content is in another cart, or on the way there (CART-9).
    #[error("this cart was merged into another")]
    CartMerged,
    /// Nobody came back to it in time (CART-11).
    #[error("this cart was abandoned")]
    CartAbandoned,
    /// There is nothing to buy.
    #[error("the cart is empty")]
    CartEmpty,
    /// It is not known where it goes.
    #[error("it is not known where the cart goes")]
    AddressMissing,
    /// The way of sending does not serve it.
    #[error("this way of sending does not serve the cart")]
    ShippingUnavailable,
    /// The code cannot be used.
    #[error(transparent)]
    Coupon(coupon::Rejection),
    /// It has as many codes as it can.
    #[error("a cart has room for {COUPONS_MAX} codes")]
    TooManyCoupons,
    /// A cart cannot be merged into itself.
    #[error("a cart cannot be merged into itself")]
    MergeIntoItself,
    /// The cart has no such line.
    #[error("the cart has no such line")]
    LineNotFound,
    /// No such number of pieces can be bought (CART-1).
    #[error("the quantity is {got}, but must be from 1 to {}", Quantity::MAX)]
    QuantityOutOfRange {
        /// What it would be.
        got: i64,
    },
    /// There are fewer pieces.
    #[error("only {available} can be had")]
    InsufficientStock {
        /// Of which variant.
        variant: VariantId,
        /// How many there are.
        available: u32,
    },
    /// The variant is unknown or not for sale.
    #[error("this product is not for sale")]
    ProductNotAvailable,
    /// The price is not in the cart's currency, or the cart's currency is not the shop's.
    #[error("the currencies differ")]
    CurrencyMismatch,
    /// The total has no room in 64 bits (CART-3).
    #[error("the total is too large")]
    TotalTooLarge,
    /// The cart is full (CART-1).
    #[error("a cart has room for {LINES_MAX} different things")]
    TooManyLines,
    /// The attempt does not hold the cart.
    #[error("this attempt does not hold the cart")]
    CartNotClaimed,
    /// The attempt was released before it claimed (CART-5).
    #[error("this attempt is over")]
    AttemptReleased,
}

impl From<QuantityOutOfRange> for Rejection {
    fn from(QuantityOutOfRange { got }: QuantityOutOfRange) -> Self {
        Self::QuantityOutOfRange { got }
    }
}

impl From<MoneyError> for Rejection {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::CurrencyMismatch { .. } => Self::CurrencyMismatch,
            MoneyError::Overflow => Self::TotalTooLarge,
        }
    }
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Coupon(refusal) => refusal.kind(),
            Self::CartNotFound | Self::LineNotFound => FaultKind::NotFound,
            Self::CartEmpty
            | Self::AddressMissing
            | Self::QuantityOutOfRange { .. }
            | Self::TotalTooLarge
            | Self::TooManyLines
            | Self::TooManyCoupons
            | Self::MergeIntoItself => FaultKind::Invalid,
            Self::CartLocked
            | Self::CartCompleted
            | Self::CartMerged
            | Self::CartAbandoned
            | Self::ShippingUnavailable
            | Self::InsufficientStock { .. }
            | Self::ProductNotAvailable
            | Self::CurrencyMismatch
            | Self::CartNotClaimed
            | Self::AttemptReleased => FaultKind::Conflict,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::CartNotFound => "cart-not-found",
            Self::CartLocked => "cart-locked",
            Self::CartCompleted => "cart-completed",
            Self::CartMerged => "cart-merged",
            Self::CartAbandoned => "cart-abandoned",
            Self::CartEmpty => "cart-empty",
            Self::AddressMissing => "address-missing",
            Self::ShippingUnavailable => "shipping-unavailable",
            Self::Coupon(refusal) => refusal.code(),
            Self::TooManyCoupons => "too-many-coupons",
            Self::MergeIntoItself => "merge-into-itself",
            Self::LineNotFound => "line-not-found",
            Self::QuantityOutOfRange { .. } => "quantity-out-of-range",
            Self::InsufficientStock { .. } => "insufficient-stock",
            Self::ProductNotAvailable => "product-not-available",
            Self::CurrencyMismatch => "currency-mismatch",
            Self::TotalTooLarge => "total-too-large",
            Self::TooManyLines => "too-many-lines",
            Self::CartNotClaimed => "cart-not-claimed",
            Self::AttemptReleased => "attempt-released",
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::InsufficientStock { variant, available } => {
                json!({ "variant_id": variant, "available": available })
            }
            Self::QuantityOutOfRange { got } => QuantityOutOfRange { got: *got }.facts(),
            Self::TooManyLines => json!({ "maximum": LINES_MAX }),
            Self::TooManyCoupons => json!({ "maximum": COUPONS_MAX }),
            Self::Coupon(refusal) => refusal.facts(),
            Self::CartNotFound
            | Self::CartLocked
            | Self::CartCompleted
            | Self::CartMerged
            | Self::CartAbandoned
            | Self::CartEmpty
            | Self::AddressMissing
            | Self::ShippingUnavailable
            | Self::MergeIntoItself
            | Self::LineNotFound
            | Self::ProductNotAvailable
            | Self::CurrencyMismatch
            | Self::TotalTooLarge
            | Self::CartNotClaimed
            | Self::AttemptReleased => Value::Null,
        }
    }
}
