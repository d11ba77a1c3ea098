//! What happens to a product.

use std::collections::BTreeMap;

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Create, Media, Variant};
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
        /// Whether the article numbers of its variants were claimed with it. Before schema 3 nobody did.
        #[serde(default)]
        skus_claimed: bool,
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
    /// Something else is said of it.
    Described {
        /// Its name.
        title: String,
        /// A text about it.
        description: String,
        /// The category's slug.
        category: String,
        /// Who makes it.
        brand: String,
    },
    /// It got another name in links.
    SlugChanged {
        /// From then on.
        slug: String,
    },
    /// It got other pictures.
    MediaSet {
        /// All of them, the most telling first.
        media: Vec<Media>,
    },
    /// One more variant is sold.
    VariantAdded {
        /// As what.
        variant: Variant,
    },
    /// A variant got another article number, or other options.
    VariantDescribed {
        /// Which variant.
        variant: VariantId,
        /// The shop's own article number.
        sku: String,
        /// What makes it differ from the others.
        options: BTreeMap<String, String>,
    },
    /// A variant went off sale for good.
    VariantRetired {
        /// Which variant.
        variant: VariantId,
    },
    /// The article numbers of a product of older days were claimed.
    SkusClaimed,
}
