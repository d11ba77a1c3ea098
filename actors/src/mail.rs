//! The port to e-mail. Who sends what, and when, is for the domains to say; how a letter is worded and handed over is the
//! adapter's business.

use std::fmt;

use amazoff_supervisor::Timestamp;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::money::Money;
use crate::order::{NewsKind, Tracking};

/// What a mail about an account says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// Follow the link if this is your address.
    VerifyEmail,
    /// Follow the link to take another password.
    ResetPassword,
    /// To the present address: somebody wants to use another one.
    EmailChangeAsked,
    /// To the other address: follow the link to use this one.
    ConfirmEmailChange,
    /// To both: it is another one now.
    EmailChanged,
    /// The password was changed by somebody who knew it.
    PasswordChanged,
    /// The password was replaced with a link.
    PasswordReset,
    /// An old refresh token came back, so a session was ended.
    SessionStolen,
    /// The account is being erased: the last mail that there is.
    AccountErased,
}

impl Letter {
    /// Its name in the outbox and in templates.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::EmailChangeAsked => "email-change-asked",
            Self::ConfirmEmailChange => "confirm-email-change",
            Self::EmailChanged => "email-changed",
            Self::PasswordChanged => "password-changed",
            Self::PasswordReset => "password-reset",
            Self::SessionStolen => "session-stolen",
            Self::AccountErased => "account-erased",
        }
    }
}

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The receiver's account.
    Account(Letter),
    /// An order.
    Order(Box<OrderLetter>),
}

/// What a mail about an order says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLetter {
    /// What happened.
    pub kind: NewsKind,
    /// The order's number for people.
    pub number: String,
    /// The things that it is about: all of a new order, or those of a parcel; else none.
    pub lines: Vec<LetterLine>,
    /// The amount that it is about: what the order costs, what was taken, is missing, or went back.
    pub amount: Option<Money>,
    /// How the parcel can be followed.
    pub tracking: Option<Tracking>,
}

/// Some pieces of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterLine {
    /// What it is called.
    pub title: String,
    /// How many.
    pub quantity: u32,
}

/// One mail to one person. It exists in memory only, while it is handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The same at every attempt: becomes the Message-ID, by which a repeat is known.
    pub id: Uuid,
    /// Who is written to: says nothing to whoever does not know the person.
    pub person: Uuid,
    /// The e-mail address.
    pub to: String,
    /// What the receiver is called.
    pub name: String,
    /// What it says.
    pub content: Content,
    /// The link that it asks to follow, for letters that do.
    pub link: Option<String>,
    /// Where one request says that no more letters like it are wanted (RFC 8058); none for what must be known.
    pub unsubscribe: Option<String>,
    /// When what it tells happened.
    pub at: Timestamp,
}

// Neither address nor link may reach a log.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("content", &self.content)
            .finish_non_exhaustive()
    }
}

/// Why a mail was not handed over. Says nothing about its receiver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Perhaps it works later, perhaps it was handed over all the same.
    #[error("the mail was not handed over: {0}")]
    Later(String),
    /// It will never be taken.
    #[error("the mail is refused for good: {0}")]
    Refused(String),
}

/// Hands mails over.
pub trait Mailer: Send + Sync + 'static {
    /// Hands one over. A repeat under the same id is the same mail again.
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), MailError>>;

    /// Forgets what it keeps of a person who is erased. Most keep nothing.
    fn forget(&self, person: Uuid) -> BoxFuture<'_, Result<(), MailError>> {
        let _ = person;
        Box::pin(async { Ok(()) })
    }
}
