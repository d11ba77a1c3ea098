//! Refresh tokens: `rt_<user>.<session>.<generation>.<mac>`, derived and never stored.

use amazoff_actors::ids::{SessionId, UserId};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use uuid::Uuid;

use super::{Auth, SessionRef, mac};

const PREFIX: &str = "rt_";
const TOKEN_BYTES_MAX: usize = 256;

/// What a genuine refresh token stands for. Whether its generation still counts is for the user's entity to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshGrant {
    /// Whose session.
    pub of: SessionRef,
    /// How often the session had been renewed.
    pub generation: u32,
}

fn body(grant: RefreshGrant) -> String {
    let (user, session) = (grant.of.user.uuid().simple(), grant.of.session.uuid().simple());
    format!("{user}.{session}.{}", grant.generation)
}

impl Auth {
    /// The refresh token of one generation of a session; the same every time.
    pub fn refresh_token(&self, grant: RefreshGrant) -> String {
        let body = body(grant);
        let seal = mac(&self.keys.refresh, &[body.as_bytes()]).finalize().into_bytes();
        format!("{PREFIX}{body}.{}", URL_SAFE_NO_PAD.encode(seal))
    }

    /// What a refresh token stands for; `None` when it is not genuine.
    pub fn verify_refresh(&self, token: &str) -> Option<RefreshGrant> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (claimed, seal) = token.strip_prefix(PREFIX)?.rsplit_once('.')?;
        let seal = URL_SAFE_NO_PAD.decode(seal).ok()?;
        mac(&self.keys.refresh, &[claimed.as_bytes()]).verify_slice(&seal).ok()?;
        let mut parts = claimed.split('.');
        let user = UserId::from(Uuid::try_parse(parts.next()?).ok()?);
        let session = SessionId::from(Uuid::try_parse(parts.next()?).ok()?);
        let generation = parts.next()?.parse().ok()?;
        Some(RefreshGrant { of: SessionRef { user, session }, generation })
    }
}
