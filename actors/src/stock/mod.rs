//! Stock: how many pieces of one variant there are, and to whom they are promised.
//!
//! Owns three quantities of a variant: `on_hand` (on the shelf), `held` (put aside for running checkouts) and `allocated`
//! (promised to placed orders). What can still be had is `on_hand - allocated - held`. The entity has the UUID of its variant.
//!
//! | hold is   | Hold                                    | ReleaseHold             | CommitHold            | Wake           |
//! |-----------|-----------------------------------------|-------------------------|-----------------------|----------------|
//! | unknown   | → live, else `insufficient-stock`       | → released (tombstone)  | `hold-unknown`        | nothing        |
//! | live      | same quantity: no-op, else `hold-differs` | → released            | → committed           | wakes checkout |
//! | committed | same quantity: no-op, else `hold-differs` | `hold-committed`      | no-op                 | nothing        |
//! | released  | `hold-released`                         | no-op                   | `hold-released`       | nothing        |
//!
//! Before Introduce everything is refused as `unknown-variant`. Introduce with the same product and SKU is a no-op,
//! with others it is refused as `variant-introduced`. Receive adds pieces.
//!
//! Invariants:
//! - STOCK-1: held + allocated ≤ on_hand: nothing is promised twice, and no quantity is ever negative.
//! - STOCK-2: hold, release and commit are keyed by the hold's id; a repeat changes nothing.
//! - STOCK-3: a hold that was released before it arrived is refused when it arrives (the newest 1,024 are remembered).
//! - STOCK-4: time frees nothing. A hold that is overdue only wakes its checkout, which alone releases it; a clock that
//!   jumps costs a message.
//! - STOCK-5: postings mirror the quantities: the balance of `stock:available:<variant>` is what can be had, and so on.
//! - STOCK-6: a command concerns one variant; whoever holds several does so one by one, sorted by variant, and no two
//!   checkouts can wait for each other.
//!
//! It deliberately knows no cart contents and no prices, never lets anyone set a quantity, and does not ship yet.
//!
//! Called by the seed and the back office (introduce, receive), and by the checkout (hold, release, commit).

mod command;
mod deliver;
mod event;
mod handle;
mod rejection;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use command::{Command, NewHold};
pub use deliver::StockDelivery;
pub use event::{Effect, Event};
pub use handle::Stocks;
pub use rejection::Rejection;
pub use state::{Hold, HoldState, QUANTITY_MAX, SUPPLIER, Stock};
pub use view::Levels;
