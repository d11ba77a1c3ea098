//! What a user answers, and what others see of one.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Consent, KeyAccess, Roles};
use crate::ids::{AddressId, ApiKeyId, SessionId, UserId};
use crate::order::Contact;

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
    /// What was asked for is so.
    Done,
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
    /// Whether the person is known to read what is sent to the e-mail address.
    pub email_verified: bool,
}

/// A session, for its person's own eyes. Where it was opened is not known, because nobody keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Which.
    pub id: SessionId,
    /// When the person logged in.
    pub opened_at: Timestamp,
    /// When it was renewed last: it was used then, and up to a quarter of an hour after.
    pub renewed_at: Timestamp,
    /// Until when it lives, unless it is used.
    pub expires_at: Timestamp,
}

/// An address that a person keeps, opened for that person's own eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressView {
    /// Which.
    pub id: AddressId,
    /// What it says.
    pub address: Contact,
    /// Whether it is the one that is meant when none is named.
    pub default: bool,
}

/// An export that can be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportView {
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Until when it can be downloaded.
    pub expires_at: Timestamp,
}

/// What a person's own entity holds about them and no other view shows, opened for that person's own eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldView {
    /// The e-mail address that the person wants to use and has not confirmed.
    pub pending_email: Option<String>,
    /// Since when the person is known to read what is sent to the present one.
    pub email_verified_at: Option<Timestamp>,
    /// When a mail to it was refused for good last.
    pub mail_refused_at: Option<Timestamp>,
    /// Every API key that was not dropped yet, the expired ones too.
    pub api_keys: Vec<ApiKeyView>,
    /// When exports were asked for lately.
    pub exports: Vec<Timestamp>,
    /// What the person agreed to, oldest first.
    pub consents: Vec<Consent>,
}

/// What the shop's people see of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffView {
    /// What the person sees.
    pub user: UserView,
    /// Since when the person may do nothing; absent while they may.
    pub deactivated_at: Option<Timestamp>,
    /// When a mail to the person was refused for good last, since the address is what it is.
    pub mail_refused_at: Option<Timestamp>,
    /// Sessions that are open.
    pub sessions: usize,
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
