//! What a checkout is asked and told.

use amazoff_supervisor::Timestamp;
use amazoff_supervisor::sealing::Sealed;
use serde::{Deserialize, Serialize};

use super::outcome::Failure;
use crate::cart::{Address, Owner};
use crate::coupon::CustomerKey;
use crate::ids::{CartId, OrderId, PaymentId, VariantId};
use crate::money::Money;
use crate::order::{Contact, Line};
use crate::payment::Update;
use crate::pricebook::CapturePolicy;
use crate::pricing::{Destination, Quote};

/// How the shopper pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentChoice {
    /// The provider's name.
    pub provider: String,
    /// The provider's token for the card.
    pub token: String,
}

/// What the shopper agreed to when pressing the button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// The total that the shopper saw.
    pub expected_total: Money,
    /// Who receives the order.
    pub contact: Sealed<Contact>,
    /// How it is paid.
    pub payment: PaymentChoice,
    /// The part of the address that price and tax depend on; attempts of old do not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    /// Whose use of a code counts; attempts of old do not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerKey>,
}

impl Start {
    /// Where the cart goes.
    pub(super) fn address(&self) -> Option<Address> {
        let destination = self.destination.clone()?;
        Some(Address { contact: self.contact.clone(), destination })
    }
}

/// What a cart costs today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// The price of all lines that can be had, to the last step.
    pub quote: Box<Quote>,
    /// The variants that are not for sale any more.
    #[serde(default)]
    pub unavailable: Vec<VariantId>,
    /// Whether the sums have no room; the quote is then that of nothing.
    #[serde(default)]
    pub too_large: bool,
    /// When the money is to be taken.
    #[serde(default)]
    pub capture: CapturePolicy,
    /// At which moment that was the price.
    pub at: Timestamp,
}

/// A request or an answer to a checkout. Answers name their attempt, so that late ones are recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Buy what is in the cart.
    Start(Box<Start>),
    /// What the cart answered to the claim.
    RecordCart {
        /// Of which attempt.
        attempt: u32,
        /// The answer.
        answer: CartAnswer,
    },
    /// What the catalogue asks for the lines; `None` for a variant that is not for sale any more. From before quotes: only the
    /// answer to an attempt that began then, which fails.
    RecordPrices {
        /// Of which attempt.
        attempt: u32,
        /// Price by variant.
        prices: Vec<(VariantId, Option<Money>)>,
    },
    /// What the cart costs today.
    RecordQuote {
        /// Of which attempt.
        attempt: u32,
        /// The price.
        priced: Priced,
    },
    /// What the stock answered to a hold.
    RecordHold {
        /// Of which attempt.
        attempt: u32,
        /// Of which variant.
        variant: VariantId,
        /// Nothing when held, else why not.
        failure: Option<Failure>,
    },
    /// What the order answered to the draft.
    RecordDraft {
        /// Of which attempt.
        attempt: u32,
        /// Nothing when written, else why not.
        failure: Option<Failure>,
    },
    /// What a coupon answered to the redemption.
    RecordCoupon {
        /// Of which attempt.
        attempt: u32,
        /// Which code.
        code: String,
        /// Nothing when the order may use it, else why not.
        failure: Option<Failure>,
    },
    /// The payment could not even be asked; the provider certainly was not called.
    RecordPaymentRefused {
        /// Of which attempt.
        attempt: u32,
        /// Why.
        code: String,
    },
    /// News of a payment.
    PaymentUpdate {
        /// Which payment.
        payment: PaymentId,
        /// The news.
        update: Update,
    },
    /// A hold is promised to the order.
    RecordCommitted {
        /// Of which attempt.
        attempt: u32,
        /// Of which variant.
        variant: VariantId,
    },
    /// The order's use of a code is final.
    RecordCouponConfirmed {
        /// Of which attempt.
        attempt: u32,
        /// Which code.
        code: String,
    },
    /// The order binds.
    RecordPlaced {
        /// Of which attempt.
        attempt: u32,
    },
    /// The order is paid.
    RecordPaid {
        /// Of which attempt.
        attempt: u32,
    },
    /// The cart is closed.
    RecordCompleted {
        /// Of which attempt.
        attempt: u32,
    },
    /// A hold is given up.
    RecordReleased {
        /// Of which attempt.
        attempt: u32,
        /// Of which variant.
        variant: VariantId,
    },
    /// The order's use of a code is given back.
    RecordCouponReleased {
        /// Of which attempt.
        attempt: u32,
        /// Which code.
        code: String,
    },
    /// The cart is open again.
    RecordCartReleased {
        /// Of which attempt.
        attempt: u32,
    },
    /// Look whether something waits for too long.
    Wake,
}

/// What a cart answered to a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CartAnswer {
    /// It is ours, with these lines.
    Claimed {
        /// Whose cart it is.
        owner: Owner,
        /// What is in it, at the prices that the shopper saw.
        lines: Vec<Line>,
    },
    /// It refused.
    Refused(Failure),
}

/// What a checkout answers to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// An attempt has begun.
    Started {
        /// Its number.
        attempt: u32,
    },
    /// An attempt is running already; this is it.
    Running {
        /// Its number.
        attempt: u32,
    },
    /// The cart has become an order.
    Done {
        /// Which.
        order: OrderId,
    },
    /// The answer is noted, or was outdated.
    Noted,
}

/// The order, the payment and the holds of an attempt follow from the cart and the attempt's number.
pub(super) fn payment_of(cart: CartId, attempt: u32) -> PaymentId {
    PaymentId::of_attempt(OrderId::of_cart(cart), attempt)
}
