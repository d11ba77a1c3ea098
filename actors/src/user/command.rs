//! What may be asked of a user.

use amazoff_supervisor::{Claim, Sealed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ConsentChange, NewApiKey, PendingEmail, Roles};
use crate::cart::Address;
use crate::ids::{AddressId, ApiKeyId, SessionId};
use crate::mail::Letter;

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
    /// Logs the person out everywhere but here.
    CloseOtherSessions {
        /// Here.
        keep: SessionId,
    },
    /// Calls the person something else.
    Rename {
        /// What.
        name: Sealed<String>,
    },
    /// Keeps one more address.
    AddAddress {
        /// Which.
        id: AddressId,
        /// What it says.
        address: Address,
        /// Whether it is the one that is meant when none is named. The first one is in any case.
        default: bool,
    },
    /// Changes an address that is kept.
    ChangeAddress {
        /// Which.
        id: AddressId,
        /// What it says from now on.
        address: Address,
        /// Whether it is the one that is meant when none is named; `false` leaves that as it is.
        default: bool,
    },
    /// Keeps an address no more.
    RemoveAddress {
        /// Which.
        id: AddressId,
    },
    /// Sends a link that proves that the person reads what is sent to the e-mail address.
    AskVerification,
    /// The link was followed.
    VerifyEmail {
        /// Which.
        ticket: Uuid,
    },
    /// Names another e-mail address; the password was checked before.
    AskEmailChange {
        /// The other address.
        pending: PendingEmail,
    },
    /// The link that went to the other address was followed.
    ConfirmEmailChange {
        /// Which.
        ticket: Uuid,
    },
    /// Sends a link with which a forgotten password is replaced.
    AskReset,
    /// Replaces a forgotten password.
    ResetPassword {
        /// The link that was followed.
        ticket: Uuid,
        /// The hash of the new password.
        password_hash: Sealed<String>,
    },
    /// Replaces the password; the old one was checked before.
    ChangePassword {
        /// The hash of the new password.
        password_hash: Sealed<String>,
        /// The session that goes on.
        keep: SessionId,
    },
    /// Says that a mail will never arrive.
    NoteMailRefused {
        /// Which.
        letter: Letter,
    },
    /// Says what the person may do.
    SetRoles {
        /// All of it.
        roles: Roles,
    },
    /// Takes everything from the person that can be given back.
    Deactivate,
    /// Gives it back.
    Reactivate,
    /// Erases the person: everything ends at once, and what follows goes on by itself.
    Erase,
    /// Says that the person's key is destroyed.
    NoteErased,
    /// Makes all that is held about the person ready to be downloaded.
    AskExport,
    /// Says what the person agrees to.
    SetConsents {
        /// Texts that are not here stay as they are.
        consents: Vec<ConsentChange>,
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
