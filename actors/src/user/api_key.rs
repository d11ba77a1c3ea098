//! The rules of API keys: what a person lets a program do in their name.

use std::time::Duration;

use amazoff_supervisor::{Decision, Sealed, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, Rejection, Reply, Roles, User};
use crate::ids::ApiKeyId;

/// How many keys that are good a person has (USER-6).
pub const API_KEYS_MAX: usize = 20;
/// The longest that a key is good for, in days.
pub const API_KEY_DAYS_MAX: u32 = 365;

const DAY: Duration = Duration::from_hours(24);

/// Whether a program may change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAccess {
    /// It only looks.
    Read,
    /// It may also change what its roles allow.
    Write,
}

/// A key that a program shows instead of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiKey {
    /// What the person calls it.
    pub name: Sealed<String>,
    /// What its bearer may do; of these, only what the person may still do counts.
    pub roles: Roles,
    /// Whether its bearer may change something.
    pub access: KeyAccess,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A key that somebody wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewApiKey {
    /// Its id.
    pub key: ApiKeyId,
    /// What the person calls it.
    pub name: Sealed<String>,
    /// What its bearer may do.
    pub roles: Roles,
    /// Whether its bearer may change something.
    pub access: KeyAccess,
    /// For how many days it is good: 1 to [`API_KEY_DAYS_MAX`].
    pub days: u32,
}

/// What the bearer of a key may do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyGrant {
    /// As the key says and the person still may.
    pub roles: Roles,
    /// Whether its bearer may change something.
    pub access: KeyAccess,
}

impl User {
    /// What the bearer of a key may do; `None` when it was withdrawn, has expired, or never was.
    pub fn key_grant(&self, key: ApiKeyId, now: Timestamp) -> Option<KeyGrant> {
        let key = self.api_keys.get(&key).filter(|key| now < key.expires_at)?;
        let roles = key.roles.intersection(&self.roles()).copied().collect();
        Some(KeyGrant { roles, access: key.access })
    }

    pub(super) fn issue(&self, new: &NewApiKey, now: Timestamp) -> Result<Decision<Self>, Rejection> {
        if let Some(known) = self.api_keys.get(&new.key) {
            return Ok(Decision::reply(Reply::KeyIssued {
                at: known.created_at,
                expires_at: known.expires_at,
            }));
        }
        if !new.roles.is_subset(&self.roles()) {
            return Err(Rejection::RoleNotAllowed);
        }
        if !(1..=API_KEY_DAYS_MAX).contains(&new.days) {
            return Err(Rejection::ApiKeyLifetimeInvalid);
        }
        let (expired, good): (Vec<_>, Vec<_>) =
            self.api_keys.iter().partition(|(_, key)| key.expires_at <= now);
        if good.len() >= API_KEYS_MAX {
            return Err(Rejection::TooManyApiKeys);
        }
        let expires_at = now.plus(DAY * new.days);
        let key = ApiKey {
            name: new.name.clone(),
            roles: new.roles.clone(),
            access: new.access,
            created_at: now,
            expires_at,
        };
        let gone = expired.into_iter().map(|(id, _)| Event::ApiKeyWithdrawn { key: *id });
        let decision = Decision::reply(Reply::KeyIssued { at: now, expires_at });
        Ok(gone.fold(decision, Decision::and).and(Event::ApiKeyIssued { id: new.key, key }))
    }

    pub(super) fn withdraw(&self, key: ApiKeyId) -> Result<Decision<Self>, Rejection> {
        if !self.api_keys.contains_key(&key) {
            return Err(Rejection::ApiKeyUnknown);
        }
        Ok(Decision::event(Event::ApiKeyWithdrawn { key }, Reply::KeyWithdrawn))
    }
}
