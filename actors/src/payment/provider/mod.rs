//! The port to whoever moves the money. Adapters live in `gateways`; a registry finds them by name.

mod answer;
mod intent;
mod record;
mod webhook;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use amazoff_supervisor::Timestamp;
use futures::future::BoxFuture;

pub use self::answer::{Found, ProviderAnswer, ProviderError};
pub use self::intent::{Confirmation, Intent, IntentKey, Lookup, Operation};
pub use self::record::{ProviderRecord, RecordPage, RecordState};
pub use self::webhook::{News, WebhookError, WebhookEvent};

/// Moves money. Every call carries a key, and the same key never moves money twice.
///
/// Providers are told three things beside the money, so that their records lead back to ours: `amazoff_payment` (the
/// payment's id), `amazoff_order` (the order's id) and `amazoff_key` (the intent's key).
pub trait PaymentProvider: Send + Sync + 'static {
    /// The name that shoppers' payments carry, such as `sandbox`.
    fn name(&self) -> &str;
    /// Reserves the amount on whatever the token stands for, and takes none of it.
    fn authorize<'a>(
        &'a self,
        intent: &'a Intent,
        token: &'a str,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Looks what the shopper did at the provider, and finishes the authorization.
    fn confirm<'a>(
        &'a self,
        intent: &'a Intent,
        result: Confirmation,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Takes the intent's amount of what is reserved. The rest stays reserved.
    fn capture<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Gives up what is reserved and not taken, also a reservation that still waits for the shopper.
    fn void<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Gives the intent's amount back of what was taken.
    fn refund<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>>;
    /// Looks up what became of an operation, and never sends it again.
    ///
    /// An authorization is found as it stands now: voided and expired ones are declined (`canceled`, `expired`), and one
    /// that the shopper finished meanwhile is approved.
    fn find<'a>(&'a self, lookup: &'a Lookup) -> BoxFuture<'a, Result<Found, ProviderError>>;
    /// Reads the provider's own records made since then, the oldest first; `cursor` is the `next` of the page before.
    fn list<'a>(
        &'a self,
        since: Timestamp,
        cursor: Option<String>,
    ) -> BoxFuture<'a, Result<RecordPage, ProviderError>>;
    /// Reads a message that claims to be from the provider. The signature over the raw body is checked first.
    fn webhook<'a>(
        &'a self,
        headers: &'a [(String, String)],
        body: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<WebhookEvent, WebhookError>>;
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
    /// Every provider.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn PaymentProvider>> {
        self.0.values()
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
