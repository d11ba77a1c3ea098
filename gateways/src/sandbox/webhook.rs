//! The sandbox's messages: JSON whose signature covers the moment and the raw body.

use amazoff_actors::ids::PaymentId;
use amazoff_actors::money::Money;
use amazoff_actors::payment::{News, WebhookError, WebhookEvent};
use amazoff_supervisor::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The header that carries the signature: `t=<unix seconds>,v1=<hexadecimal HMAC-SHA256 of "t.body">`.
pub const SIGNATURE: &str = "sandbox-signature";
/// How old, or how far ahead, a signature may be, in seconds.
pub const TOLERANCE_S: i64 = 300;

/// A message as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id; a repeat has the same one.
    pub id: String,
    /// What it is about: `payment.changed`, `dispute.opened`, `dispute.closed`; others concern nobody.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The payment, as it was named to the sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// The dispute, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<String>,
    /// How much is disputed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Whether the shop keeps the money, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won: Option<bool>,
}

impl Message {
    /// The message that a payment has changed.
    pub fn changed(id: &str, payment: PaymentId, at: Timestamp) -> Self {
        let (id, kind) = (id.to_owned(), "payment.changed".to_owned());
        Self { id, kind, at, payment: Some(payment), dispute: None, amount: None, won: None }
    }

    fn news(&self) -> Result<News, WebhookError> {
        let missing = |what: &str| WebhookError::Malformed(format!("{what} is missing"));
        let dispute = || self.dispute.clone().ok_or_else(|| missing("the dispute"));
        let amount = || self.amount.ok_or_else(|| missing("the amount"));
        match self.kind.as_str() {
            "payment.changed" => Ok(News::Look),
            "dispute.opened" => Ok(News::Disputed { dispute: dispute()?, amount: amount()? }),
            "dispute.closed" => {
                let won = self.won.ok_or_else(|| missing("the end of the dispute"))?;
                Ok(News::DisputeClosed { dispute: dispute()?, amount: amount()?, won })
            }
            _ => Ok(News::Irrelevant),
        }
    }
}

/// Signs a body as of that moment: the value of the [`SIGNATURE`] header.
pub fn sign(secret: &str, body: &[u8], at: Timestamp) -> String {
    let seconds = at.unix_ms().div_euclid(1_000);
    let tag = mac(secret, seconds, body).map(|mac| mac.finalize().into_bytes()).unwrap_or_default();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

/// Checks the signature, then reads the message.
pub(super) fn read(
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
    now: Timestamp,
) -> Result<WebhookEvent, WebhookError> {
    let header = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(SIGNATURE));
    let (_, signature) = header.ok_or(WebhookError::BadSignature)?;
    let (seconds, tag) = parts(signature).ok_or(WebhookError::BadSignature)?;
    let mac = mac(secret, seconds, body).ok_or(WebhookError::BadSignature)?;
    mac.verify_slice(&tag).map_err(|_differs| WebhookError::BadSignature)?;
    // The age counts only once the signature says that the sandbox wrote it.
    if now.unix_ms().div_euclid(1_000).abs_diff(seconds) > TOLERANCE_S.unsigned_abs() {
        return Err(WebhookError::TooOld);
    }
    let message: Message =
        serde_json::from_slice(body).map_err(|error| WebhookError::Malformed(error.to_string()))?;
    let news = message.news()?;
    Ok(WebhookEvent { id: message.id, kind: message.kind, payment: message.payment, at: message.at, news })
}

fn mac(secret: &str, seconds: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

/// The moment and the tag of a signature.
fn parts(signature: &str) -> Option<(i64, Vec<u8>)> {
    let field =
        |name: &str| signature.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    Some((field("t")?.parse().ok()?, unhex(field("v1")?)?))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) || text.len() > 128 {
        return None;
    }
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
