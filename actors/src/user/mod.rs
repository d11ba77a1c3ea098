//! Users: registered people and their logins.
//!
//! Owns a person's sealed e-mail address, name and password hash, the roles, and the sessions. Everything personal is
//! sealed before it becomes a command, so neither journal nor command record ever holds it in clear.
//!
//! | user       | Register      | OpenSession     | RotateSession                      | CloseSession    | CloseAllSessions |
//! |------------|---------------|-----------------|------------------------------------|-----------------|------------------|
//! | absent     | → registered  | `session-unknown` | `session-unknown`                | `session-unknown` | `session-unknown` |
//! | registered | `email-taken` | opened          | see below, by the generation shown | closed, or no-op | closed, or no-op |
//!
//! A session has a generation; a refresh token names one. Shown the current one, it becomes the next. Shown the one
//! before within 30 seconds of the rotation, the current one is answered: two tabs refreshed at once. Shown any older
//! one, the token was stolen or replayed: the session is closed for everyone who holds a token of it, and the refresh is
//! refused as `refresh-token-reused`. (The entity *accepts* that command, because it has to close; the handle refuses.)
//!
//! An API key is what a person lets a program do in their name: some of the person's roles, to look only or also to change
//! something, for at most a year. It is issued once and ends when it is withdrawn; the ends of sessions do not touch it.
//!
//! Invariants:
//! - USER-1: an e-mail address belongs to one person (claim `email` over a keyed digest).
//! - USER-2: a generation of a session is handed out by one rotation; only the newest two are ever honoured.
//! - USER-3: a person has at most 20 sessions; the oldest goes when another is opened. Expired ones are dropped.
//! - USER-4: only the program itself gives roles other than shopper.
//! - USER-5: a login says "invalid credentials" whether the person or the password is wrong, after the same work.
//! - USER-6: a person has at most 20 API keys that are good; a key never allows what its person may not do.
//!
//! It deliberately knows no tokens (the edge signs them over user, session and generation) and no carts or orders.
//!
//! Called by the edges through [`Users`]; passwords are hashed behind the port [`passwords::PasswordHasher`].

mod api_key;
mod command;
mod credentials;
mod event;
mod handle;
mod keys;
pub mod passwords;
mod rejection;
mod session;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use api_key::{API_KEY_DAYS_MAX, API_KEYS_MAX, ApiKey, KeyAccess, KeyGrant, NewApiKey};
pub use command::{Command, Registration};
pub use credentials::{Email, check_name, check_password};
pub use event::{CloseReason, Event};
pub use handle::{RegisterForm, Users};
pub use keys::ApiKeyForm;
pub use rejection::Rejection;
pub use session::{REFRESH_GRACE, SESSION_LIFETIME, SESSIONS_MAX, Session};
pub use state::{Role, Roles, User};
pub use view::{ApiKeyView, Reply, SessionGrant, UserView};
