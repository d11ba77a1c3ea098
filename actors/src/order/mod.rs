//! Order: what a cart became, with its price, its payment and its timeline.
//!
//! Three axes, each derived from events and stored: `status`, `payment_status`, `fulfillment_status`; the line
//! draft → placed → paid that shoppers follow is computed from them.
//!
//! | status    | Draft            | NotePayment          | Place            | MarkPaid              | Cancel               |
//! |-----------|------------------|----------------------|------------------|-----------------------|----------------------|
//! | (none)    | writes           | not found            | not found        | not found             | not found            |
//! | Draft     | replaces         | notes                | places           | not placed            | cancels ¹            |
//! | Placed    | not a draft      | notes ²              | repeat ³         | pays ⁴                | not a draft          |
//! | Completed | not a draft      | nothing              | repeat ³         | repeat ⁴              | not a draft          |
//! | Canceled  | not a draft      | nothing              | not a draft      | not placed            | repeat               |
//!
//! ¹ unless money is reserved or being reserved; ² of its own payment, until it is paid; ³ of the same payment, another one is
//! refused; ⁴ by its own payment over exactly its total, a repeat changes nothing.
//!
//! Invariants:
//! - ORDER-1 A cart becomes at most one order: the id derives from the cart, and the claim `order-of-cart` guards it.
//! - ORDER-2 What was bought is frozen when the order is placed: lines, totals and contact never change after.
//! - ORDER-3 An order is paid by the payment that placed it, over exactly its total, once.
//! - ORDER-4 Postings sum to zero: MarkPaid moves `clearing:captured` → `sales`.
//!
//! It holds no stock and calls no provider. The checkout process writes it; shoppers and support read it. The contact is
//! sealed with its owner's key and opened by [`Orders::contact`] alone.

mod command;
mod contact;
mod event;
mod fact;
mod handle;
mod projection;
mod rejection;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use command::{CancelReason, Command, Draft, Line};
pub use contact::{Address, Contact};
pub use event::Event;
pub use fact::Fact;
pub use handle::{OrderCard, OrderPage, Orders};
pub use projection::{ORDERS, OrderProjection};
pub use rejection::Rejection;
pub use state::{Order, SALES};
pub use view::{
    FulfillmentStatus, Milestone, Moment, OrderDetails, PaymentStatus, Stage, Status, View, number,
};
