//! What a user answers, and what others see of one.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{KeyAccess, Roles};
use crate::ids::{ApiKeyId, SessionId, UserId};

/// The answer to an accepted command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The person is known.
    Registered {
        /// Since when.
        at: Timestamp,
    },
    /// A session goes on.
    Granted(SessionGrant),
    /// The sessions are over.
    Closed,
    /// A key is good.
    KeyIssued {
        /// Since when.
        at: Timestamp,
        /// Until when.
        expires_at: Timestamp,
    },
    /// A key is good no more.
    KeyWithdrawn,
    /// An old refresh token was shown, and its session closed. [`super::Users`] makes it a refusal.
    TokenReused,
}

/// The right to go on with a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionGrant {
    /// Which session.
    pub session: SessionId,
    /// The generation that the next refresh token names.
    pub generation: u32,
    /// Until when the session lives, unless it is used.
    pub expires_at: Timestamp,
}

/// A person, opened for that person's own eyes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// Who.
    pub id: UserId,
    /// The e-mail address as the person writes it.
    pub email: String,
    /// What the person is called.
    pub name: String,
    /// What the person may do.
    pub roles: Roles,
    /// When the person registered.
    pub created_at: Timestamp,
}

/// An API key, opened for its person's own eyes. The secret itself is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyView {
    /// Which.
    pub id: ApiKeyId,
    /// What the person calls it.
    pub name: String,
    /// What its bearer may do, as far as the person may.
    pub roles: Roles,
    /// Whether its bearer may change something.
    pub access: KeyAccess,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}
