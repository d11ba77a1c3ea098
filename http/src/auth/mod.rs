//! Credentials: what this shop hands out, and how it knows them again.
//!
//! Nothing here is stored. Access tokens are signed and short-lived; refresh tokens and cart tokens are derived from what
//! they are for, so the database has nothing to steal. Each has a key of its own, so one is never taken for another.

mod access;
mod api_key;
mod cart_token;
pub mod cookies;
mod refresh;
mod signing;

use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::ids::{SessionId, UserId};
use amazoff_supervisor::Clock;
use amazoff_supervisor::consistency::{Token, TokenInvalid};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub use access::{AccessRefusal, Proof, Shown};
pub use api_key::KeyRef;
pub use refresh::RefreshGrant;
pub use signing::{Jwk, JwkSet};

/// How long an access token is good for.
pub const ACCESS_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// A person's session, as an access token proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionRef {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
}

/// Makes and checks every credential. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
}

struct Keys {
    access: signing::SigningKeys,
    refresh: [u8; 32],
    api_key: [u8; 32],
    cart: [u8; 32],
    cursor: [u8; 32],
    fingerprint: [u8; 32],
    consistency: [u8; 32],
    epoch: String,
}

impl Auth {
    /// Builds it from the vault's labelled subkeys.
    pub fn new(subkey: impl Fn(&str) -> [u8; 32], clock: Arc<dyn Clock>) -> Self {
        let fingerprint = subkey("fingerprint");
        let keys = Keys {
            access: signing::SigningKeys::new(subkey("jwt")),
            refresh: subkey("refresh-token"),
            api_key: subkey("api-key"),
            cart: subkey("cart-token"),
            cursor: subkey("cursor"),
            fingerprint,
            consistency: subkey("consistency-token"),
            epoch: format!("{:016x}", digest(&fingerprint, b"epoch of realtime topics")),
        };
        Self { keys: Arc::new(keys), clock }
    }
    /// The clock that lifetimes are judged by.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }
    /// Signs text for [`Auth::unsign`]: for what a client keeps for us, such as a cursor.
    pub(crate) fn sign(&self, scope: &str, text: &str) -> String {
        let mac = mac(&self.keys.cursor, &[scope.as_bytes(), text.as_bytes()]).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(&mac[..16]))
    }
    /// The text, when it was signed for this scope.
    pub(crate) fn unsign(&self, scope: &str, signed: &str) -> Option<String> {
        let (text, seal) = signed.split_once('.')?;
        let text = URL_SAFE_NO_PAD.decode(text).ok()?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok().filter(|seal| seal.len() == 16)?;
        mac(&self.keys.cursor, &[scope.as_bytes(), &text]).verify_truncated_left(&seal).ok()?;
        String::from_utf8(text).ok()
    }
    /// Whether two secrets are the same; takes the same time wherever they differ, and whatever their lengths.
    pub(crate) fn same_secret(&self, one: &str, other: &str) -> bool {
        let of = |secret: &str| mac(&self.keys.fingerprint, &[b"secret", secret.as_bytes()]);
        of(one).verify(&of(other).finalize().into_bytes()).is_ok()
    }
    /// The text of a consistency token.
    pub(crate) fn consistency_text(&self, token: &Token) -> String {
        token.sign(&self.keys.consistency)
    }
    /// The consistency token that a caller presents.
    ///
    /// # Errors
    /// When it is not one of ours.
    pub(crate) fn consistency_token(&self, text: &str) -> Result<Token, TokenInvalid> {
        Token::parse(text, &self.keys.consistency)
    }
    /// Names the history that version numbers belong to: another shop has another one.
    pub(crate) fn epoch(&self) -> &str {
        &self.keys.epoch
    }
    /// A keyed hash of a request's content: stored beside its outcome, and useless for guessing a password in it.
    pub(crate) fn fingerprint(&self, content: &[u8]) -> u64 {
        digest(&self.keys.fingerprint, content)
    }
}

/// A short keyed hash that is never 0.
fn digest(key: &[u8; 32], content: &[u8]) -> u64 {
    let digest = mac(key, &[content]).finalize().into_bytes();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)).max(1)
}

/// An HMAC over length-prefixed parts, so that no two lists of parts collide.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut block = [0; 64]; // HMAC itself pads a shorter key with zeros to its block
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests;
