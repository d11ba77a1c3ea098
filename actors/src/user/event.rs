//! What happens to a user.

use amazoff_supervisor::{Sealed, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ApiKey, Consent, PendingEmail, Purpose, Registration, Roles, Ticket};
use crate::cart::Address;
use crate::ids::{AddressId, ApiKeyId, SessionId, UserId};
use crate::mail::Letter;

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
    /// The person is called something else.
    Renamed {
        /// What.
        name: Sealed<String>,
    },
    /// An address is kept, as it is from then on.
    AddressPut {
        /// Which.
        id: AddressId,
        /// What it says.
        address: Address,
        /// When.
        at: Timestamp,
    },
    /// An address is kept no more.
    AddressRemoved {
        /// Which.
        id: AddressId,
    },
    /// An address is the one that is meant when none is named.
    DefaultAddressChosen {
        /// Which.
        id: AddressId,
    },
    /// A link was made that proves something; an older one for the same purpose is good no more.
    TicketIssued {
        /// What for.
        purpose: Purpose,
        /// Which link.
        ticket: Ticket,
    },
    /// Another e-mail address was named. Nothing changes until a link that goes there is followed.
    EmailChangeAsked {
        /// The other address.
        pending: PendingEmail,
    },
    /// The person reads what is sent to the e-mail address.
    EmailVerified {
        /// Since when that is known.
        at: Timestamp,
    },
    /// The e-mail address is another one, which the person reads.
    EmailChanged {
        /// The new one.
        pending: PendingEmail,
        /// When.
        at: Timestamp,
    },
    /// The password is another one.
    PasswordChanged {
        /// Its hash.
        password_hash: Sealed<String>,
        /// When.
        at: Timestamp,
    },
    /// A mail will never arrive: the server of its receiver refused it for good.
    MailRefused {
        /// Which.
        letter: Letter,
        /// When it was refused.
        at: Timestamp,
    },
    /// The person may do something else from then on.
    RolesChanged {
        /// What.
        roles: Roles,
        /// Who decided it; absent when the program did.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// The person may do nothing any more.
    Deactivated {
        /// Who decided it; absent when the program did.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// The person may log in again.
    Reactivated {
        /// Who decided it; absent when the program did.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// The person is being erased, and is nobody from then on.
    ErasureBegun {
        /// Who decided it: the person, or an admin; absent when the program did.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
    /// The person's key is destroyed.
    Erased {
        /// When that was noted.
        at: Timestamp,
    },
    /// All that is held about the person can be downloaded for a while.
    ExportAsked {
        /// From when on.
        at: Timestamp,
    },
    /// The person agreed to a text, or does so no longer.
    ConsentSaid {
        /// To which, and when.
        consent: Consent,
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
    /// The person ended it from another one.
    EndedElsewhere,
    /// The password was changed.
    PasswordChanged,
    /// The person may do nothing any more.
    Deactivated,
    /// The person is being erased.
    Erased,
}
