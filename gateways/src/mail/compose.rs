//! A letter as a message.

use std::time::{Duration, SystemTime};

use amazoff_actors::mail::{MailError, Message};
use askama::Template;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message as Mime};

use super::words;

/// Who sends the shop's mails.
#[derive(Clone, Debug)]
pub struct Sender(Mailbox);

/// Why a text is no sender.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an address like shop@example.org or Shop <shop@example.org>")]
pub struct SenderInvalid;

impl std::str::FromStr for Sender {
    type Err = SenderInvalid;
    fn from_str(text: &str) -> Result<Self, SenderInvalid> {
        if text.contains(char::is_control) {
            return Err(SenderInvalid);
        }
        text.parse().map(Self).map_err(|_refused| SenderInvalid)
    }
}

#[derive(Template)]
#[template(path = "mail.txt")]
struct Plain<'a> {
    name: &'a str,
    before: &'a [&'a str],
    button: &'a str,
    link: Option<&'a str>,
    after: &'a [&'a str],
}

#[derive(Template)]
#[template(path = "mail.html")]
struct Html<'a> {
    subject: &'a str,
    name: &'a str,
    before: &'a [&'a str],
    button: &'a str,
    link: Option<&'a str>,
    after: &'a [&'a str],
}

/// The message of a letter; refused for good when nobody can be written to at its address.
pub(super) fn compose(from: &Sender, message: &Message) -> Result<Mime, MailError> {
    let words = words::of(message.letter);
    // What could end a line ends nothing: neither a header nor a line of the text.
    let name: String = message.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let address = message.to.parse::<Address>();
    let address =
        address.map_err(|_refused| MailError::Refused("the address cannot be written to".to_owned()))?;
    let words::Words { subject, before, button, after } = words;
    let link = message.link.as_deref();
    let plain = Plain { name: &name, before, button, link, after }.render().map_err(unmade)?;
    let html = Html { subject, name: &name, before, button, link, after }.render().map_err(unmade)?;
    let id = format!("<{}@{}>", message.id.simple(), from.0.email.domain());
    Mime::builder()
        .from(from.0.clone())
        .to(Mailbox::new(Some(name), address))
        .subject(subject)
        .date(
            SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(message.at.unix_ms()).unwrap_or(0)),
        )
        .message_id(Some(id))
        .multipart(MultiPart::alternative_plain_html(plain, html))
        .map_err(unmade)
}

/// A defect of ours; the mail waits until it is mended.
fn unmade(error: impl std::error::Error) -> MailError {
    MailError::Later(format!("a mail could not be made: {error}"))
}
