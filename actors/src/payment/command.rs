//! What may be asked of a payment.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::provider::{Confirmation, Found, Intent, IntentKey, News, Operation, ProviderAnswer};
use crate::ids::{CaptureId, CartId, OrderId, PaymentId, RefundId};
use crate::money::Money;
use crate::order::Fact;

/// What is to be paid, by whom, through whom. Fixed at the first command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The order that is paid.
    pub order: OrderId,
    /// The cart that the order was.
    pub cart: CartId,
    /// The exact amount.
    pub amount: Money,
    /// The provider's name.
    pub provider: String,
    /// The provider's token for the shopper's card; never a card number.
    pub token: String,
    /// Whether its order began it and is told how it goes, for what is owed after placement; else the checkout.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_order: bool,
}

/// A request to a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Reserve the money.
    Authorize(Terms),
    /// The shopper acted on the provider's question.
    Confirm {
        /// How.
        result: Confirmation,
    },
    /// Take all of the reserved money.
    Capture,
    /// Take some of the reserved money.
    CapturePart {
        /// The name of this capture; again under the same name changes nothing.
        capture: CaptureId,
        /// How much.
        amount: Money,
    },
    /// Give some of the taken money back.
    Refund {
        /// The name of this refund; again under the same name changes nothing.
        refund: RefundId,
        /// How much.
        amount: Money,
    },
    /// Give up what is not taken, now or as soon as nothing else is under way.
    Void,
    /// Ask the provider what became of the last operation, or of the reservation.
    Sync,
    /// Ask the provider about everything that may differ from what is known here: the same, and whether money that was given
    /// back is still with the payer.
    Compare,
    /// Ask the provider whether the reservation has run out.
    CheckExpiry,
    /// Take in what the provider tells of its own accord.
    Observe {
        /// The message: the provider's name and its id of the message.
        event: String,
        /// What it means.
        news: News,
        /// When it happened, as the provider says.
        at: Timestamp,
    },
    /// What the provider answered to an operation.
    Record {
        /// Which one.
        operation: Operation,
        /// Under which key; absent in what old programs wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<IntentKey>,
        /// The answer, or that there is none.
        outcome: Outcome,
    },
    /// What the provider knows of an operation's key.
    RecordSync {
        /// Which one.
        operation: Operation,
        /// Under which key; absent in what old programs wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<IntentKey>,
        /// What it knows.
        found: Found,
    },
}

/// How a call to the provider ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With an answer.
    Answered(ProviderAnswer),
    /// Without one: it may have happened.
    Unknown,
}

/// What follows outside a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// One call to a provider.
    CallProvider {
        /// Whose.
        provider: String,
        /// What to ask.
        call: Call,
    },
    /// News for the checkout that waits for this payment.
    TellCheckout {
        /// Whose checkout.
        cart: CartId,
        /// The news.
        update: Update,
    },
    /// News for the order, of what was not asked by its checkout.
    TellOrder {
        /// Which order.
        order: OrderId,
        /// The payment that it is about.
        payment: PaymentId,
        /// The news.
        fact: Fact,
    },
}

/// A call to a provider. The key inside was stored before it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Reserve.
    Authorize {
        /// Under which key, how much.
        intent: Intent,
        /// On what.
        token: String,
    },
    /// Pass on what the shopper decided.
    Confirm {
        /// Under which key.
        intent: Intent,
        /// The decision.
        result: Confirmation,
    },
    /// Take.
    Capture {
        /// Under which key, how much.
        intent: Intent,
    },
    /// Give up.
    Void {
        /// Under which key.
        intent: Intent,
    },
    /// Give back.
    Refund {
        /// Under which key, how much.
        intent: Intent,
    },
    /// Look an operation up by its key.
    Find {
        /// Which operation.
        operation: Operation,
        /// Its intent, as it was sent.
        intent: Intent,
        /// How often it was looked up before.
        asked: u32,
    },
}

/// What a checkout learns about its payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// The shopper must act.
    RequiresAction {
        /// Where.
        url: String,
    },
    /// The provider's answer is missing; it is being asked.
    Unknown,
    /// The money is reserved.
    Authorized,
    /// The money is taken.
    Captured,
    /// The reservation is given up.
    Voided,
    /// The provider refused.
    Failed {
        /// Why.
        code: String,
    },
    /// The provider acted on another amount; a person must look.
    IntegrityFailure,
}
