//! Products: what the shop sells, with its variants, prices and pictures.
//!
//! Owns the description of a product, and the prices, the tax class and the weight of each variant. A product is the only source of a price: carts and
//! checkouts ask it, and believe nothing that a client sends.
//!
//! | state    | Create                  | Publish             | Archive          | Revise, …Variant, ChangePrice, SetPrices, SetTaxClass, SetWeight | Put |
//! |----------|-------------------------|---------------------|------------------|--------------------|-----|
//! | absent   | → draft                 | `product-not-found` | `product-not-found` | `product-not-found` | → what the sheet says |
//! | draft    | same: no-op, else `product-exists` | → active  | → archived       | changed; no-op when it is so | → what the sheet says |
//! | active   | same: no-op, else `product-exists` | no-op     | → archived       | changed; no-op when it is so | the same, but no draft |
//! | archived | same: no-op, else `product-exists` | `product-archived` | no-op   | `product-archived` | same: no-op, else `product-archived` |
//!
//! IfVersion wraps any of them for whoever worked from a page: `product-changed` when something has happened since. Put is all or
//! nothing: one commit leads from what is there to what a file of the catalogue says.
//!
//! Invariants:
//! - PROD-1: a slug belongs to one product of the shop for ever (claim `slug`), also after it got another one and after
//!   archiving, so that a link never changes its meaning. A product keeps up to 50 earlier slugs.
//! - PROD-2: a product has 1 to 100 variants with distinct ids; an article number is one variant's in the whole shop (claim
//!   `sku`). A number that was replaced is free. Products from before schema 3 claim theirs when a variant is added or
//!   described anew.
//! - PROD-3: every variant has a price in the shop's currency, and at most one in each other currency, all from 0 to
//!   [`crate::pricing::PRICE_MAX`] minor units.
//! - PROD-4: only an active product is for sale, and of it only variants that are not retired; carts refuse the others.
//! - PROD-5: one variant at least is not retired. A variant never goes and never comes back: orders name it.
//!
//! It deliberately does not know how many pieces there are (that is `stock`), stores no image bytes (only their names),
//! and does not tell carts of a new price: a cart asks for it whenever it is shown, and a checkout compares.
//!
//! Called by the seed and the back office (commands, see `desk`), by carts and checkouts (published state), and by the
//! catalogue pages, which search the [`ProductIndex`] that [`SearchProjection`] keeps.

mod command;
mod desk;
mod event;
mod handle;
mod index;
mod news;
mod projection;
mod query;
mod rejection;
mod rules;
mod scanned;
mod state;
mod suggest;
#[cfg(test)]
mod tests;
mod validation;
mod view;

pub use command::{Command, Create, Revision, Sheet, VariantChange};
pub use desk::{DeskCard, DeskFilter, DeskPage};
pub use event::Event;
pub use handle::Products;
pub use index::{BRAND, CATEGORY, ProductIndex, SEARCH, SearchDocument, SearchProjection};
pub use news::{Effect, ProductDelivery, ProductNews};
pub use projection::{CATEGORIES, PRODUCTS, ProductProjection, category_name};
pub use query::{
    CategoryCount, FACET_VALUES_MAX, Facet, FacetValue, ListQuery, PriceRange, ProductCard, ProductPage,
    Sorting, Suggestion,
};
pub use rejection::Rejection;
pub use scanned::ScannedIndex;
pub use state::{Media, Product, SKUS, SLUGS, Status, Variant};
pub use view::Receipt;
