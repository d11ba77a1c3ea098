//! Why a stock refuses.

use amazoff_supervisor::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::QUANTITY_MAX;

/// A refusal of a stock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// The shop does not keep this variant.
    #[error("the shop does not keep this variant")]
    UnknownVariant,
    /// The variant is kept for another product or under another number.
    #[error("this variant is kept as something else")]
    VariantIntroduced,
    /// Nothing, or more than fits, would be received.
    #[error("the quantity must be from 1 to {QUANTITY_MAX} and fit the shelf")]
    QuantityOutOfRange,
    /// There are fewer pieces (STOCK-1).
    #[error("only {available} can be had")]
    InsufficientStock {
        /// How many there are.
        available: u32,
    },
    /// The hold was released, perhaps before it arrived (STOCK-3).
    #[error("this hold was released")]
    HoldReleased,
    /// There is no such hold.
    #[error("there is no such hold")]
    HoldUnknown,
    /// The hold is promised to an order.
    #[error("this hold is promised to an order")]
    HoldCommitted,
    /// The same hold exists with another quantity.
    #[error("this hold exists with another quantity")]
    HoldDiffers,
    /// The hold is not promised to an order yet.
    #[error("this hold is not promised to an order")]
    HoldNotCommitted,
    /// The hold has fewer pieces left.
    #[error("only {left} are left in this hold")]
    ExceedsHold {
        /// How many it has.
        left: u32,
    },
    /// The pieces are promised, but not on the shelf: they were backordered.
    #[error("only {on_hand} are on the shelf")]
    NotOnShelf {
        /// How many are there.
        on_hand: u32,
    },
    /// The same movement was made with another quantity.
    #[error("this movement was made with another quantity")]
    MovementDiffers,
    /// The shelf is not as the person saw it who corrects it.
    #[error("{on_hand} are on the shelf by now")]
    StockChanged {
        /// How many are there.
        on_hand: u32,
    },
}

impl Fault for Rejection {
    fn kind(&self) -> FaultKind {
        match self {
            Self::UnknownVariant | Self::HoldUnknown => FaultKind::NotFound,
            Self::QuantityOutOfRange => FaultKind::Invalid,
            Self::VariantIntroduced
            | Self::InsufficientStock { .. }
            | Self::HoldReleased
            | Self::HoldCommitted
            | Self::HoldDiffers
            | Self::HoldNotCommitted
            | Self::ExceedsHold { .. }
            | Self::NotOnShelf { .. }
            | Self::MovementDiffers => FaultKind::Conflict,
            Self::StockChanged { .. } => FaultKind::Stale,
        }
    }
    /// Backordered pieces may leave before their receipt is written down.
    fn is_passing(&self) -> bool {
        matches!(self, Self::NotOnShelf { .. })
    }
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownVariant => "unknown-variant",
            Self::VariantIntroduced => "variant-introduced",
            Self::QuantityOutOfRange => "quantity-out-of-range",
            Self::InsufficientStock { .. } => "insufficient-stock",
            Self::HoldReleased => "hold-released",
            Self::HoldUnknown => "hold-unknown",
            Self::HoldCommitted => "hold-committed",
            Self::HoldDiffers => "hold-differs",
            Self::HoldNotCommitted => "hold-not-committed",
            Self::ExceedsHold { .. } => "exceeds-hold",
            Self::NotOnShelf { .. } => "not-on-shelf",
            Self::MovementDiffers => "movement-differs",
            Self::StockChanged { .. } => "stock-changed",
        }
    }
    fn facts(&self) -> Value {
        match self {
            Self::InsufficientStock { available } => json!({ "available": available }),
            Self::QuantityOutOfRange => json!({ "minimum": 1, "maximum": QUANTITY_MAX }),
            Self::ExceedsHold { left } => json!({ "left": left }),
            Self::NotOnShelf { on_hand } | Self::StockChanged { on_hand } => json!({ "on_hand": on_hand }),
            Self::UnknownVariant
            | Self::VariantIntroduced
            | Self::HoldNotCommitted
            | Self::MovementDiffers
            | Self::HoldReleased
            | Self::HoldUnknown
            | Self::HoldCommitted
            | Self::HoldDiffers => Value::Null,
        }
    }
}
