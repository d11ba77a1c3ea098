//! Who receives an order. Personal: it travels and rests sealed, and only its owner's page opens it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::pricing::Destination;

/// Whom to write to and where to send.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Where mail goes.
    pub email: String,
    /// The recipient's name.
    pub name: String,
    /// Where the parcel goes.
    pub address: Address,
}

/// A postal address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub line1: String,
    /// What does not fit the first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// Country code of ISO 3166, two letters.
    pub country: String,
    /// The part of the country, as in ISO 3166-2 after the hyphen, where that says more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
}

impl Contact {
    /// The part of it that price and tax depend on.
    pub fn destination(&self) -> Destination {
        let Address { country, subdivision, postal_code, .. } = &self.address;
        Destination {
            country: country.clone(),
            subdivision: subdivision.clone(),
            postal_code: Some(postal_code.clone()),
        }
    }

    /// The same contact in a part of its country. Contacts were stored without it once, and the part beside them.
    #[must_use]
    pub(crate) fn in_part(mut self, subdivision: Option<String>) -> Self {
        self.address.subdivision = subdivision;
        self
    }
}

// Neither may reach a log.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(…)")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}
