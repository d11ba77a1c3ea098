//! Recommendations: what was bought together with a product, and what sells, where that says nothing.
//!
//! Owns no entity: everything here follows from orders and carts, and can be made again from them.
//!
//! **How it is counted.** A counter per pair of products that each order raises by one would be wrong the first time that an
//! event is projected twice, or that two generations are built beside each other. So nothing is raised. Each *basket* (an order
//! that was placed, or a cart that its shopper left with something in it) has one document per product in it, which names the
//! others: `{product, with: [...], at}`. The document is a function of the basket's own events up to one of them, and is written
//! under that event's sequence, so a repeat, a rebuild or an older write changes nothing (REC-1). The counts of a product are
//! then the sum over its documents: how many there are, and how often each other product is named.
//!
//! | what happens                        | documents of the basket                                             |
//! |-------------------------------------|---------------------------------------------------------------------|
//! | an order is placed                  | one per product, in [`BASKETS`]                                      |
//! | a placed order is given up          | removed: nobody bought that                                          |
//! | single lines are given up, returned | unchanged: they were wanted together                                 |
//! | a cart is left                      | one per product, in [`LEFT_BASKETS`]; those of before are replaced   |
//! | it becomes an order, or is merged   | removed: the order, or the other cart, counts instead                |
//!
//! **How it is compared.** An order counts [`ORDER_WEIGHT`], a cart that was left [`LEFT_WEIGHT`]. Of the newest [`WINDOW`]
//! documents of each collection, whoever was named with at least [`SUPPORT_MIN`] is a candidate. Candidates are ranked by the
//! cosine of the two products' baskets: `together / sqrt(own * other)`, in integers, so that what everybody buys anyway does not
//! stand before what belongs together.
//!
//! Invariants:
//! - REC-1: the counts are what a recount of orders and carts gives, however often an event is projected, and by whom.
//! - REC-2: nothing is recommended that is not for sale, that has no piece to be had, that is the product itself, or that is in
//!   the cart (T-K2). That is asked of products and stocks at the moment of the answer, whatever documents say.
//! - REC-3: everything is bounded: [`BASKET_MAX`] products of a basket count, the first that came; [`WINDOW`] baskets of a
//!   product are looked at, [`CANDIDATES_MAX`] products compared and [`NEIGHBOURS_MAX`] kept; [`SEEDS_MAX`] products of a cart
//!   are asked.
//!
//! It deliberately knows no persons: a document names a basket and products. What it knows is as old as [`KEPT_FOR`] at most,
//! except for REC-2.
//!
//! Called by the edges through [`Recommendations`].

mod handle;
mod popular;
mod projection;
mod similarity;
#[cfg(test)]
mod tests;

pub use handle::{Candidate, Picked, Reason, Recommendations, Recommended, Source};
pub use popular::{Popularity, WINDOW as POPULAR_WINDOW};
pub use projection::{BASKET_MAX, BASKETS, BasketProjection, LEFT_BASKETS};
pub use similarity::{
    CANDIDATES_MAX, LEFT_WEIGHT, NEIGHBOURS_MAX, Neighbour, ORDER_WEIGHT, SUPPORT_MIN, Together, WINDOW,
    combined,
};

/// The most products of a cart whose neighbours are asked: those that came last.
pub const SEEDS_MAX: usize = 10;
/// How long counts are kept in memory before they are read again.
pub const KEPT_FOR: std::time::Duration = std::time::Duration::from_mins(5);
