//! Who receives a cart, as the API is told.

use amazoff_actors::cart::NewAddress;
use amazoff_actors::order::{Address, Contact};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::Form;
use crate::problem::FieldError;

/// Longest line of an address, and longest name.
const TEXT_CHARS_MAX: usize = 200;
const EMAIL_BYTES_MAX: usize = 254;
const POSTAL_CODE_CHARS_MAX: usize = 20;
const SUBDIVISION_BYTES_MAX: usize = 3;

/// Who receives a cart.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// Where mail about the order goes.
    #[schema(example = "ann@example.org")]
    pub email: String,
    /// The recipient's name.
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
    pub line1: String,
    /// What does not fit the first line.
    #[serde(default)]
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166, two letters.
    #[schema(example = "DE")]
    pub country: String,
    /// The part of the country, as in ISO 3166-2 after the hyphen, where tax depends on it.
    #[serde(default)]
    #[schema(example = "NY")]
    pub subdivision: Option<String>,
}

impl Recipient {
    /// Where the cart is to go.
    pub fn to_address(&self) -> NewAddress {
        let trimmed = |text: &String| text.trim().to_owned();
        let AddressBody { line1, line2, city, postal_code, country, subdivision } = &self.address;
        let contact = Contact {
            email: trimmed(&self.email),
            name: trimmed(&self.name),
            address: Address {
                line1: trimmed(line1),
                line2: line2.as_ref().map(trimmed).filter(|line| !line.is_empty()),
                city: trimmed(city),
                postal_code: trimmed(postal_code),
                country: country.clone(),
            },
        };
        NewAddress { contact, subdivision: subdivision.clone() }
    }

    /// Every field that breaks a rule.
    pub(super) fn faults(&self) -> Vec<FieldError> {
        let AddressBody { line1, line2, city, postal_code, country, subdivision } = &self.address;
        let rules = [
            (is_email(self.email.trim()), "/email", "This is not an e-mail address."),
            (is_text(&self.name, TEXT_CHARS_MAX), "/name", "A name has 1 to 200 characters."),
            (is_text(line1, TEXT_CHARS_MAX), "/address/line1", "A line has 1 to 200 characters."),
            (
                line2.as_ref().is_none_or(|line| line.trim().is_empty() || is_text(line, TEXT_CHARS_MAX)),
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

impl From<NewAddress> for Recipient {
    fn from(NewAddress { contact, subdivision }: NewAddress) -> Self {
        let Contact { email, name, address } = contact;
        let Address { line1, line2, city, postal_code, country } = address;
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
    let text = text.trim();
    (1..=chars_max).contains(&text.chars().count()) && !text.contains(char::is_control)
}

fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let parts = text.split_once('@');
    let whole =
        parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    whole && text.len() <= EMAIL_BYTES_MAX && !text.contains(odd)
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_subdivision(text: &str) -> bool {
    (1..=SUBDIVISION_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
