//! What happens to a user.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ApiKey, Registration};
use crate::ids::{ApiKeyId, SessionId};

/// Something that happened to a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The person became known.
    Registered {
        /// As whom.
        registration: Registration,
        /// When.
        at: Timestamp,
    },
    /// A session was opened, at generation 0.
    SessionOpened {
        /// Which.
        session: SessionId,
        /// When.
        at: Timestamp,
        /// Until when it lives, unless it is used.
        expires_at: Timestamp,
    },
    /// A session went on to its next generation.
    SessionRotated {
        /// Which.
        session: SessionId,
        /// The generation from then on.
        generation: u32,
        /// When.
        at: Timestamp,
        /// Until when it lives, unless it is used again.
        expires_at: Timestamp,
    },
    /// A session ended.
    SessionClosed {
        /// Which.
        session: SessionId,
        /// Why.
        reason: CloseReason,
    },
    /// A program may act for the person.
    ApiKeyIssued {
        /// Which key.
        id: ApiKeyId,
        /// What it allows.
        key: ApiKey,
    },
    /// It no longer may.
    ApiKeyWithdrawn {
        /// Which key.
        key: ApiKeyId,
    },
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// The person logged out.
    LoggedOut,
    /// It was not used for too long.
    Expired,
    /// Others came after it (USER-3).
    TooMany,
    /// An old refresh token was shown: somebody else may have one.
    TokenReused,
}
