//! Categories: the tree in which shoppers find their way.
//!
//! Owns the slug, title, parent and position of every category. They are one entity, as the pricebook is one: whether a parent is there
//! and no category is above itself are rules over all of them, which one commit decides; there are few, they change seldom, and
//! whoever shows them shows all. With an entity per category two moves at once could close a circle.
//!
//! | command | what happens |
//! |---------|--------------|
//! | Put     | a category is there, or is as it says; no-op when it is so |
//! | Remove  | it is gone; `category-not-found`, `category-not-empty` while others are below it or products name it |
//!
//! Each may name the version that its writer saw: `categories-changed` when somebody else was faster.
//!
//! Invariants:
//! - CAT-1: a slug is one category's; it is its name for ever, since products name it.
//! - CAT-2: a parent is a category, and none is above itself; at most [`DEPTH_MAX`] stand one below the other.
//! - CAT-3: there are at most [`CATEGORIES_MAX`].
//!
//! It deliberately knows no products: a product names a slug, whether there is such a category or not, and one that is not in the tree is
//! shown at its root under its slug. How many products name a category is counted by whoever asks for its removal, in documents
//! that may be a moment behind: a product that is drafted at the same moment is then one of a category that is not in the tree.
//!
//! Called by the back office (changes), and read by the catalogue's pages.

mod handle;
mod rejection;
#[cfg(test)]
mod tests;
mod tree;

pub use handle::{Categories, Node};
pub use rejection::Rejection;
pub use tree::{CATEGORIES_MAX, Category, Change, Command, DEPTH_MAX, Event, Receipt, Tree};
