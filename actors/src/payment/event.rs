//! What happened to a payment. Stored for ever.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::Terms;
use super::part::{Ask, PartId};
use super::provider::{Confirmation, Operation};
use crate::money::Money;

/// A fact about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The terms are fixed and the provider is about to be asked.
    AuthorizationRequested {
        /// The terms.
        #[serde(flatten)]
        terms: Terms,
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
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
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The money is reserved.
    Authorized {
        /// The provider's name for the authorization.
        reference: String,
        /// Until when it can be taken, where the provider says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    /// The provider is about to be asked to take all of the money.
    CaptureRequested {
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// All of the money is taken.
    Captured {
        /// The provider's name for the capture, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capture_reference: Option<String>,
    },
    /// What is not taken is to be given up as soon as nothing else is under way.
    VoidWanted,
    /// The provider is about to be asked to give up what is not taken.
    VoidRequested {
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// The provider refuses to give up what is not taken; it stays reserved until it runs out.
    VoidRefused {
        /// Why.
        code: String,
    },
    /// What was not taken is given up.
    Voided,
    /// What was not taken has run out.
    ReservationExpired,
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
    /// A partial capture or a refund is wanted, and its amount reserved for it.
    PartRequested {
        /// Which.
        part: PartId,
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// The provider is about to be asked for a part.
    PartAsked {
        /// Which.
        part: PartId,
        /// What is asked.
        ask: Ask,
    },
    /// The provider did what was asked for a part.
    PartDone {
        /// Which.
        part: PartId,
        /// How much.
        amount: Money,
        /// The provider's name for it, where it has one.
        reference: Option<String>,
    },
    /// The provider refused a part.
    PartFailed {
        /// Which.
        part: PartId,
        /// Why.
        code: String,
    },
    /// The provider is about to be asked how refunds stand that were done.
    RefundsCompared,
    /// A refund that was done failed after all: its money is with the provider again.
    RefundReturned {
        /// Which part.
        part: PartId,
        /// By which of its calls, from 0.
        call: u32,
        /// How much.
        amount: Money,
        /// Why.
        code: String,
    },
    /// A message of the provider was taken in.
    Observed {
        /// Which.
        event: String,
    },
    /// A card's owner takes money back, or tries to.
    DisputeOpened {
        /// The provider's name for the dispute.
        dispute: String,
        /// How much.
        amount: Money,
    },
    /// A dispute is over.
    DisputeClosed {
        /// The provider's name for the dispute.
        dispute: String,
        /// Whether the shop keeps the money.
        won: bool,
    },
}
