//! Mails by SMTP.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use amazoff_actors::mail::{MailError, Mailer, Message};
use futures::FutureExt;
use futures::future::BoxFuture;
use lettre::transport::smtp::response::{Category, Code};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use super::compose::{Sender, compose};

/// How long the server may take for one answer, and for all of them with the wait for a connection.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
const WHOLE_LIMIT: Duration = Duration::from_secs(60);
/// Conversations with the server at the same time, each on a connection of its own. Postfix allows a client 50.
const CONNECTIONS_MAX: usize = 32;

/// Hands mails to a server.
#[derive(Clone)]
pub struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    connections: Arc<Semaphore>,
    from: Sender,
}

/// Why a URL leads to no mail server. It may hold a password, so it is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a URL like smtps://user:password@mail.example or smtp://user:password@mail.example:587")]
pub struct SmtpUrlInvalid;

impl Smtp {
    /// The server behind a URL: `smtps://` speaks TLS from the first byte, `smtp://` begins in clear and insists on STARTTLS,
    /// but for a server on this machine, or with `?tls=none`.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new(url: &SecretString, from: Sender) -> Result<Self, SmtpUrlInvalid> {
        let url = insisting(url.expose_secret())?;
        let server =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(&url).map_err(|_refused| SmtpUrlInvalid)?;
        let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        Ok(Self { server: server.timeout(Some(ANSWER_LIMIT)).build(), connections, from })
    }

    async fn hand_over(&self, message: &Message) -> Result<(), MailError> {
        let mime = compose(&self.from, message)?;
        let turn = async {
            // The semaphore is never closed.
            let _connection = self.connections.acquire().await;
            self.server.send(mime).await
        };
        match tokio::time::timeout(WHOLE_LIMIT, turn).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(meaning(&error)),
            Err(_elapsed) => Err(MailError::Later("the mail server takes too long".to_owned())),
        }
    }
}

/// The same URL, saying that TLS is wanted wherever it does not say otherwise.
fn insisting(url: &str) -> Result<String, SmtpUrlInvalid> {
    let (scheme, rest) = url.split_once("://").ok_or(SmtpUrlInvalid)?;
    if !matches!(scheme, "smtp" | "smtps") || rest.is_empty() {
        return Err(SmtpUrlInvalid);
    }
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let here = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|local| host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    if let Some(plain) = url.strip_suffix("?tls=none") {
        return Ok(plain.to_owned());
    }
    Ok(match scheme == "smtp" && !here && !rest.contains('?') {
        true => format!("{url}?tls=required"),
        false => url.to_owned(),
    })
}

/// What a failure means. Only its number goes further: what the server writes beside it may name the receiver.
fn meaning(error: &lettre::transport::smtp::Error) -> MailError {
    match error.status() {
        Some(code) if error.is_permanent() && !is_about_us(code) => {
            MailError::Refused(format!("the mail server says {code}"))
        }
        Some(code) => MailError::Later(format!("the mail server says {code}")),
        None if error.is_timeout() => MailError::Later("the mail server takes too long".to_owned()),
        None => MailError::Later("the mail server cannot be reached, or breaks off".to_owned()),
    }
}

/// Refusals of the shop's own login (53x) pass when somebody mends it: no receiver is to blame.
fn is_about_us(code: Code) -> bool {
    matches!(code.category, Category::Unspecified3)
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), MailError>> {
        self.hand_over(message).boxed()
    }
}

// Its URL holds a password.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("from", &self.from).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_travels_in_clear_unless_somebody_says_so() {
        let becomes = |url: &str| insisting(url).unwrap();
        assert_eq!(becomes("smtp://u:p@mail.example:587"), "smtp://u:p@mail.example:587?tls=required");
        assert_eq!(becomes("smtp://127.0.0.1.evil.example"), "smtp://127.0.0.1.evil.example?tls=required");
        assert_eq!(becomes("smtp://localhost@evil.example"), "smtp://localhost@evil.example?tls=required");
        assert_eq!(becomes("smtps://u:p@mail.example"), "smtps://u:p@mail.example");
        assert_eq!(becomes("smtp://127.0.0.1:2525"), "smtp://127.0.0.1:2525");
        assert_eq!(becomes("smtp://mailpit:1025?tls=none"), "smtp://mailpit:1025");
        for bad in ["", "mail.example", "http://mail.example", "smtp://"] {
            assert_eq!(insisting(bad), Err(SmtpUrlInvalid), "{bad}");
        }
    }
}
