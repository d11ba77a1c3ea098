//! How a person's mails leave: their words are made here, from what was sealed, and go no further than the mailer.

use std::sync::Arc;
use std::time::Duration;

use amazoff_supervisor::journal::OutboxKey;
use amazoff_supervisor::{Clock, Deliver, Delivered, Delivery, Vault};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::erasing::ErasureDelivery;
use super::recovery::Link;
use super::{Command, Effect, FAREWELL_LIFETIME, Mail, Purpose, User};
use crate::ids::UserId;
use crate::mail::{Content, Letter, MailError, Mailer, Message};

/// Delivers what users ask of others.
pub struct UserDelivery {
    /// Their mails.
    pub mails: MailDelivery,
    /// The steps of their erasures.
    pub erasures: ErasureDelivery,
}

impl Deliver<User> for UserDelivery {
    fn deliver<'a>(&'a self, sent: Delivery<'a, Effect>) -> BoxFuture<'a, Delivered<Command>> {
        match sent.effect {
            Effect::Mail(mail) => self.mails.send(sent.key, mail).boxed(),
            Effect::Erase(step) => {
                let user = UserId::from(sent.key.entity.id);
                self.erasures.take(user, *step, sent.envelope()).boxed()
            }
        }
    }
}

/// Delivers the mails of users.
pub struct MailDelivery {
    /// Opens what is sealed, and derives the secrets of links.
    pub vault: Vault,
    /// Hands mails over.
    pub mailer: Arc<dyn Mailer>,
    /// Where links lead, without a slash at the end.
    pub public_url: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl MailDelivery {
    async fn send(&self, key: &OutboxKey, mail: &Mail) -> Delivered<Command> {
        let Mail { letter, to, name, ticket, at } = mail;
        if lifetime(*letter).is_some_and(|lifetime| at.plus(lifetime) <= self.clock.now()) {
            return Delivered::Done; // while no server took it, it became pointless
        }
        let opened = (self.vault.open(to).await, self.vault.open(name).await);
        let (to, name) = match opened {
            (Ok(Some(to)), Ok(Some(name))) => (to, name),
            (Ok(_), Ok(_)) => return Delivered::Done, // erased: there is nobody to write to
            (Err(error), _) | (_, Err(error)) => return Delivered::Retry { reason: error.to_string() },
        };
        let user = UserId::from(key.entity.id);
        let link = ticket.zip(purpose(*letter)).map(|(ticket, purpose)| {
            let secret = Link { user, purpose, ticket }.secret(&self.vault);
            format!("{}{}?token={secret}", self.public_url, page(purpose))
        });
        let id = key.delivered_as().0;
        let (person, content) = (user.uuid(), Content::Account(*letter));
        let message = Message { id, person, to, name, content, link, unsubscribe: None, at: *at };
        match self.mailer.send(&message).await {
            Ok(()) => Delivered::Done,
            Err(MailError::Later(reason)) => Delivered::Retry { reason },
            Err(MailError::Refused(reason)) => {
                let name = letter.name();
                tracing::warn!(user.id = %user, letter = name, %reason, "a mail to {user} is refused for good: {reason}");
                Delivered::Answer(Command::NoteMailRefused { letter: *letter })
            }
        }
    }
}

/// After which time a letter is of no use any more: its link is good no more, or too much waits for it.
fn lifetime(letter: Letter) -> Option<Duration> {
    if letter == Letter::AccountErased {
        return Some(FAREWELL_LIFETIME);
    }
    purpose(letter).map(Purpose::lifetime)
}

/// What the link of a letter is for.
fn purpose(letter: Letter) -> Option<Purpose> {
    match letter {
        Letter::VerifyEmail => Some(Purpose::VerifyEmail),
        Letter::ResetPassword => Some(Purpose::ResetPassword),
        Letter::ConfirmEmailChange => Some(Purpose::ChangeEmail),
        Letter::EmailChangeAsked
        | Letter::EmailChanged
        | Letter::PasswordChanged
        | Letter::PasswordReset
        | Letter::SessionStolen
        | Letter::AccountErased => None,
    }
}

/// The page that a link opens.
fn page(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::VerifyEmail | Purpose::ChangeEmail => "/confirm-email",
        Purpose::ResetPassword => "/new-password",
    }
}
