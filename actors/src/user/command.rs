//! What may be asked of a user.

use amazoff_supervisor::{Claim, Sealed};
use serde::{Deserialize, Serialize};

use super::{NewApiKey, Roles};
use crate::ids::{ApiKeyId, SessionId};

/// A command to a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Makes the person known.
    Register(Registration),
    /// Logs the person in; the password was checked before.
    OpenSession {
        /// The new session.
        session: SessionId,
    },
    /// Hands out the next generation of a session's refresh token.
    RotateSession {
        /// Which session.
        session: SessionId,
        /// The generation of the token that was shown.
        generation: u32,
    },
    /// Logs the person out of one session.
    CloseSession {
        /// Which session.
        session: SessionId,
    },
    /// Logs the person out everywhere.
    CloseAllSessions,
    /// Lets a program act for the person.
    IssueApiKey(NewApiKey),
    /// Lets it no longer.
    WithdrawApiKey {
        /// Which key.
        key: ApiKeyId,
    },
}

/// All that a new user is, sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    /// The keyed digest of the e-mail address (USER-1).
    pub email_claim: Claim,
    /// The e-mail address as the person writes it.
    pub email: Sealed<String>,
    /// What the person is called.
    pub name: Sealed<String>,
    /// The hash of the password, sealed so that it goes with the person.
    pub password_hash: Sealed<String>,
    /// What the person may do.
    pub roles: Roles,
}
