//! The desk: what the back office keeps for itself.
//!
//! Owns the saved filters of the list of orders: a name, a title, and what orders must be to be in the list. They are one
//! entity, shared by everybody who works at the desk: there are few, and how many there may be is a rule over all of them.
//!
//! | command | what happens |
//! |---------|--------------|
//! | Save    | a filter is there, or is as it says; no-op when it is so |
//! | Drop    | it is gone; `order-filter-not-found` |
//!
//! Each may name the version that its writer saw: `order-filters-changed` when somebody else was faster.
//!
//! Invariants:
//! - DESK-1: a name is one filter's, words of lower-case letters and digits, joined by hyphens.
//! - DESK-2: a filter has a title, and asks for a range that something can be in.
//! - DESK-3: there are at most [`FILTERS_MAX`].
//!
//! It deliberately finds no orders: whoever shows a filter asks for the list with what it says. It knows no persons, since a
//! filter looks for states, sums and times only.
//!
//! Called by the back office.

mod filter;
mod handle;
mod rejection;
#[cfg(test)]
mod tests;

pub use filter::{Command, Desk, Event, FILTERS_MAX, OrderFilter, Receipt, WITHIN_DAYS_MAX};
pub use handle::Desks;
pub use rejection::Rejection;
