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
