//! A line of a cart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Offer;
use super::wording::{Wording, Words};
use crate::ids::{LineId, ProductId, VariantId};
use crate::money::{Money, Quantity};

/// Pieces of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredLine")]
pub struct Line {
    /// Derived from the variant (CART-2).
    pub id: LineId,
    /// What is bought.
    pub variant: VariantId,
    /// Of which product.
    pub product: ProductId,
    /// What the variant is called, as it was when it was added.
    #[serde(flatten)]
    pub wording: Wording,
    /// How many pieces.
    pub quantity: Quantity,
    /// Of one piece, when it was last added or repriced.
    pub unit_price: Money,
}

/// A line as it is read: flattened fields would take serde the way around a copy of all of them.
#[derive(Deserialize)]
struct StoredLine {
    id: LineId,
    variant: VariantId,
    product: ProductId,
    title: String,
    options: BTreeMap<String, String>,
    image: Option<String>,
    quantity: Quantity,
    unit_price: Money,
}

impl From<StoredLine> for Line {
    fn from(stored: StoredLine) -> Self {
        let StoredLine { id, variant, product, title, options, image, quantity, unit_price } = stored;
        Self { id, variant, product, wording: Words { title, options, image }.into(), quantity, unit_price }
    }
}

impl Line {
    pub(super) fn new(variant: VariantId, quantity: Quantity, offer: &Offer) -> Self {
        let Offer { product, title, options, image, unit_price, available: _ } = offer.clone();
        let (id, wording) = (LineId::of_variant(variant), Words { title, options, image }.into());
        Self { id, variant, product, wording, quantity, unit_price }
    }
}
