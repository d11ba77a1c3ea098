//! PayPal: orders with `intent=AUTHORIZE` that the shopper approves at PayPal, and only the calls that the shop needs.
//!
//! | ours      | PayPal                                                                                             |
//! |-----------|----------------------------------------------------------------------------------------------------|
//! | authorize | `POST /v2/checkout/orders`; the shopper approves it at PayPal                                       |
//! | confirm   | `GET /v2/checkout/orders/{id}`, and `POST …/authorize` once the shopper has approved it             |
//! | capture   | `POST /v2/payments/authorizations/{id}/capture`, never final                                       |
//! | void      | `POST /v2/payments/authorizations/{id}/void`                                                       |
//! | refund    | `POST /v2/payments/captures/{id}/refund`                                                           |
//! | find      | `GET` of the order, with its captures and refunds; what the shopper has approved is authorized then |
//! | list      | `GET /v1/reporting/transactions`, then `GET` of each order in it                                    |
//!
//! What answers mean is in the module `remote`; beyond that: a rule that forbids something (422) is declined with the issue's
//! name in small letters; a request id that PayPal knows from another request is unknown. Keys are PayPal's request ids, and the
//! invoice numbers of what they make, where they outlive them. The reference of a payment is its order.

mod calls;
mod find;
mod money;
mod records;
mod token;
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
use reqwest::{Client, RequestBuilder, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

pub use self::calls::TOKEN;
use self::token::Token;
use crate::remote::{self, Heard, SetupError};

/// The name that payments through PayPal carry.
pub const NAME: &str = "paypal";
/// Where PayPal is.
pub const URL: &str = "https://api-m.paypal.com";

/// What PayPal's adapter needs.
#[derive(Debug)]
pub struct Settings {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub secret: SecretString,
    /// PayPal's name for the shop's webhook.
    pub webhook_id: String,
    /// Where PayPal is, without a slash at the end; [`URL`] unless it is a sandbox or a simulator.
    pub url: String,
    /// Where the shop is, without a slash at the end: shoppers come back to `/orders/{order}`.
    pub shop_url: String,
    /// How long a call may take; [`CALL_TIMEOUT`](crate::CALL_TIMEOUT) unless a test is in a hurry.
    pub timeout: Duration,
}

/// PayPal as a payment provider.
pub struct PayPal {
    client: Client,
    client_id: String,
    secret: SecretString,
    webhook_id: String,
    url: String,
    shop_url: String,
    token: Token,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for PayPal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayPal").field("url", &self.url).finish_non_exhaustive()
    }
}

impl PayPal {
    /// An adapter with these settings.
    ///
    /// # Errors
    /// When no HTTP client can be made, as without any trusted certificates.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let Settings { client_id, secret, webhook_id, url, shop_url, timeout } = settings;
        let (client, token) = (remote::client(timeout)?, Token::default());
        Ok(Self { client, client_id, secret, webhook_id, url, shop_url, token, clock })
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> Result<Heard, ProviderError> {
        self.send(|client| {
            let request = client.post(format!("{}/{path}", self.url)).json(body);
            request.header("PayPal-Request-Id", key).header("Prefer", "return=representation")
        })
        .await
    }

    /// Asks a question whose text must not be changed.
    async fn ask_raw(&self, path: &str, body: String) -> Result<Heard, ProviderError> {
        self.send(|client| {
            let request = client.post(format!("{}/{path}", self.url));
            request.header(header::CONTENT_TYPE, "application/json").body(body.clone())
        })
        .await
    }

    async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Heard, ProviderError> {
        self.send(|client| client.get(format!("{}/{path}", self.url)).query(query)).await
    }

    /// Sends with a token. A token that PayPal has withdrawn is forgotten, so that the next try fetches another.
    async fn send(&self, request: impl Fn(&Client) -> RequestBuilder) -> Result<Heard, ProviderError> {
        let token = self.token().await?;
        let heard = remote::send(request(&self.client).bearer_auth(token.expose_secret())).await;
        if matches!(heard, Err(ProviderError::Unavailable(_))) {
            self.token.forget();
        }
        heard
    }
}

impl PaymentProvider for PayPal {
    fn name(&self) -> &str {
        NAME
    }
    fn authorize<'a>(
        &'a self,
        intent: &'a Intent,
        token: &'a str,
    ) -> BoxFuture<'a, Result<ProviderAnswer, ProviderError>> {
        self.create(intent, token).boxed()
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
