//! PayPal's messages. PayPal itself says whether one is its own; the raw body is passed on as it came.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::payment::{News, ProviderError, WebhookError, WebhookEvent};
use amazoff_supervisor::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::PayPal;
use super::money::Amount;
use super::wire::{Movement, moment};

/// How old, or how far ahead, a transmission may be, in milliseconds. A repeat has a moment of its own.
const TOLERANCE_MS: u64 = 300_000;
/// The longest header that is passed on.
const HEADER_LENGTH_MAX: usize = 1_024;

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    event_type: String,
    create_time: String,
    #[serde(default)]
    resource: Value,
}

#[derive(Debug, Deserialize)]
struct Dispute {
    dispute_id: String,
    dispute_amount: Amount,
    dispute_outcome: Option<Outcome>,
    #[serde(default)]
    disputed_transactions: Vec<Transaction>,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    outcome_code: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Transaction {
    seller_transaction_id: Option<String>,
}

/// The headers that a transmission is signed by, and what the question calls them.
const HEADERS: [(&str, &str); 5] = [
    ("paypal-auth-algo", "auth_algo"),
    ("paypal-cert-url", "cert_url"),
    ("paypal-transmission-id", "transmission_id"),
    ("paypal-transmission-sig", "transmission_sig"),
    ("paypal-transmission-time", "transmission_time"),
];

impl PayPal {
    pub(super) async fn message(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: Timestamp,
    ) -> Result<WebhookEvent, WebhookError> {
        self.check(headers, body, now).await?;
        let event: Event = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
        let at = moment(&event.create_time).unwrap_or(now);
        let (payment, news) = match event.event_type.as_str() {
            kind @ ("CUSTOMER.DISPUTE.CREATED" | "CUSTOMER.DISPUTE.RESOLVED") => {
                let dispute = serde_json::from_value(event.resource).map_err(|error| malformed(&error))?;
                self.disputed(kind, dispute).await?
            }
            kind if kind.starts_with("PAYMENT.") || kind.starts_with("CHECKOUT.ORDER.") => {
                match payment_of(&event.resource) {
                    Some(payment) => (Some(payment), of_refund(kind, &event.resource)),
                    None => (None, News::Irrelevant),
                }
            }
            _ => (None, News::Irrelevant),
        };
        Ok(WebhookEvent { id: event.id, kind: event.event_type, payment, at, news })
    }

    /// A dispute names the captures that it is about, and a capture names the payment.
    async fn disputed(
        &self,
        kind: &str,
        dispute: Dispute,
    ) -> Result<(Option<PaymentId>, News), WebhookError> {
        let first = dispute.disputed_transactions.first();
        let Some(capture) = first.and_then(|one| one.seller_transaction_id.as_ref()) else {
            return Ok((None, News::Irrelevant));
        };
        let capture: Movement =
            self.read(&format!("v2/payments/captures/{capture}"), &[]).await.map_err(unavailable)?;
        let Some(payment) = capture.custom_id.as_deref().and_then(|payment| payment.parse().ok()) else {
            return Ok((None, News::Irrelevant));
        };
        let unreadable = || WebhookError::Malformed("the dispute's amount".to_owned());
        let (id, amount) = (dispute.dispute_id, dispute.dispute_amount.money().ok_or_else(unreadable)?);
        let news = if kind == "CUSTOMER.DISPUTE.RESOLVED" {
            let outcome = dispute.dispute_outcome.and_then(|outcome| outcome.outcome_code);
            let won = matches!(outcome.as_deref(), Some("RESOLVED_SELLER_FAVOUR" | "CANCELED_BY_BUYER"));
            News::DisputeClosed { dispute: id, amount, won }
        } else {
            News::Disputed { dispute: id, amount }
        };
        Ok((Some(payment), news))
    }

    async fn check(
        &self,
        headers: &[(String, String)],
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), WebhookError> {
        let mut question = json!({ "webhook_id": self.webhook_id });
        for (header, field) in HEADERS {
            let found = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(header));
            let (_, value) = found
                .filter(|(_, value)| value.len() <= HEADER_LENGTH_MAX)
                .ok_or(WebhookError::BadSignature)?;
            question[field] = Value::from(value.as_str());
        }
        // The body goes into the question byte by byte, because the signature is over its bytes. It must be JSON to fit there.
        let text = std::str::from_utf8(body).map_err(|error| WebhookError::Malformed(error.to_string()))?;
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| malformed(&error))?;
        let mut question_text = question.to_string();
        question_text.pop();
        question_text.push_str(",\"webhook_event\":");
        question_text.push_str(text);
        question_text.push('}');
        let heard = self.ask_raw("v1/notifications/verify-webhook-signature", question_text).await;
        let heard = heard.map_err(unavailable)?;
        if heard.text("/verification_status") != Some("SUCCESS") {
            return Err(WebhookError::BadSignature);
        }
        // The age counts only once PayPal says that it wrote it.
        let sent =
            question["transmission_time"].as_str().and_then(moment).ok_or(WebhookError::BadSignature)?;
        if now.unix_ms().abs_diff(sent.unix_ms()) > TOLERANCE_MS {
            return Err(WebhookError::TooOld);
        }
        Ok(())
    }
}

/// A refund that PayPal had confirmed may fail later.
fn of_refund(kind: &str, resource: &Value) -> News {
    match resource.get("id").and_then(Value::as_str) {
        Some(id) if kind == "PAYMENT.REFUND.FAILED" => News::RefundFailed { reference: id.to_owned() },
        _ => News::Look,
    }
}

/// The payment that a resource names: itself, or in its one unit.
fn payment_of(resource: &Value) -> Option<PaymentId> {
    let named = resource.get("custom_id").or_else(|| resource.pointer("/purchase_units/0/custom_id"));
    named.and_then(Value::as_str)?.parse().ok()
}

fn malformed(error: &serde_json::Error) -> WebhookError {
    WebhookError::Malformed(error.to_string())
}

fn unavailable(error: ProviderError) -> WebhookError {
    WebhookError::Unavailable(error.to_string())
}
