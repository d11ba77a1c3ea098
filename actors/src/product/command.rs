//! What may be asked of a product.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Media, Status, Variant};
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
    /// Says of it something else than before.
    Revise(Revision),
    /// Sells one more size or colour.
    AddVariant(Variant),
    /// Says of a variant something else than before.
    ReviseVariant {
        /// Which variant.
        variant: VariantId,
        /// What.
        change: VariantChange,
    },
    /// Takes a variant off sale for good.
    RetireVariant {
        /// Which variant.
        variant: VariantId,
    },
    /// Makes it what a sheet says, whatever it is now: drafted, changed, published, archived.
    Put(Box<Sheet>),
    /// Does something only if nothing has happened since somebody looked.
    IfVersion {
        /// How many events the product had then.
        version: u64,
        /// What is asked.
        command: Box<Command>,
    },
}

/// What is to be said of a product from now on; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// Its name in links. The names before keep leading to it.
    pub slug: Option<String>,
    /// Its name.
    pub title: Option<String>,
    /// A text about it.
    pub description: Option<String>,
    /// The category's slug.
    pub category: Option<String>,
    /// Who makes it.
    pub brand: Option<String>,
    /// All pictures, the most telling first.
    pub media: Option<Vec<Media>>,
}

impl From<&Create> for Revision {
    fn from(new: &Create) -> Self {
        let Create { slug, title, description, category, brand, variants: _, media } = new.clone();
        Self {
            slug: Some(slug),
            title: Some(title),
            description: Some(description),
            category: Some(category),
            brand: Some(brand),
            media: Some(media),
        }
    }
}

/// What is to be said of a variant from now on; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VariantChange {
    /// The shop's own article number. The one before is free from then on.
    pub sku: Option<String>,
    /// What makes it differ from the others.
    pub options: Option<BTreeMap<String, String>>,
    /// Of one piece in the shop's currency.
    pub price: Option<Money>,
    /// Of one piece in other currencies; it is not sold in those that are missing.
    pub prices: Option<Vec<Money>>,
    /// How it is taxed.
    pub tax_class: Option<TaxClass>,
    /// Of one piece, packed, in grams.
    pub weight_g: Option<u32>,
}

impl From<&Variant> for VariantChange {
    fn from(variant: &Variant) -> Self {
        let Variant { id: _, sku, options, price, prices, tax_class, weight_g } = variant.clone();
        Self {
            sku: Some(sku),
            options: Some(options),
            price: Some(price),
            prices: Some(prices),
            tax_class: Some(tax_class),
            weight_g: Some(weight_g),
        }
    }
}

/// A whole product, as a file of the catalogue has it. Variants that it does not name stay as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// What it is.
    pub product: Create,
    /// Its variants that are retired.
    pub retired: BTreeSet<VariantId>,
    /// Where it is in its life; not [`Status::Absent`].
    pub status: Status,
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
