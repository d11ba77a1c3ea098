//! Stock: how many pieces of one variant there are, and to whom they are promised.
//!
//! Owns three quantities of a variant: `on_hand` (on the shelf), `held` (put aside for running checkouts) and `allocated`
//! (promised to placed orders). What can still be had is `on_hand + backorder_max - allocated - held`. The entity has the
//! UUID of its variant.
//!
//! | hold is   | Hold                                    | ReleaseHold             | CommitHold            | Ship, Deallocate     | Wake           |
//! |-----------|-----------------------------------------|-------------------------|-----------------------|----------------------|----------------|
//! | unknown   | → live, else `insufficient-stock`       | → released (tombstone)  | `hold-unknown`        | `hold-unknown`       | nothing        |
//! | live      | same quantity: no-op, else `hold-differs` | → released            | → committed           | `hold-not-committed` | wakes checkout |
//! | committed | same quantity: no-op, else `hold-differs` | `hold-committed`      | no-op                 | less is left ¹       | nothing        |
//! | spent     | no-op                                   | `hold-committed`        | no-op                 | `exceeds-hold`       | nothing        |
//! | released  | `hold-released`                         | no-op                   | `hold-released`       | `hold-released`      | nothing        |
//!
//! ¹ and nothing left: → spent. More than is left is `exceeds-hold`; a parcel with more than is on the shelf `not-on-shelf`.
//!
//! Before Introduce everything is refused as `unknown-variant`. Introduce with the same product and SKU is a no-op,
//! with others it is refused as `variant-introduced`. Receive adds pieces, Restock takes back what a customer returns, Adjust
//! corrects the shelf by a difference (compare-and-set when it says what was seen: `stock-changed`), AllowBackorders lets so
//! many more be promised than there are.
//!
//! Invariants:
//! - STOCK-1: held + allocated ≤ on_hand + backorder_max: nothing is promised twice, and no quantity is ever negative. (Only a
//!   lowered backorder_max leaves promises above it; nothing more is promised then.)
//! - STOCK-2: hold, release and commit are keyed by the hold's id; Ship, Deallocate and Restock by their cause (the newest
//!   1,024 are remembered). A repeat changes nothing.
//! - STOCK-3: a hold that was released before it arrived is refused when it arrives (the newest 1,024 are remembered).
//! - STOCK-4: time frees nothing. A hold that is overdue only wakes its checkout, which alone releases it; a clock that
//!   jumps costs a message.
//! - STOCK-5: postings mirror the quantities: `stock:held:<variant>` and `stock:allocated:<variant>` are those, and
//!   `stock:available:<variant>` is on_hand − held − allocated, below zero by what is backordered.
//! - STOCK-6: a command concerns one variant; whoever holds several does so one by one, sorted by variant, and no two
//!   checkouts can wait for each other.
//! - STOCK-7: placing allocates, shipping lowers on_hand. No other command of an order does either.
//! - STOCK-8: programs outside are told when the last piece is promised, and when there is one again.
//!
//! It deliberately knows no cart contents and no prices, and never lets anyone set a quantity.
//!
//! Called by the seed and the back office (introduce, receive, adjust), by the checkout (hold, release, commit) and by the
//! order (ship, deallocate, restock).

mod accounts;
mod command;
mod deliver;
mod event;
mod handle;
mod holds;
mod ledger;
mod moves;
mod rejection;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use accounts::{CUSTOMER, SUPPLIER};
pub use command::{AdjustReason, Command, NewHold};
pub use deliver::StockDelivery;
pub use event::{Effect, Event};
pub use handle::{Correction, Stocks};
pub use ledger::{LedgerPage, Movement, MovementKind};
pub use rejection::Rejection;
pub use state::{Hold, HoldState, Moved, QUANTITY_MAX, Stock};
pub use view::Levels;
