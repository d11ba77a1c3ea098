//! Whose cart it is.

use amazoff_supervisor::Principal;
use serde::{Deserialize, Serialize};

use crate::ids::{CartId, UserId};

/// Whose cart it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Whoever holds the cart's secret.
    #[default]
    Guest,
    /// A registered person.
    User(UserId),
}

impl Owner {
    /// Whether the asker may know that the cart exists (CART-7). A person may also use a guest's cart: the edge has seen
    /// its secret.
    pub fn admits(self, principal: &Principal) -> bool {
        match (self, principal) {
            (_, Principal::System) | (Self::Guest, Principal::Guest | Principal::User(_)) => true,
            (Self::User(_), Principal::Guest) => false,
            (Self::User(owner), Principal::User(asker)) => owner.uuid() == *asker,
        }
    }

    /// Whose key seals what is personal in a cart: the person's, or the cart's own for a guest.
    pub fn person(self, cart: CartId) -> uuid::Uuid {
        match self {
            Self::Guest => cart.uuid(),
            Self::User(user) => user.uuid(),
        }
    }
}
