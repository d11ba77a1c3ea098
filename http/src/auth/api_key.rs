//! API keys: `ak_<user>.<key>.<mac>`, derived and never stored. What a program shows instead of a session.

use amazoff_actors::ids::{ApiKeyId, UserId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use uuid::Uuid;

use super::{Auth, mac};

/// What the text of every key starts with, so that scanners of leaked secrets find it.
const PREFIX: &str = "ak_";
const KEY_BYTES_MAX: usize = 256;

/// A person's API key, as its text proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyRef {
    /// In whose name it acts.
    pub user: UserId,
    /// Which of their keys.
    pub key: ApiKeyId,
}

impl Auth {
    /// The text of a key; the same every time.
    pub fn api_key(&self, of: KeyRef) -> String {
        let body = format!("{}.{}", of.user.uuid().simple(), of.key.uuid().simple());
        let seal = mac(&self.keys.api_key, &[body.as_bytes()]).finalize().into_bytes();
        format!("{PREFIX}{body}.{}", URL_SAFE_NO_PAD.encode(seal))
    }

    /// Whether a text means to be an API key.
    pub fn is_api_key(token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// The key that a text proves; `None` when it is not genuine. Whether it is still good is for the user's entity to say.
    pub fn verify_api_key(&self, token: &str) -> Option<KeyRef> {
        if token.len() > KEY_BYTES_MAX {
            return None;
        }
        let (body, seal) = token.strip_prefix(PREFIX)?.rsplit_once('.')?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        mac(&self.keys.api_key, &[body.as_bytes()]).verify_slice(&seal).ok()?;
        let (user, key) = body.split_once('.')?;
        let user = UserId::from(Uuid::try_parse(user).ok()?);
        Some(KeyRef { user, key: ApiKeyId::from(Uuid::try_parse(key).ok()?) })
    }
}
