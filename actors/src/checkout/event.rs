//! What happened in a checkout. Stored for ever. All but the first concern the attempt that runs.

use amazoff_supervisor::{CommandId, Timestamp};
use serde::{Deserialize, Serialize};

use super::command::{Priced, Start};
use super::outcome::Failure;
use crate::cart::Owner;
use crate::ids::{PaymentId, VariantId};
use crate::money::Money;
use crate::order::Line;
use crate::pricing::Totals;

/// A fact about a checkout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An attempt began.
    AttemptStarted {
        /// Its number, from 1.
        attempt: u32,
        /// The command that started it.
        command: CommandId,
        /// What the shopper agreed to.
        start: Box<Start>,
    },
    /// The cart is locked for it.
    CartClaimed {
        /// Whose cart it is.
        owner: Owner,
        /// What is in it.
        lines: Vec<Line>,
    },
    /// Today's price is the total that the shopper saw.
    QuoteMade {
        /// The price.
        priced: Priced,
    },
    /// Today's prices make the total that the shopper saw. From before quotes.
    LinesPriced {
        /// Price by variant.
        prices: Vec<(VariantId, Money)>,
        /// The sums.
        totals: Totals,
    },
    /// Stock of a variant is put aside.
    StockHeld {
        /// Which variant.
        variant: VariantId,
    },
    /// The order is written down; the codes that it uses are being claimed.
    CouponsAsked {
        /// Which.
        codes: Vec<String>,
    },
    /// The order may use a code.
    CouponClaimed {
        /// Which.
        code: String,
    },
    /// The order is written down and its codes are claimed; the payment is being asked.
    OrderDrafted {
        /// How long the payment may take before the provider is asked.
        patience_until: Timestamp,
    },
    /// The shopper must act on the payment.
    PaymentNeedsAction {
        /// Where.
        url: String,
    },
    /// The provider's answer is missing.
    PaymentUnknown,
    /// Patience is over: the provider is being asked a last time.
    PatienceLost {
        /// When the payment is voided.
        void_at: Timestamp,
    },
    /// The payment is to be given up.
    PaymentGivenUp,
    /// The money is reserved.
    PaymentAuthorized,
    /// Held stock of a variant is promised to the order.
    StockCommitted {
        /// Which variant.
        variant: VariantId,
    },
    /// The order's use of a code is final.
    CouponConfirmed {
        /// Which.
        code: String,
    },
    /// The order binds.
    OrderPlaced,
    /// The money is taken.
    PaymentCaptured,
    /// The money could not be taken although it was reserved; a person must look.
    CaptureFailed {
        /// Why.
        code: String,
    },
    /// The order knows that it is paid.
    OrderPaid,
    /// The cart is closed: the attempt is over.
    Completed,
    /// The attempt cannot succeed; what it did is being undone.
    Failing {
        /// Why.
        failure: Failure,
    },
    /// Stock of a variant is given up.
    StockReleased {
        /// Which variant.
        variant: VariantId,
    },
    /// The order's use of a code is given back.
    CouponReleased {
        /// Which.
        code: String,
    },
    /// Nothing of the attempt is left: it is over.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// Money was reserved for an attempt that is over; it is being given up.
    StrayPaymentFound {
        /// Which payment.
        payment: PaymentId,
    },
}
