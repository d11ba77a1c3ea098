//! Stripe: PaymentIntents with manual capture, and only the calls that the shop needs.
//!
//! | ours      | Stripe                                                                                              |
//! |-----------|-----------------------------------------------------------------------------------------------------|
//! | authorize | `POST /v1/payment_intents`, confirmed at once, `capture_method=manual`, multicapture where available |
//! | confirm   | `GET /v1/payment_intents/{id}`; a shopper who refuses cancels it                                      |
//! | capture   | `POST …/capture`, `final_capture=false` where multicapture is available                              |
//! | void      | `POST …/cancel`; after a partial capture `POST …/capture` of nothing, finally                         |
//! | refund    | `POST /v1/refunds`                                                                                  |
//! | find      | `GET` of the intent, or of lists until the key is found in the metadata                             |
//! | list      | `GET /v1/payment_intents` in windows of time                                                        |
//!
//! What answers mean is in the module `remote`; beyond that: `card_error` is declined with its `decline_code`; an
//! idempotency key that Stripe knows from another request is unknown; every other refusal is a mistake of the shop's, declined
//! with its code and logged. Keys are Stripe's idempotency keys and stand in the metadata, where they outlive them.

mod calls;
mod find;
mod money;
mod records;
mod webhook;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::payment::{
    Confirmation, Found, Intent, Lookup, PaymentProvider, ProviderAnswer, ProviderError, RecordPage,
    WebhookError, WebhookEvent,
};
use amazoff_supervisor::{Clock, Timestamp};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::Client;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::calls::{Outcome, outcome};
use crate::remote::{self, Heard, SetupError};

/// The name that payments through Stripe carry.
pub const NAME: &str = "stripe";
/// Where Stripe is.
pub const URL: &str = "https://api.stripe.com";
/// The version of Stripe's interface that is spoken.
const VERSION: &str = "2025-03-31.basil";

/// What Stripe's adapter needs.
#[derive(Debug)]
pub struct Settings {
    /// The secret key, `sk_…`.
    pub secret_key: SecretString,
    /// What Stripe signs its messages with, `whsec_…`.
    pub webhook_secret: SecretString,
    /// Where Stripe is, without a slash at the end; [`URL`] unless it is a simulator.
    pub url: String,
    /// Where the shop is, without a slash at the end: shoppers come back to `/orders/{order}`.
    pub shop_url: String,
    /// How long a call may take; [`CALL_TIMEOUT`](crate::CALL_TIMEOUT) unless a test is in a hurry.
    pub timeout: Duration,
}

/// Stripe as a payment provider.
pub struct Stripe {
    client: Client,
    secret_key: SecretString,
    webhook_secret: SecretString,
    url: String,
    shop_url: String,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stripe").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Stripe {
    /// An adapter with these settings.
    ///
    /// # Errors
    /// When no HTTP client can be made, as without any trusted certificates.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let Settings { secret_key, webhook_secret, url, shop_url, timeout } = settings;
        Ok(Self { client: remote::client(timeout)?, secret_key, webhook_secret, url, shop_url, clock })
    }

    async fn post(
        &self,
        path: &str,
        key: &str,
        form: &(impl Serialize + ?Sized + Sync),
    ) -> Result<Heard, ProviderError> {
        let request = self.client.post(format!("{}/v1/{path}", self.url)).form(form);
        remote::send(self.signed(request).header("Idempotency-Key", key)).await
    }

    async fn get(&self, path: &str, query: &[(String, String)]) -> Result<Heard, ProviderError> {
        let request = self.client.get(format!("{}/v1/{path}", self.url)).query(query);
        remote::send(self.signed(request)).await
    }

    /// Reads a list or any other object that only informs.
    async fn list_of<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(String, String)],
    ) -> Result<T, ProviderError> {
        match outcome(self.get(path, query).await?)? {
            Outcome::Done(list) => Ok(*list),
            Outcome::Refused { code } => {
                Err(ProviderError::Unknown(format!("it does not list {path}: {code}")))
            }
        }
    }

    fn signed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.bearer_auth(self.secret_key.expose_secret()).header("Stripe-Version", VERSION)
    }
}

impl PaymentProvider for Stripe {
    fn name(&self) -> &str {
        NAME
    }
    fn authorize<'a>(
        &'a self,
        intent: &'a Intent,
        token: &'a str,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.reserve(intent, token).boxed()
    }
    fn confirm<'a>(
        &'a self,
        intent: &'a Intent,
        result: Confirmation,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.look_again(intent, result).boxed()
    }
    fn capture<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.take(intent).boxed()
    }
    fn void<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.give_up(intent).boxed()
    }
    fn refund<'a>(&'a self, intent: &'a Intent) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.give_back(intent).boxed()
    }
    fn find<'a>(&'a self, lookup: &'a Lookup) -> BoxFuture<'a, Result<Found, ProviderError>> {
        self.look_up(lookup).boxed()
    }
    fn list<'a>(
        &'a self,
        since: Timestamp,
        cursor: Option<String>,
    ) -> BoxFuture<'a, Result<RecordPage, ProviderError>> {
        self.records(since, cursor).boxed()
    }
    fn webhook<'a>(
        &'a self,
        headers: &'a [(String, String)],
        body: &'a [u8],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<WebhookEvent, WebhookError>> {
        self.message(headers, body, now).boxed()
    }
}
