//! How messages are signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Message, Post, Waiting};
use crate::clock::rfc3339;
use crate::ledger::Desk;

/// PayPal signs with a private key that only PayPal has, and this is the simulator's.
const PAYPAL_KEY: &[u8] = b"paysim signs for PayPal";

fn tag(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A message with the headers that its provider would send.
pub(super) fn signed(post: &Post, message: &Waiting, now_s: i64) -> Message {
    let headers = match message.desk {
        Desk::Stripe => stripe(post, message, now_s),
        Desk::PayPal => paypal(post, message, now_s),
    };
    Message {
        desk: message.desk,
        id: message.id.clone(),
        kind: message.kind.clone(),
        headers,
        body: message.body.clone(),
    }
}

fn stripe(post: &Post, message: &Waiting, now_s: i64) -> Vec<(String, String)> {
    let stamp = now_s.to_string();
    let tag = tag(post.stripe_secret.as_bytes(), &[stamp.as_bytes(), b".", message.body.as_bytes()]);
    vec![
        ("content-type".to_owned(), "application/json; charset=utf-8".to_owned()),
        ("stripe-signature".to_owned(), format!("t={stamp},v1={}", hex(&tag))),
    ]
}

/// What PayPal's signature of a message would be.
pub(crate) fn paypal_signature(transmission: &str, time: &str, webhook_id: &str, event: &[u8]) -> String {
    let parts: [&[u8]; 7] =
        [transmission.as_bytes(), b"|", time.as_bytes(), b"|", webhook_id.as_bytes(), b"|", event];
    STANDARD.encode(tag(PAYPAL_KEY, &parts))
}

fn paypal(post: &Post, message: &Waiting, now_s: i64) -> Vec<(String, String)> {
    let time = rfc3339(now_s);
    // Every transmission has an id of its own, also of the same event.
    let transmission =
        hex(&tag(PAYPAL_KEY, &[message.id.as_bytes(), time.as_bytes(), &message.tries.to_be_bytes()]));
    let transmission = transmission.get(..36).unwrap_or(&transmission).to_owned();
    let signature = paypal_signature(&transmission, &time, &post.paypal_webhook_id, message.body.as_bytes());
    let header = |name: &str, value: String| (name.to_owned(), value);
    vec![
        header("content-type", "application/json".to_owned()),
        header("paypal-auth-algo", "SHA256withRSA".to_owned()),
        header("paypal-cert-url", "https://api.paypal.com/v1/notifications/certs/CERT-paysim".to_owned()),
        header("paypal-transmission-id", transmission),
        header("paypal-transmission-sig", signature),
        header("paypal-transmission-time", time),
    ]
}
