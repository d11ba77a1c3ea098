//! What an order asks of others, each at least once, keyed so that a repeat changes nothing.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::news::News;
use crate::ids::{
    CaptureId, HoldId, PaymentId, ProductId, RefundId, ReviewId, ShipmentId, UserId, VariantId,
};
use crate::money::{Money, Quantity};
use crate::payment::Terms;

/// What follows outside an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Have what is owed reserved.
    Authorize {
        /// By which payment.
        payment: PaymentId,
        /// On which terms.
        terms: Box<Terms>,
    },
    /// Have the provider asked how a payment stands.
    SyncPayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Have part of the reserved money taken.
    CapturePart {
        /// By which payment.
        payment: PaymentId,
        /// Under which key.
        capture: CaptureId,
        /// How much.
        amount: Money,
    },
    /// Have money given back.
    Refund {
        /// By which payment.
        payment: PaymentId,
        /// Under which key.
        refund: RefundId,
        /// How much.
        amount: Money,
    },
    /// Have the reservation given up, as far as it was not taken.
    VoidPayment {
        /// Of which payment.
        payment: PaymentId,
    },
    /// Pieces leave the shelf.
    ShipStock {
        /// Of which variant.
        variant: VariantId,
        /// With which parcel; the key.
        shipment: ShipmentId,
        /// Out of which hold.
        hold: HoldId,
        /// How many.
        quantity: Quantity,
    },
    /// Pieces are promised to this order no more.
    Deallocate {
        /// Of which variant.
        variant: VariantId,
        /// The key.
        cause: Uuid,
        /// Out of which hold.
        hold: HoldId,
        /// How many.
        quantity: Quantity,
    },
    /// Pieces came back.
    Restock {
        /// Of which variant.
        variant: VariantId,
        /// The key.
        cause: Uuid,
        /// How many.
        quantity: Quantity,
        /// Whether they can be sold again.
        resellable: bool,
    },
    /// A product arrived, or all of it was paid back.
    NotePurchase {
        /// Which product.
        product: ProductId,
        /// Whose it is.
        buyer: UserId,
        /// Whether the order stands.
        stands: bool,
    },
    /// Write to whoever receives the order.
    Write {
        /// Of what.
        news: News,
        /// When it happened.
        at: Timestamp,
    },
    /// Put it into the buyer's inbox, and tell the programs that follow the shop.
    Announce {
        /// What.
        news: News,
        /// Whose order it is; absent for guests, who have no inbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        buyer: Option<UserId>,
        /// When it happened.
        at: Timestamp,
    },
}

impl Effect {
    /// The stream it goes on: one per payment, one per variant, one per review, one for letters and one
    /// for all other news, so that a stuck one delays nothing else.
    pub(super) fn destination(&self) -> String {
        match self {
            Self::Authorize { payment, .. }
            | Self::SyncPayment { payment }
            | Self::CapturePart { payment, .. }
            | Self::Refund { payment, .. }
            | Self::VoidPayment { payment } => format!("payment:{payment}"),
            Self::ShipStock { variant, .. }
            | Self::Deallocate { variant, .. }
            | Self::Restock { variant, .. } => format!("stock:{variant}"),
            Self::NotePurchase { product, buyer, .. } => format!("review:{}", ReviewId::of(*buyer, *product)),
            Self::Write { .. } => "letters".to_owned(),
            Self::Announce { .. } => "news".to_owned(),
        }
    }
}
