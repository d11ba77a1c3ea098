//! Stripe's messages. The signature covers the moment and the raw body, and may come several times while a secret is changed.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{News, WebhookError, WebhookEvent};
use amazoff_supervisor::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

use super::Stripe;
use super::money::money;
use super::wire::{Metadata, payment_of};

/// The header that carries the signatures: `t=<unix seconds>,v1=<hexadecimal HMAC-SHA256 of "t.body">,…`.
const SIGNATURE: &str = "stripe-signature";
/// How old, or how far ahead, a signature may be, in seconds.
const TOLERANCE_S: u64 = 300;
/// How many signatures are tried.
const SIGNATURES_MAX: usize = 8;

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: Value,
}

#[derive(Debug, Deserialize)]
struct Dispute {
    id: String,
    amount: i64,
    currency: String,
    payment_intent: Option<String>,
    status: String,
}

impl Stripe {
    pub(super) async fn message(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: Timestamp,
    ) -> Result<WebhookEvent, WebhookError> {
        self.check(headers, body, now)?;
        let event: Event = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
        let at = Timestamp::from_unix_ms(event.created.saturating_mul(1_000));
        let (payment, news) = match event.kind.as_str() {
            "charge.dispute.created" | "charge.dispute.closed" => {
                let dispute = serde_json::from_value(event.data.object).map_err(|error| malformed(&error))?;
                self.disputed(&event.kind, dispute).await?
            }
            kind if kind.starts_with("payment_intent.")
                || kind.starts_with("charge.")
                || kind.starts_with("refund.") =>
            {
                let metadata = event.data.object.get("metadata").cloned().unwrap_or_default();
                let metadata: Metadata = serde_json::from_value(metadata).unwrap_or_default();
                match payment_of(&metadata) {
                    Some(payment) => (Some(payment), of_refund(kind, &event.data.object)),
                    None => (None, News::Irrelevant),
                }
            }
            _ => (None, News::Irrelevant),
        };
        Ok(WebhookEvent { id: event.id, kind: event.kind, payment, at, news })
    }

    /// A dispute does not carry the shop's metadata: the payment that it is about does.
    async fn disputed(
        &self,
        kind: &str,
        dispute: Dispute,
    ) -> Result<(Option<PaymentId>, News), WebhookError> {
        let Some(reference) = &dispute.payment_intent else { return Ok((None, News::Irrelevant)) };
        let intent = self.retrieve(reference).await;
        let intent = intent.map_err(|error| WebhookError::Unavailable(error.to_string()))?;
        let Some(payment) = payment_of(&intent.metadata) else { return Ok((None, News::Irrelevant)) };
        let unreadable = || WebhookError::Malformed("the dispute's amount".to_owned());
        let amount: Money = money(dispute.amount, &dispute.currency).ok_or_else(unreadable)?;
        let news = if kind == "charge.dispute.closed" {
            let won = matches!(dispute.status.as_str(), "won" | "warning_closed");
            News::DisputeClosed { dispute: dispute.id, amount, won }
        } else {
            News::Disputed { dispute: dispute.id, amount }
        };
        Ok((Some(payment), news))
    }

    fn check(&self, headers: &[(String, String)], body: &[u8], now: Timestamp) -> Result<(), WebhookError> {
        let header = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(SIGNATURE));
        let (_, header) = header.ok_or(WebhookError::BadSignature)?;
        let fields = || header.split(',').filter_map(|part| part.trim().split_once('='));
        let stamp = fields().find(|(name, _)| *name == "t").map(|(_, stamp)| stamp);
        let stamp = stamp.ok_or(WebhookError::BadSignature)?;
        let seconds: i64 = stamp.parse().map_err(|_no_number| WebhookError::BadSignature)?;
        let secret = self.webhook_secret.expose_secret().as_bytes();
        let mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_no_key| WebhookError::BadSignature)?;
        let mac = mac.chain_update(stamp.as_bytes()).chain_update(b".").chain_update(body);
        let tags = fields().filter(|(name, _)| *name == "v1").filter_map(|(_, tag)| unhex(tag));
        // `verify_slice` takes the same time whatever differs.
        let good = tags.take(SIGNATURES_MAX).any(|tag| mac.clone().verify_slice(&tag).is_ok());
        if !good {
            return Err(WebhookError::BadSignature);
        }
        // The age counts only once the signature says that Stripe wrote it.
        if now.unix_ms().div_euclid(1_000).abs_diff(seconds) > TOLERANCE_S {
            return Err(WebhookError::TooOld);
        }
        Ok(())
    }
}

/// A refund may be called failed long after it succeeded, under any of these kinds.
fn of_refund(kind: &str, object: &Value) -> News {
    let about = kind.starts_with("refund.") || kind == "charge.refund.updated";
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    match (text("id"), text("status")) {
        (Some(id), Some("failed" | "canceled")) if about => News::RefundFailed { reference: id.to_owned() },
        _ => News::Look,
    }
}

fn malformed(error: &serde_json::Error) -> WebhookError {
    WebhookError::Malformed(error.to_string())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
