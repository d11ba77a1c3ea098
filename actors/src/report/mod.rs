//! Reports: what was sold by day, what sells best, how far carts come, what runs out.
//!
//! Owns no entity: everything follows from orders, carts and stocks, and can be made again from them.
//!
//! As for recommendations, nothing is raised by one: each document belongs to one order, cart or stock, is a function of its
//! events up to one of them, and is written under that event's sequence. Sums are made when a report is asked for, over the
//! documents of the days that it is about.
//!
//! | collection       | a document per               | says                                                             |
//! |------------------|------------------------------|------------------------------------------------------------------|
//! | [`SALES`]        | order, and day on which what it costs changed | what it cost when it was placed, how much less since, its tax |
//! | [`SOLD_LINES`]   | line of a placed order       | the pieces that were neither given up nor sent back, and their price |
//! | [`MILESTONES`]   | cart or order, and stage     | on which day it first came so far                                |
//! | [`STOCK_LEVELS`] | variant with few pieces left | how many can be had, and since when there is none                |
//!
//! Invariants:
//! - REP-1: over all days, `gross - refunds` is what all placed orders cost now, in each currency; pieces sold are pieces kept.
//! - REP-2: a repeat or a rebuild changes nothing. (A milestone is written under one sequence for ever: the first one stays.)
//! - REP-3: a report reads at most [`DOCUMENTS_MAX`] documents over at most [`DAYS_MAX`] days, and is refused beyond that.
//!
//! A day is one of UTC. Amounts are in minor units. It deliberately knows no persons.
//!
//! Called by the edge of the back office through [`Reports`].

mod day;
mod funnel;
mod handle;
mod levels;
mod sales;
#[cfg(test)]
mod tests;

pub use day::{Day, InvalidDay};
pub use funnel::{FunnelProjection, MILESTONES, Stage};
pub use handle::{
    BestSeller, DAYS_MAX, DOCUMENTS_MAX, FunnelDay, Range, ReportError, Reports, RevenueDay, StockOut,
    StockOutPage,
};
pub use levels::{LOW_MAX, STOCK_LEVELS, StockLevelProjection};
pub use sales::{SALES, SOLD_LINES, SalesProjection};
