//! What happened to a payment. Stored for ever.

use serde::{Deserialize, Serialize};

use super::command::Terms;
use super::provider::{Confirmation, Operation};
use crate::money::Money;

/// A fact about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The terms are fixed and the provider is about to be asked.
    AuthorizationRequested(Terms),
    /// The shopper must act before the money is reserved.
    ActionRequired {
        /// The provider's name for the authorization.
        reference: String,
        /// Where the shopper acts.
        url: String,
    },
    /// The shopper acted; the provider is about to be told.
    ConfirmationRequested {
        /// How.
        result: Confirmation,
    },
    /// The money is reserved.
    Authorized {
        /// The provider's name for the authorization.
        reference: String,
    },
    /// The provider is about to be asked to take the money.
    CaptureRequested,
    /// The money is taken.
    Captured,
    /// The reservation is to be given up as soon as its fate is known.
    VoidWanted,
    /// The provider is about to be asked to give the reservation up.
    VoidRequested,
    /// The reservation is given up.
    Voided,
    /// The provider refused an operation; nothing more follows.
    Failed {
        /// Why.
        code: String,
    },
    /// The provider's answer is missing.
    OutcomeUnknown {
        /// To which operation.
        operation: Operation,
    },
    /// The provider is about to be asked what became of the operation.
    SyncRequested,
    /// The provider was asked and does not know yet, or never received the operation.
    StillUnknown {
        /// Whether the provider says that it never received it.
        not_received: bool,
    },
    /// The provider never received the operation; the same call leaves again under the same key.
    OperationRepeated {
        /// Which one.
        operation: Operation,
    },
    /// The provider acted on another amount or currency than asked.
    IntegrityBroken {
        /// What it says it acted on.
        reported: Money,
    },
}
