//! What may be asked of a payment.

use serde::{Deserialize, Serialize};

use super::provider::{Confirmation, Found, Intent, Operation, ProviderAnswer};
use crate::ids::{CartId, OrderId};
use crate::money::Money;

/// What is to be paid, by whom, through whom. Fixed at the first command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The order that is paid.
    pub order: OrderId,
    /// The cart whose checkout is told.
    pub cart: CartId,
    /// The exact amount.
    pub amount: Money,
    /// The provider's name.
    pub provider: String,
    /// The provider's token for the shopper's card; never a card number.
    pub token: String,
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
    /// Take the reserved money.
    Capture,
    /// Give the reservation up, now or as soon as its fate is known.
    Void,
    /// Ask the provider what became of the last operation.
    Sync,
    /// What the provider answered to an operation.
    Record {
        /// Which one.
        operation: Operation,
        /// The answer, or that there is none.
        outcome: Outcome,
    },
    /// What the provider knows of an operation's key.
    RecordSync {
        /// Which one.
        operation: Operation,
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
