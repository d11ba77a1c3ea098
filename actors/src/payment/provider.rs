//! The port to whoever moves the money. Adapters live in `gateways`; a registry finds them by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use amazoff_supervisor::derive_uuid;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::ids::PaymentId;
use crate::money::Money;

/// What a provider is asked to do with money. Each is asked under one key per payment, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Reserve the amount.
    Authorize,
    /// Finish an authorization that the shopper had to act on.
    Confirm,
    /// Take what is reserved.
    Capture,
    /// Give up what is reserved.
    Void,
}

impl Operation {
    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Confirm => "confirm",
            Self::Capture => "capture",
            Self::Void => "void",
        }
    }
}

/// The idempotency key of one operation on one payment: known before the call, the same at every repeat.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentKey(String);

impl IntentKey {
    /// The key of an operation. A payment belongs to one attempt of one order, so the key names all three.
    pub fn of(payment: PaymentId, operation: Operation) -> Self {
        let id = derive_uuid(&[b"intent", payment.uuid().as_bytes(), operation.name().as_bytes()]);
        Self(id.simple().to_string())
    }
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IntentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One operation about to be asked; journaled before the call leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The idempotency key.
    pub key: IntentKey,
    /// The payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// The provider's own name for the authorization, once it has one.
    pub reference: Option<String>,
}

/// How the shopper answered the provider's question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// The shopper agreed.
    Approve,
    /// The shopper refused.
    Decline,
}

/// What a provider answered. It is a fact: the same key gets the same answer again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderAnswer {
    /// The operation is done.
    Approved {
        /// The provider's name for the authorization.
        reference: String,
        /// The amount that the provider says it acted on.
        amount: Money,
    },
    /// The shopper must act first.
    ActionRequired {
        /// The provider's name for the authorization.
        reference: String,
        /// Where the shopper acts.
        url: String,
    },
    /// The provider refuses, finally.
    Declined {
        /// Why, as the provider names it.
        code: String,
    },
}

/// What a provider knows of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It never received that key.
    Nothing,
    /// It is still at it.
    Pending,
    /// It answered this.
    Answered(ProviderAnswer),
}

/// Why a provider did not answer. A refusal is not an error: see [`ProviderAnswer::Declined`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The question may have been heard: ask by key, never guess. Timeouts, resets and 5xx answers are this.
    #[error("the provider's answer is unknown: {0}")]
    Unknown(String),
    /// The question certainly was not heard; the same call may be made again.
    #[error("the provider cannot be reached: {0}")]
    Unavailable(String),
}

/// Moves money. Every call carries a key, and the same key never moves money twice.
pub trait PaymentProvider: Send + Sync + 'static {
    /// The name that shoppers' payments carry, such as `sandbox`.
    fn name(&self) -> &str;
    /// Reserves the amount on whatever the token stands for.
    fn authorize<'a>(
        &'a self,
        intent: &'a Intent,
        token: &'a str,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Tells the provider that the shopper acted.
    fn confirm<'a>(
        &'a self,
        intent: &'a Intent,
        result: Confirmation,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Takes the reserved amount.
    fn capture<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Gives up the reservation, also one that still waits for the shopper.
    fn void<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Looks up what became of a key.
    fn find<'a>(&'a self, key: &'a IntentKey) -> BoxFuture<'a, Result<Found, ProviderError>>;
}

/// The configured providers, by name.
#[derive(Clone, Default)]
pub struct Providers(Arc<BTreeMap<String, Arc<dyn PaymentProvider>>>);

impl Providers {
    /// A registry of these providers; a later one replaces an earlier one of the same name.
    pub fn of(providers: impl IntoIterator<Item = Arc<dyn PaymentProvider>>) -> Self {
        Self(Arc::new(providers.into_iter().map(|provider| (provider.name().to_owned(), provider)).collect()))
    }
    /// The provider of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn PaymentProvider>> {
        self.0.get(name)
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
