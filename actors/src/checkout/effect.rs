//! What a checkout asks of others.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cart::Address;
use crate::coupon::CustomerKey;
use crate::ids::{HoldId, OrderId, PaymentId, ProductId, VariantId};
use crate::money::{Money, Quantity};
use crate::order::{Draft, PaymentStatus};
use crate::payment::Terms;

/// What a checkout asks of others, each at least once, keyed so that a repeat changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Lock the cart.
    ClaimCart {
        /// For which attempt.
        attempt: u32,
        /// Where it goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Address>,
    },
    /// Look up what the locked cart costs.
    PriceLines {
        /// For which attempt.
        attempt: u32,
        /// The variants and their products.
        lines: Vec<(ProductId, VariantId)>,
        /// At which moment.
        #[serde(default)]
        at: Timestamp,
    },
    /// Put stock aside.
    HoldStock {
        /// For which attempt.
        attempt: u32,
        /// Of which variant.
        variant: VariantId,
        /// Under which key.
        hold: HoldId,
        /// How much.
        quantity: Quantity,
        /// When the stock is to wake this checkout.
        expires_at: Timestamp,
    },
    /// Write the order down.
    DraftOrder {
        /// For which attempt.
        attempt: u32,
        /// Which order.
        order: OrderId,
        /// What it is about.
        draft: Box<Draft>,
        /// Which payment is to pay it.
        payment: PaymentId,
    },
    /// Use a code up for the order.
    ClaimCoupon {
        /// For which attempt.
        attempt: u32,
        /// Which code.
        code: String,
        /// For which order.
        order: OrderId,
        /// By whom.
        customer: CustomerKey,
        /// When the order was priced.
        at: Timestamp,
    },
    /// Have the money reserved.
    Authorize {
        /// For which attempt.
        attempt: u32,
        /// Which payment.
        payment: PaymentId,
        /// What is to be paid.
        terms: Terms,
    },
    /// Have the provider asked how a payment stands.
    SyncPayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Give the reserved money up.
    VoidPayment {
        /// Which payment.
        payment: PaymentId,
    },
    /// Promise held stock to the order.
    CommitStock {
        /// For which attempt.
        attempt: u32,
        /// Of which variant.
        variant: VariantId,
        /// Under which key.
        hold: HoldId,
    },
    /// Make the order's use of a code final.
    ConfirmCoupon {
        /// For which attempt.
        attempt: u32,
        /// Which code.
        code: String,
        /// For which order.
        order: OrderId,
    },
    /// Make the order binding.
    PlaceOrder {
        /// For which attempt.
        attempt: u32,
        /// Which order.
        order: OrderId,
        /// Which payment reserved its money.
        payment: PaymentId,
    },
    /// Have the money taken.
    Capture {
        /// Which payment.
        payment: PaymentId,
    },
    /// Tell the order how its payment stands.
    NotePayment {
        /// Which order.
        order: OrderId,
        /// Which payment.
        payment: PaymentId,
        /// How it stands.
        status: PaymentStatus,
    },
    /// Tell the order that it is paid.
    MarkPaid {
        /// For which attempt.
        attempt: u32,
        /// Which order.
        order: OrderId,
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Money,
    },
    /// Close the cart.
    CompleteCart {
        /// For which attempt.
        attempt: u32,
        /// What it became.
        order: OrderId,
        /// Whether the money was taken, or is to be taken later; if neither, a person must look.
        paid: bool,
    },
    /// Give held stock up.
    ReleaseStock {
        /// For which attempt.
        attempt: u32,
        /// Of which variant.
        variant: VariantId,
        /// Under which key.
        hold: HoldId,
    },
    /// Give the order's use of a code back.
    ReleaseCoupon {
        /// For which attempt.
        attempt: u32,
        /// Which code.
        code: String,
        /// For which order.
        order: OrderId,
    },
    /// Open the cart again.
    ReleaseCart {
        /// For which attempt.
        attempt: u32,
        /// New prices for its lines, when they changed.
        reprice: Option<Vec<(VariantId, Money)>>,
    },
}

impl Effect {
    /// The stream it goes on. A payment has its own, so that a stuck one never delays the next attempt's.
    pub(super) fn destination(&self) -> String {
        match self {
            Self::ClaimCart { .. } | Self::CompleteCart { .. } | Self::ReleaseCart { .. } => {
                "cart".to_owned()
            }
            Self::PriceLines { .. } => "catalogue".to_owned(),
            Self::HoldStock { variant, .. }
            | Self::CommitStock { variant, .. }
            | Self::ReleaseStock { variant, .. } => format!("stock:{variant}"),
            Self::ClaimCoupon { code, .. }
            | Self::ConfirmCoupon { code, .. }
            | Self::ReleaseCoupon { code, .. } => format!("coupon:{code}"),
            Self::DraftOrder { .. }
            | Self::PlaceOrder { .. }
            | Self::NotePayment { .. }
            | Self::MarkPaid { .. } => "order".to_owned(),
            Self::Authorize { payment, .. }
            | Self::SyncPayment { payment }
            | Self::VoidPayment { payment }
            | Self::Capture { payment } => format!("payment:{payment}"),
        }
    }
}
