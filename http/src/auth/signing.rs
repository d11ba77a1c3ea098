//! The keys that sign access tokens: Ed25519, each for thirty days, and none of them stored.
//!
//! A key follows from the vault's secret and the number of its period, so every node has the same ones and nothing needs to
//! be passed on. A token is taken when it was signed by the key of the last, this or the next period (clocks differ), and the
//! public halves of these three stand in `/.well-known/jwks.json`, so that whoever keeps that list for a while is never
//! surprised. A key's name is its RFC 7638 thumbprint: it selects among these three and can point nowhere else.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use amazoff_supervisor::Timestamp;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::mac;
use crate::problem::Problem;

/// For how long a key signs.
pub(super) const PERIOD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The public keys that check access tokens (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JwkSet {
    /// The last, the present and the next one.
    pub keys: Vec<Jwk>,
}

/// A public Ed25519 key (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Jwk {
    /// `OKP`.
    pub kty: &'static str,
    /// `Ed25519`.
    pub crv: &'static str,
    /// `EdDSA`.
    pub alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// Its name in a token's header: the RFC 7638 thumbprint.
    pub kid: String,
    /// The key, base64url.
    pub x: String,
}

/// One key with both halves.
pub(super) struct SigningKey {
    pub(super) public: Jwk,
    pub(super) sign: EncodingKey,
    pub(super) verify: DecodingKey,
}

/// The keys that count during one period.
pub(super) struct Ring {
    period: i64,
    last: SigningKey,
    present: SigningKey,
    next: SigningKey,
}

/// Derives keys, and remembers those of the present period.
pub(super) struct SigningKeys {
    secret: [u8; 32],
    ring: RwLock<Option<Arc<Ring>>>,
}

impl Ring {
    /// The key that signs now.
    pub(super) fn present(&self) -> &SigningKey {
        &self.present
    }
    /// The key of that name.
    pub(super) fn named(&self, kid: &str) -> Option<&SigningKey> {
        self.all().into_iter().find(|key| key.public.kid == kid)
    }
    /// The public halves.
    pub(super) fn public(&self) -> JwkSet {
        JwkSet { keys: self.all().into_iter().map(|key| key.public.clone()).collect() }
    }
    fn all(&self) -> [&SigningKey; 3] {
        [&self.last, &self.present, &self.next]
    }
}

impl SigningKeys {
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self { secret, ring: RwLock::new(None) }
    }

    /// The keys that count at a moment.
    ///
    /// # Errors
    /// A defect: the cryptographic library refused a key of its own making.
    pub(super) fn at(&self, now: Timestamp) -> Result<Arc<Ring>, Problem> {
        let length = i64::try_from(PERIOD.as_millis()).unwrap_or(i64::MAX);
        let period = now.unix_ms().div_euclid(length);
        let known = self.ring.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(ring) = known.filter(|ring| ring.period == period) {
            return Ok(ring);
        }
        let key = |period| self.derive(period).map_err(Problem::bug);
        let ring = Ring { period, last: key(period - 1)?, present: key(period)?, next: key(period + 1)? };
        let ring = Arc::new(ring);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&ring));
        Ok(ring)
    }

    fn derive(&self, period: i64) -> Result<SigningKey, String> {
        use hmac::Mac;
        let seed = mac(&self.secret, &[b"access-token", &period.to_be_bytes()]).finalize().into_bytes();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|error| format!("a key could not be derived: {error}"))?;
        let private = pair.to_pkcs8().map_err(|error| format!("a key could not be written: {error}"))?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        // RFC 7638: the required members, in the order of their names, without white space.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
        Ok(SigningKey {
            sign: EncodingKey::from_ed_der(private.as_ref()),
            verify: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            public: Jwk { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", kid, x },
        })
    }
}
