//! Who uses a code.

use std::fmt;

use amazoff_supervisor::Vault;
use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// Who uses a code: a user's id, or a keyed digest of a guest's e-mail address. Never the address itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerKey(String);

impl CustomerKey {
    /// A registered person.
    pub fn of_user(user: UserId) -> Self {
        Self(user.to_string())
    }

    /// A guest, by e-mail address; blanks around it and the case of its letters do not matter.
    pub fn of_guest(vault: &Vault, email: &str) -> Self {
        Self(format!("guest_{}", vault.blind("coupon-customer", &email.trim().to_lowercase())))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
