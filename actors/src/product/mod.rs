//! Products: what the shop sells, with its variants, prices and pictures.
//!
//! Owns the description of a product, and the prices, the tax class and the weight of each variant. A product is the only source of a price: carts and
//! checkouts ask it, and believe nothing that a client sends.
//!
//! | state    | Create                  | Publish             | Archive          | ChangePrice, SetPrices, SetTaxClass, SetWeight |
//! |----------|-------------------------|---------------------|------------------|--------------------|
//! | absent   | → draft                 | `product-not-found` | `product-not-found` | `product-not-found` |
//! | draft    | same: no-op, else `product-exists` | → active  | → archived       | changed; no-op when it is so |
//! | active   | same: no-op, else `product-exists` | no-op     | → archived       | changed; no-op when it is so |
//! | archived | same: no-op, else `product-exists` | `product-archived` | no-op   | `product-archived` |
//!
//! Invariants:
//! - PROD-1: the slug is unique in the shop (claim `slug`), also after archiving, so that a link never changes its meaning.
//! - PROD-2: a product has 1 to 100 variants with distinct ids and distinct SKUs.
//! - PROD-3: every variant has a price in the shop's currency, and at most one in each other currency, all from 0 to
//!   [`crate::pricing::PRICE_MAX`] minor units.
//! - PROD-4: only an active product is for sale; carts refuse the others.
//!
//! It deliberately does not know how many pieces there are (that is `stock`), stores no image bytes (only their names),
//! and does not tell carts of a new price: a cart learns it when a line is added again or a checkout compares.
//!
//! Called by the seed and the back office (commands), by carts and checkouts (published state), and by the catalogue
//! pages, which search the [`ProductIndex`] that [`SearchProjection`] keeps.

mod command;
mod event;
mod handle;
mod index;
mod projection;
mod query;
mod rejection;
mod scanned;
mod state;
mod suggest;
#[cfg(test)]
mod tests;
mod validation;
mod view;

pub use command::{Command, Create};
pub use event::Event;
pub use handle::Products;
pub use index::{BRAND, CATEGORY, ProductIndex, SEARCH, SearchDocument, SearchProjection};
pub use projection::{CATEGORIES, PRODUCTS, ProductProjection, category_name};
pub use query::{
    CategoryCount, FACET_VALUES_MAX, Facet, FacetValue, ListQuery, PriceRange, ProductCard, ProductPage,
    Sorting, Suggestion,
};
pub use rejection::Rejection;
pub use scanned::ScannedIndex;
pub use state::{Media, Product, Status, Variant};
pub use view::Receipt;
