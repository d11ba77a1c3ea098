//! What may be asked of a cart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Owner;
use crate::ids::{LineId, OrderId, ProductId, UserId, VariantId};
use crate::money::{Currency, Money, Quantity};

/// A command to a cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Opens it.
    Create {
        /// Whose it is.
        owner: Owner,
        /// In which it is paid.
        currency: Currency,
    },
    /// Adds pieces of a variant, or more of them.
    AddLine(Addition),
    /// Sets how many pieces a line has.
    SetQuantity {
        /// Which line.
        line: LineId,
        /// From now on.
        quantity: Quantity,
        /// How many pieces of the variant can be had now, where that is known. The checkout's hold decides anyway.
        available: Option<u32>,
    },
    /// Removes a line; one that is not there is as good as removed.
    RemoveLine {
        /// Which line.
        line: LineId,
    },
    /// Makes a guest's cart a person's.
    Adopt {
        /// Whose it becomes.
        user: UserId,
    },
    /// Locks it for an attempt of its checkout.
    Claim {
        /// The attempt's number, growing.
        attempt: u32,
    },
    /// Unlocks it after an attempt that failed.
    Release {
        /// The attempt that is over.
        attempt: u32,
        /// Newer prices of variants, where the attempt found some.
        reprice: Option<Vec<(VariantId, Money)>>,
    },
    /// Closes it: it has become an order.
    Complete {
        /// The attempt that holds it.
        attempt: u32,
        /// The order.
        order: OrderId,
    },
}

/// Pieces of a variant on their way into a cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Addition {
    /// What is bought.
    pub variant: VariantId,
    /// How many more.
    pub quantity: Quantity,
    /// What the catalogue says of it; nothing when it is unknown or not for sale. (The refusal is the cart's, so that a
    /// repeat hears it again.)
    pub offer: Option<Offer>,
}

/// A variant as the catalogue offers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Of which product.
    pub product: ProductId,
    /// The product's name.
    pub title: String,
    /// What makes the variant differ from others.
    pub options: BTreeMap<String, String>,
    /// The name of a picture's bytes.
    pub image: Option<String>,
    /// The price of one piece.
    pub unit_price: Money,
    /// How many pieces can be had now.
    pub available: u32,
}
