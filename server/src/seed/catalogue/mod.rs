//! The catalogue an empty shop starts with: invented makers, honest descriptions, prices with VAT.

mod audio;
mod bags;
mod books;
mod furniture;
mod kitchen;
mod lighting;
mod plants;
#[cfg(test)]
mod tests;
mod tools;

use super::art::Motif;

/// A shelf of the shop.
pub(super) struct Category {
    /// Its key in addresses; its name follows from it.
    pub(super) slug: &'static str,
    /// What stands on it.
    pub(super) products: &'static [Product],
}

/// Something to sell.
pub(super) struct Product {
    /// Its key in addresses, unique in the shop.
    pub(super) slug: &'static str,
    /// What shoppers read.
    pub(super) title: &'static str,
    /// Who makes it.
    pub(super) brand: &'static str,
    /// Stem of the variants' article numbers.
    pub(super) sku: &'static str,
    /// What its picture shows.
    pub(super) motif: Motif,
    /// Two or three sentences.
    pub(super) description: &'static str,
    /// What can be bought, 1 to 4.
    pub(super) variants: &'static [Variant],
}

/// One version of a product.
pub(super) struct Variant {
    /// What sets it apart: name and value.
    pub(super) option: (&'static str, &'static str),
    /// Price in euro cents, VAT included.
    pub(super) price_cents: i64,
    /// Pieces on the shelf.
    pub(super) stock: u32,
}

/// Every category, in the order of the shop's menu.
pub(super) const CATALOGUE: &[Category] = &[
    kitchen::CATEGORY,
    lighting::CATEGORY,
    books::CATEGORY,
    plants::CATEGORY,
    furniture::CATEGORY,
    bags::CATEGORY,
    audio::CATEGORY,
    tools::CATEGORY,
];
