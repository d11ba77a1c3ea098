//! Users: registered people and their logins.
//!
//! Owns a person's sealed e-mail address, name and password hash, the roles, the addresses that they keep, the sessions, and
//! which links that were sent by e-mail are still good. Everything personal is sealed before it becomes a command, so neither
//! journal nor command record nor outbox ever holds it in clear.
//!
//! | user        | Register      | OpenSession       | RotateSession      | CloseSession …    | links, passwords, addresses | SetRoles, Deactivate, Reactivate |
//! |-------------|---------------|-------------------|--------------------|-------------------|-----------------------------|----------------------------------|
//! | absent      | → registered  | `session-unknown` | `session-unknown`  | `session-unknown` | `session-unknown`           | `session-unknown`                |
//! | registered  | `email-taken` | opened            | see below          | closed, or no-op  | done                        | done; `own-rights` of oneself    |
//! | deactivated | `email-taken` | `account-deactivated` | `session-unknown` | no-op           | `account-deactivated`       | done; `own-rights` of oneself    |
//! | erased      | `email-taken` | `session-unknown`     | `session-unknown` | `session-unknown` | `session-unknown`         | `session-unknown`                |
//!
//! A session has a generation; a refresh token names one. Shown the current one, it becomes the next. Shown the one
//! before within 30 seconds of the rotation, the current one is answered: two tabs refreshed at once. Shown any older
//! one, the token was stolen or replayed: the session is closed for everyone who holds a token of it, the person is told,
//! and the refresh is refused as `refresh-token-reused`. (The entity *accepts* that command, because it has to close; the
//! handle refuses.)
//!
//! An API key is what a person lets a program do in their name: some of the person's roles, to look only or also to change
//! something, for at most a year. It is issued once and ends when it is withdrawn; the ends of sessions do not touch it, but a
//! replaced password and a deactivation withdraw it.
//!
//! A link proves that whoever follows it reads what is sent to an address. There is one that is good for each purpose; it works
//! once, in time, and until a newer one is sent ([`Ticket`]).
//!
//! Invariants:
//! - USER-1: an e-mail address belongs to one person (claim `email` over a keyed digest); it changes in one commit, with the
//!   claim, and only to one that the person reads.
//! - USER-2: a generation of a session is handed out by one rotation; only the newest two are ever honoured.
//! - USER-3: a person has at most 20 sessions; the oldest goes when another is opened. Expired ones are dropped.
//! - USER-4: only the program itself registers somebody with roles other than shopper.
//! - USER-5: a login says "invalid credentials" whether the person or the password is wrong, after the same work; a forgotten
//!   password is answered alike whoever asks.
//! - USER-6: a person has at most 20 API keys that are good; a key never allows what its person may not do.
//! - USER-7: a person keeps at most 20 addresses; one of them is the default while there is any.
//! - USER-8: nobody takes admin from themselves, so one admin is always left.
//! - USER-9: who is deactivated has no session and no key.
//! - USER-10: with the commit that begins an erasure the person has no session, no key, no link and no claim; the steps that
//!   follow are effects of that commit, in order, and the last of them destroys the person's key. Nobody is erased in halves:
//!   a kill at any step resumes there. Whoever is an admin is not erased by themselves (USER-8).
//! - USER-11: one export can be downloaded at a time, and a person gets 3 a day.
//!
//! It deliberately knows no tokens of sessions (the edge signs them over user, session and generation) and no carts or orders,
//! and it sends nothing itself: a mail is an effect, which [`MailDelivery`] words and hands to a [`crate::mail::Mailer`].
//!
//! Called by the edges through [`Users`]; passwords are hashed behind the port [`passwords::PasswordHasher`].

mod account;
mod address;
mod api_key;
mod command;
mod consent;
mod credentials;
mod deliver;
mod desk;
mod erasing;
mod erasure;
mod event;
mod export;
mod handle;
mod keys;
pub mod passwords;
mod privacy;
mod proof;
mod recovery;
mod rejection;
mod rights;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use address::{ADDRESSES_MAX, SavedAddress};
pub use api_key::{API_KEY_DAYS_MAX, API_KEYS_MAX, ApiKey, KeyAccess, KeyGrant, NewApiKey};
pub use command::{Command, Registration};
pub use consent::{CONSENT_VERSION_MAX, CONSENTS_MAX, Consent, ConsentChange, ConsentText};
pub use credentials::{Email, check_name, check_password};
pub use deliver::{MailDelivery, UserDelivery};
pub use erasing::ErasureDelivery;
pub use erasure::{Effect, Erasure, ErasureStep, FAREWELL_LIFETIME};
pub use event::{CloseReason, Event};
pub use export::{EXPORT_LIFETIME, EXPORTS_MAX, EXPORTS_WITHIN};
pub use handle::{RegisterForm, Users};
pub use keys::ApiKeyForm;
pub use proof::{Mail, PendingEmail, Purpose, RESEND_AFTER, RESET_LIFETIME, Ticket, VERIFICATION_LIFETIME};
pub use recovery::LinkUse;
pub use rejection::Rejection;
pub use session::{REFRESH_GRACE, SESSION_LIFETIME, SESSIONS_MAX, Session};
pub use state::{Role, Roles, User};
pub use view::{
    AddressView, ApiKeyView, ExportView, HeldView, Reply, SessionGrant, SessionView, StaffView, UserView,
};
