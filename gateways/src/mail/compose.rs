//! A letter as a message.

use std::time::{Duration, SystemTime};

use amazoff_actors::mail::{Content, Letter, MailError, Message, OrderLetter};
use askama::Template;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message as Mime};

use super::{orders, words};

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

#[derive(Template)]
#[template(path = "order.txt")]
struct OrderPlain<'a> {
    name: &'a str,
    words: &'a orders::Words,
    link: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderHtml<'a> {
    name: &'a str,
    words: &'a orders::Words,
    link: Option<&'a str>,
}

/// Where one request says that no more letters like it are wanted (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

/// That such a request is a POST, so that nothing that only looks at links makes it (RFC 8058).
#[derive(Clone)]
struct OneClick;

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }
    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }
    fn parse(_text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

/// What could end a line ends nothing: neither a header nor a line of the text.
pub(super) fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Subject, text and page of a letter.
struct Written {
    subject: String,
    plain: String,
    html: String,
}

fn of_account(letter: Letter, name: &str, link: Option<&str>) -> Result<Written, MailError> {
    let words::Words { subject, before, button, after } = words::of(letter);
    let plain = Plain { name, before, button, link, after }.render().map_err(unmade)?;
    let html = Html { subject, name, before, button, link, after }.render().map_err(unmade)?;
    Ok(Written { subject: subject.to_owned(), plain, html })
}

fn of_order(letter: &OrderLetter, name: &str, link: Option<&str>) -> Result<Written, MailError> {
    let words = orders::of(letter);
    let plain = OrderPlain { name, words: &words, link }.render().map_err(unmade)?;
    let html = OrderHtml { name, words: &words, link }.render().map_err(unmade)?;
    Ok(Written { subject: words.subject, plain, html })
}

/// The message of a letter; refused for good when nobody can be written to at its address.
pub(super) fn compose(from: &Sender, message: &Message) -> Result<Mime, MailError> {
    let name = on_one_line(&message.name);
    let address = message.to.parse::<Address>();
    let address =
        address.map_err(|_refused| MailError::Refused("the address cannot be written to".to_owned()))?;
    let link = message.link.as_deref();
    let Written { subject, plain, html } = match &message.content {
        Content::Account(letter) => of_account(*letter, &name, link)?,
        Content::Order(letter) => of_order(letter, &name, link)?,
    };
    let id = format!("<{}@{}>", message.id.simple(), from.0.email.domain());
    let mut builder = Mime::builder();
    if let Some(unsubscribe) = &message.unsubscribe {
        builder = builder.header(ListUnsubscribe(format!("<{unsubscribe}>"))).header(OneClick);
    }
    builder
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
