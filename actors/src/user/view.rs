//! What a user answers, and what others see of one.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::Roles;
use crate::ids::{SessionId, UserId};

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
