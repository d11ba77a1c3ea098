//! Access tokens: JWT, HS256 and nothing else, for this shop only, fifteen minutes.

use amazoff_actors::ids::UserId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::{ACCESS_LIFETIME, Auth, SessionRef};
use crate::problem::Problem;

const ISSUER: &str = "amazoff";
const AUDIENCE: &str = "amazoff-shop";
/// What kind of token this is: one kind is never accepted as another.
const TYPE: &str = "access";
/// Longest text that is tried at all.
const TOKEN_BYTES_MAX: usize = 1024;

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
    typ: String,
    iat: i64,
    exp: i64,
}

pub(super) struct AccessKeys {
    sign: EncodingKey,
    verify: DecodingKey,
    rules: Validation,
}

impl AccessKeys {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        rules.validate_exp = false; // judged below, by our own clock
        Self { sign: EncodingKey::from_secret(secret), verify: DecodingKey::from_secret(secret), rules }
    }
}

impl Auth {
    /// A token for a session, good for [`ACCESS_LIFETIME`].
    ///
    /// # Errors
    /// A defect: the signer refused its own key.
    pub fn access_token(&self, of: SessionRef) -> Result<String, Problem> {
        let now = self.clock.now().unix_ms() / 1000;
        let lifetime = i64::try_from(ACCESS_LIFETIME.as_secs()).unwrap_or(0);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: of.user.to_string(),
            sid: of.session.to_string(),
            typ: TYPE.to_owned(),
            iat: now,
            exp: now + lifetime,
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.keys.access.sign)
            .map_err(|error| Problem::bug(format!("an access token could not be signed: {error}")))
    }

    /// The session that a token proves. Whether that session still lives is for the user's entity to say.
    ///
    /// # Errors
    /// [`AccessRefusal`]
    pub fn verify_access(&self, token: &str) -> Result<SessionRef, AccessRefusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(AccessRefusal::Invalid);
        }
        let keys = &self.keys.access;
        let Ok(data) = decode::<Claims>(token, &keys.verify, &keys.rules) else {
            return Err(AccessRefusal::Invalid);
        };
        let claims = data.claims;
        let now = self.clock.now().unix_ms() / 1000;
        let (Ok(user), Ok(session)) = (claims.sub.parse::<UserId>(), claims.sid.parse()) else {
            return Err(AccessRefusal::Invalid);
        };
        if claims.typ != TYPE || claims.iat > now + 60 {
            return Err(AccessRefusal::Invalid);
        }
        if claims.exp <= now { Err(AccessRefusal::Expired) } else { Ok(SessionRef { user, session }) }
    }
}
