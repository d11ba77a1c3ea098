//! Access tokens: JWT (RFC 9068), EdDSA and nothing else, for this shop only, fifteen minutes.

use std::sync::LazyLock;

use amazoff_actors::ids::UserId;
use amazoff_supervisor::Timestamp;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::signing::JwkSet;
use super::{ACCESS_LIFETIME, Auth, SessionRef};
use crate::problem::Problem;

const ISSUER: &str = "amazoff";
const AUDIENCE: &str = "amazoff-shop";
/// What kind of token this is: one kind is never accepted as another.
const TYPE: &str = "at+jwt";
/// Longest text that is tried at all.
const TOKEN_BYTES_MAX: usize = 1024;
/// How far the clocks of nodes may differ.
const LEEWAY_S: i64 = 60;

/// What was shown for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The password. For as long as this token is good, its bearer may also do what cannot be undone.
    Password,
    /// A refresh token, which somebody else may have found on a device.
    RefreshToken,
}

/// What a token proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The session.
    pub of: SessionRef,
    /// Whether the password was shown for this very token.
    pub confirmed: bool,
}

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessRefusal {
    /// Not a token of ours.
    Invalid,
    /// It was one, until its time was over.
    Expired,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// When the password was shown; absent after a renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
}

/// What is asked of a token beside its signature. Times are judged by our own clock, see [`Auth::verify_access`].
static RULES: LazyLock<Validation> = LazyLock::new(|| {
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules
});

impl Auth {
    /// A token for a session, good for [`ACCESS_LIFETIME`].
    ///
    /// # Errors
    /// A defect: the signer refused its own key.
    pub fn access_token(&self, of: SessionRef, shown: Shown) -> Result<String, Problem> {
        let moment = self.clock.now();
        let now = moment.unix_ms() / 1000;
        let lifetime = i64::try_from(ACCESS_LIFETIME.as_secs()).unwrap_or(0);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: of.user.to_string(),
            sid: of.session.to_string(),
            jti: Uuid::now_v7().simple().to_string(),
            iat: now,
            nbf: now,
            exp: now + lifetime,
            auth_time: (shown == Shown::Password).then_some(now),
        };
        let ring = self.keys.access.at(moment)?;
        let key = ring.present();
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(key.public.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        encode(&header, &claims, &key.sign)
            .map_err(|error| Problem::bug(format!("an access token could not be signed: {error}")))
    }

    /// The session that a token proves. Whether that session still lives is for the user's entity to say.
    ///
    /// Of the header, `kid` selects among the shop's own three keys; nothing else in it selects or fetches anything.
    ///
    /// # Errors
    /// [`AccessRefusal`]
    pub fn verify_access(&self, token: &str) -> Result<Proof, AccessRefusal> {
        let moment = self.clock.now();
        let claims = self.claims(token, moment).ok_or(AccessRefusal::Invalid)?;
        let now = moment.unix_ms() / 1000;
        let (Ok(user), Ok(session)) = (claims.sub.parse::<UserId>(), claims.sid.parse()) else {
            return Err(AccessRefusal::Invalid);
        };
        if claims.iat.max(claims.nbf) > now + LEEWAY_S {
            return Err(AccessRefusal::Invalid);
        }
        let (of, confirmed) = (SessionRef { user, session }, claims.auth_time.is_some());
        if claims.exp <= now { Err(AccessRefusal::Expired) } else { Ok(Proof { of, confirmed }) }
    }

    /// The public keys that check access tokens.
    ///
    /// # Errors
    /// A defect: a key could not be derived.
    pub fn public_keys(&self) -> Result<JwkSet, Problem> {
        Ok(self.keys.access.at(self.clock.now())?.public())
    }

    fn claims(&self, token: &str, now: Timestamp) -> Option<Claims> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let header = decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TYPE) {
            return None;
        }
        let ring = self.keys.access.at(now).ok()?;
        let key = ring.named(header.kid.as_deref()?)?;
        decode::<Claims>(token, &key.verify, &RULES).ok().map(|data| data.claims)
    }
}
