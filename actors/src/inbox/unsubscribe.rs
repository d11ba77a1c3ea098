//! What a letter carries so that one request can say that no more like it are wanted: `un_<user>.<kind>.<mac>`, derived from
//! what it is for and kept nowhere. It is good for ever and for nothing else.

use amazoff_supervisor::Vault;
use uuid::Uuid;

use crate::ids::UserId;
use crate::order::NewsKind;

const PREFIX: &str = "un_";
const TOKEN_BYTES_MAX: usize = 256;

/// Whose letters of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Who.
    pub user: UserId,
    /// Which letters.
    pub kind: NewsKind,
}

impl Unsubscribe {
    fn body(self) -> String {
        format!("{}.{}", self.user.uuid().simple(), self.kind.name())
    }

    /// Its token; the same every time.
    pub fn token(self, vault: &Vault) -> String {
        let body = self.body();
        let seal = vault.blind("unsubscribe", &body);
        format!("{PREFIX}{body}.{seal}")
    }

    /// What a token stands for; `None` when it is not genuine.
    pub fn read(vault: &Vault, token: &str) -> Option<Self> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let mut parts = token.strip_prefix(PREFIX)?.splitn(3, '.');
        let (user, kind, _seal) = (parts.next()?, parts.next()?, parts.next()?);
        let user = UserId::from(Uuid::try_parse(user).ok()?);
        let kind = NewsKind::ALL.into_iter().find(|known| known.name() == kind)?;
        let of = Self { user, kind };
        // Compared as keyed digests, so that the time it takes tells nothing of where two seals differ.
        let same = |token: &str| vault.blind("unsubscribe-seal", token);
        (same(&of.token(vault)) == same(token)).then_some(of)
    }
}
