//! What happens to a product.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::Create;
use crate::ids::VariantId;
use crate::money::Money;
use crate::pricing::TaxClass;

/// Something that happened to a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was drafted.
    Created {
        /// As what.
        product: Create,
        /// When.
        at: Timestamp,
    },
    /// It went on sale.
    Published,
    /// It went off sale for good.
    Archived,
    /// A variant got another price.
    PriceChanged {
        /// Which variant.
        variant: VariantId,
        /// From then on.
        price: Money,
    },
    /// A variant got other prices in other currencies.
    PricesSet {
        /// Which variant.
        variant: VariantId,
        /// From then on.
        prices: Vec<Money>,
    },
    /// A variant is taxed in another way.
    TaxClassSet {
        /// Which variant.
        variant: VariantId,
        /// From then on.
        tax_class: TaxClass,
    },
    /// A variant weighs something else.
    WeightSet {
        /// Which variant.
        variant: VariantId,
        /// Of one piece, packed, in grams.
        weight_g: u32,
    },
}
