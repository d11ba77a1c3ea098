//! What may be asked of a product.

use serde::{Deserialize, Serialize};

use super::{Media, Variant};
use crate::ids::VariantId;
use crate::money::Money;
use crate::pricing::TaxClass;

/// A command to a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Drafts it.
    Create(Create),
    /// Puts it on sale.
    Publish,
    /// Takes it off sale for good.
    Archive,
    /// Sets the price of a variant.
    ChangePrice {
        /// Which variant.
        variant: VariantId,
        /// From now on.
        price: Money,
    },
    /// Sets the prices of a variant in other currencies than the shop's.
    SetPrices {
        /// Which variant.
        variant: VariantId,
        /// From now on; it is not sold in the currencies that are missing.
        prices: Vec<Money>,
    },
    /// Says how a variant is taxed.
    SetTaxClass {
        /// Which variant.
        variant: VariantId,
        /// From now on.
        tax_class: TaxClass,
    },
    /// Says what a variant weighs.
    SetWeight {
        /// Which variant.
        variant: VariantId,
        /// Of one piece, packed, in grams.
        weight_g: u32,
    },
}

/// All that a new product is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Create {
    /// Its name in links: lower-case letters, digits and single hyphens.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// A text about it.
    pub description: String,
    /// The category's slug, such as `home-kitchen`.
    pub category: String,
    /// Who makes it.
    pub brand: String,
    /// What can be bought.
    pub variants: Vec<Variant>,
    /// Pictures, the most telling first.
    pub media: Vec<Media>,
}
