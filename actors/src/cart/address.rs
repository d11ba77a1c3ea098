//! Where a cart goes.

use amazoff_supervisor::sealing::Sealed;
use serde::{Deserialize, Serialize};

use crate::order::Contact;
use crate::pricing::Destination;

/// Where a cart goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Who receives it.
    pub contact: Sealed<Contact>,
    /// The part of it that price and tax depend on.
    pub destination: Destination,
}

/// Where a cart should go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewAddress {
    /// Who receives it.
    pub contact: Contact,
    /// The part of the country, as in ISO 3166-2 after the hyphen, where tax depends on it.
    pub subdivision: Option<String>,
}

impl From<Contact> for NewAddress {
    fn from(contact: Contact) -> Self {
        Self { contact, subdivision: None }
    }
}

impl NewAddress {
    /// The part of it that price and tax depend on.
    pub fn destination(&self) -> Destination {
        let address = &self.contact.address;
        Destination {
            country: address.country.clone(),
            subdivision: self.subdivision.clone(),
            postal_code: Some(address.postal_code.clone()),
        }
    }
}
