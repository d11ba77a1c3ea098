//! Who receives a cart, as the API is told.

use amazoff_actors::order::{Address, Contact};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::Form;
use crate::problem::FieldError;

/// Longest line of an address, and longest name.
const TEXT_CHARS_MAX: usize = 200;
const EMAIL_CHARS_MAX: usize = 254;
const POSTAL_CODE_CHARS_MAX: usize = 20;
const SUBDIVISION_BYTES_MAX: usize = 3;

/// Who receives a cart.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// Where mail about the order goes.
    #[schema(example = "ann@example.org", max_length = 254, format = "mail")]
    pub email: String,
    /// The recipient's name.
    #[schema(max_length = 200, format = "text")]
    pub name: String,
    /// Where the parcel goes.
    pub address: AddressBody,
}

/// A postal address.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub struct AddressBody {
    /// Street and number.
    #[schema(max_length = 200, format = "text")]
    pub line1: String,
    /// What does not fit the first line.
    #[serde(default)]
    #[schema(max_length = 200, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    pub line2: Option<String>,
    /// Town.
    #[schema(max_length = 200, format = "text")]
    pub city: String,
    /// Postal code.
    #[schema(max_length = 20, format = "text")]
    pub postal_code: String,
    /// ISO 3166, two letters.
    #[schema(example = "DE", pattern = "^[A-Z]{2}$")]
    pub country: String,
    /// The part of the country, as in ISO 3166-2 after the hyphen, where that says more, as for tax in the United States.
    #[serde(default)]
    #[schema(example = "NY", pattern = "^[A-Z0-9]{1,3}$")]
    pub subdivision: Option<String>,
}

impl Recipient {
    /// Whom to send to, without the blanks around what was typed.
    pub fn to_contact(&self) -> Contact {
        let trimmed = |text: &String| text.trim().to_owned();
        let AddressBody { line1, line2, city, postal_code, country, subdivision } = &self.address;
        Contact {
            email: trimmed(&self.email),
            name: trimmed(&self.name),
            address: Address {
                line1: trimmed(line1),
                line2: line2.as_ref().map(trimmed).filter(|line| !line.is_empty()),
                city: trimmed(city),
                postal_code: trimmed(postal_code),
                country: country.clone(),
                subdivision: subdivision.clone(),
            },
        }
    }

    /// Every field that breaks a rule.
    pub(super) fn faults(&self) -> Vec<FieldError> {
        let AddressBody { line1, line2, city, postal_code, country, subdivision } = &self.address;
        let rules = [
            (is_email(self.email.trim()), "/email", "This is not an e-mail address."),
            (is_text(&self.name, TEXT_CHARS_MAX), "/name", "A name has 1 to 200 characters."),
            (is_text(line1, TEXT_CHARS_MAX), "/address/line1", "A line has 1 to 200 characters."),
            (
                line2.as_ref().is_none_or(|line| is_plain(line, TEXT_CHARS_MAX)),
                "/address/line2",
                "A line has at most 200 characters.",
            ),
            (is_text(city, TEXT_CHARS_MAX), "/address/city", "A town has 1 to 200 characters."),
            (
                is_text(postal_code, POSTAL_CODE_CHARS_MAX),
                "/address/postal_code",
                "A postal code has 1 to 20 characters.",
            ),
            (is_country(country), "/address/country", "A country has two capital letters (ISO 3166)."),
            (
                subdivision.as_deref().is_none_or(is_subdivision),
                "/address/subdivision",
                "A subdivision has 1 to 3 capital letters or digits (ISO 3166-2).",
            ),
        ];
        rules
            .into_iter()
            .filter(|(holds, _, _)| !holds)
            .map(|(_, pointer, detail)| FieldError::new(pointer, "invalid-value", detail))
            .collect()
    }
}

impl From<Contact> for Recipient {
    fn from(Contact { email, name, address }: Contact) -> Self {
        let Address { line1, line2, city, postal_code, country, subdivision } = address;
        let address = AddressBody { line1, line2, city, postal_code, country, subdivision };
        Self { email, name, address }
    }
}

impl Form for Recipient {
    fn check(&self) -> Vec<FieldError> {
        self.faults()
    }
}

fn is_text(text: &str, chars_max: usize) -> bool {
    !text.trim().is_empty() && is_plain(text, chars_max)
}

/// Blanks around it count, so that what is too long is so for whoever reads the document too.
fn is_plain(text: &str, chars_max: usize) -> bool {
    text.chars().count() <= chars_max && !text.contains(char::is_control)
}

fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let parts = text.split_once('@');
    let whole =
        parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    whole && text.chars().count() <= EMAIL_CHARS_MAX && !text.contains(odd)
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_subdivision(text: &str) -> bool {
    (1..=SUBDIVISION_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
