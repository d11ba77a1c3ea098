//! The mail server, and who writes.

use amazoff_gateways::mail::{Sender, Smtp};
use secrecy::SecretString;

use super::{ConfigError, Sources, table};

/// Who writes while there is no mail server.
const NOBODY: &str = "Amazoff <shop@amazoff.local>";

/// How mails leave.
#[derive(Debug)]
pub(crate) enum MailVia {
    /// By a mail server.
    Server(Box<Smtp>),
    /// As files in the data folder, in this sender's name.
    Files(Sender),
}

/// The mail server; files where none is configured.
pub(super) fn mail(sources: &Sources) -> Result<MailVia, ConfigError> {
    let from = sources.given(table::MAIL_FROM).map(sender).transpose()?;
    match (sources.given(table::SMTP_URL), from) {
        (None, from) => Ok(MailVia::Files(match from {
            Some(from) => from,
            None => sender(NOBODY)?,
        })),
        (Some(_), None) => {
            let expected = "is missing, but AMAZOFF_SMTP_URL is set".to_owned();
            Err(ConfigError::WrongSecret { name: table::MAIL_FROM, expected })
        }
        (Some(url), Some(from)) => {
            let server = Smtp::new(&SecretString::from(url.to_owned()), from);
            let wrong = |error: amazoff_gateways::mail::SmtpUrlInvalid| ConfigError::WrongSecret {
                name: table::SMTP_URL,
                expected: error.to_string(),
            };
            Ok(MailVia::Server(Box::new(server.map_err(wrong)?)))
        }
    }
}

fn sender(value: &str) -> Result<Sender, ConfigError> {
    let expected = "is not an address like shop@example.org or Shop <shop@example.org>";
    value.parse().or(Err(super::parse::wrong(table::MAIL_FROM, value, expected)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(pairs: &[(&str, &str)]) -> Sources {
        Sources::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), []).unwrap()
    }

    #[test]
    fn without_a_server_mails_are_files() {
        assert!(matches!(mail(&Sources::default()).unwrap(), MailVia::Files(_)));
    }

    #[test]
    fn a_server_needs_a_sender_and_its_password_is_never_shown() {
        let url = (table::SMTP_URL, "smtps://shop:geheim@mail.example");
        let from = (table::MAIL_FROM, "Shop <shop@example.org>");
        let taken = mail(&sources(&[url, from])).unwrap();
        assert!(matches!(taken, MailVia::Server(_)));
        assert!(!format!("{taken:?}").contains("geheim"), "{taken:?}");
        let line = mail(&sources(&[url])).unwrap_err().to_string();
        assert!(line.starts_with("AMAZOFF_MAIL_FROM: ") && !line.contains("geheim"), "{line}");
        let line =
            mail(&sources(&[(table::SMTP_URL, "http://shop:geheim@mail"), from])).unwrap_err().to_string();
        assert!(line.starts_with("AMAZOFF_SMTP_URL: ") && !line.contains("geheim"), "{line}");
        let line = mail(&sources(&[(table::MAIL_FROM, "shop")])).unwrap_err().to_string();
        assert!(line.starts_with("AMAZOFF_MAIL_FROM: "), "{line}");
    }
}
