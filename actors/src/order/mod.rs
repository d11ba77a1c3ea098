//! Order: what a cart became: its price, its payments, its parcels, what came back, and its timeline.
//!
//! Three axes, each derived from what happened and stored with it ([`Axes::derive`] is their only writer): `status`,
//! `payment_status`, `fulfillment_status`; the line draft → placed → paid → packed → shipped → delivered that shoppers follow
//! is computed from them.
//!
//! | status    | Draft       | NotePayment | Place       | MarkPaid   | Cancel      | CancelLines, Pack, Ship, RequestReturn | Refund     | NoteFact |
//! |-----------|-------------|-------------|-------------|------------|-------------|----------------------------------------|------------|----------|
//! | (none)    | writes      | not found   | not found   | not found  | not found   | not found                              | not found  | not found |
//! | Draft     | replaces    | notes       | places      | not placed | cancels ¹   | not placed                             | not placed | notes    |
//! | Placed    | not a draft | notes ²     | repeat ³    | pays ⁴     | cancels ⁵   | yes ⁶                                  | yes ⁷      | notes    |
//! | Completed | not a draft | nothing     | repeat ³    | repeat ⁴   | packed      | returns only                           | yes ⁷      | notes    |
//! | Canceled  | not a draft | gives up ⁸  | not a draft | gives back | repeat      | not placed                             | yes ⁷      | notes    |
//!
//! ¹ unless money is reserved or being reserved; ² of its own payment, while nothing is taken; ³ of the same payment, another one is
//! refused; ⁴ by its own payment over exactly its total, a repeat changes nothing; ⁵ unless something was sent, or (for shoppers)
//! packed, or all of its money is just being taken; ⁶ as many pieces as are open for it, and Ship only against money (ORDER-7);
//! ⁷ at most what was taken and is not given back; ⁸ a reservation that comes too late.
//!
//! Unpack, Deliver, and the steps of a return (approve, reject, cancel, receive) follow the parcel's and the return's own state:
//! packed → shipped → delivered; requested → approved → received → refunded, or rejected or canceled before it is received.
//! Pay begins another payment over what is owed, of an order that binds, one at a time (ORDER-9); CheckPayment and
//! GiveUpPayment are the reminders of one that its shopper may have left. AddNote is always possible. IfVersion wraps any of them for whoever worked from a page.
//!
//! Invariants:
//! - ORDER-1 A cart becomes at most one order: the id derives from the cart, and the claim `order-of-cart` guards it.
//! - ORDER-2 What was bought is frozen when the order is placed: lines, totals and contact never change after. What changes
//!   are pieces and adjustments beside them.
//! - ORDER-3 At placement an order is paid by the payment that placed it, over exactly its total, once. Later facts may add to
//!   it; what is taken beyond the price goes back.
//! - ORDER-4 Postings sum to zero: what is taken moves `clearing:captured` → `sales`; what is asked back moves `sales` →
//!   `clearing:refunds`, and back again when it fails. So `clearing:refunds` is what is asked back, and `sales` what is kept.
//! - ORDER-5 A piece's price is its frozen share of its line's (discounts and tax included), by largest remainder, so all pieces
//!   make exactly the line's price. Sent and refunded pieces count from the first, canceled ones from the last; nothing that is
//!   left is ever priced anew.
//! - ORDER-6 Σ refunds that are done or on their way ≤ Σ captured, in all and by payment.
//! - ORDER-7 Nothing is sent unless its money is taken, or validly reserved.
//! - ORDER-8 Every effect has a name that follows from what it is for (parcel, adjustment, return), so a repeat does nothing.
//! - ORDER-9 At most one payment is being reserved or taken at a time, over exactly what is owed when it begins.
//!
//! Where money is taken with parcels ([`CapturePolicy::OnShipment`](crate::pricebook::CapturePolicy)), sending one asks for the
//! price of its pieces (and that of sending, with the first one), and what nothing is to be taken from any more is given up.
//! Reviews are told which products arrived, and when all of one was paid back. Each [`News`] is written to whoever receives the order, and
//! announced to its buyer's inbox, once: both are effects of the commit that it is about.
//! Stock is asked to ship, to take promises back and to restock; what a payment did comes back as a [`Fact`], which is never
//! refused. A reservation that runs out cancels nothing.
//!
//! It holds no stock and calls no provider. The checkout process writes it; shoppers cancel it and ask for returns; the back
//! office does the rest. The contact and remarks are sealed with its owner's key and opened by [`Orders::contact`] and
//! [`Orders::remarks`] alone.

mod adjustment;
mod apply;
mod books;
mod command;
mod contact;
mod deliver;
mod derive;
mod desk;
mod draft;
mod effect;
mod event;
mod fact;
mod filter;
mod further;
mod goods;
mod handle;
mod letters;
mod news;
mod number;
mod pay;
mod plan;
mod projection;
mod purchase;
mod rejection;
mod rules;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use adjustment::{Adjustment, AdjustmentKind, AdjustmentStatus, Note, RefundPart};
pub use books::Account;
pub use command::{CancelReason, Command, RefundOf, RefundReason};
pub use contact::{Address, Contact};
pub use deliver::OrderDelivery;
pub use derive::Axes;
pub use desk::{NoteError, Remark, Request};
pub use draft::{Draft, Line};
pub use effect::Effect;
pub use event::{Event, MoneyEvent, ParcelEvent, ReturnEvent};
pub use fact::Fact;
pub use filter::Filter;
pub use further::{Further, FurtherState};
pub use goods::{
    Pieces, Portion, ReceivedPortion, Return, ReturnReason, ReturnState, Shipment, ShipmentState, Tracking,
};
pub use handle::{OrderCard, OrderPage, Orders};
pub use letters::Letters;
pub use news::{News, NewsKind};
pub use number::{number, read_number};
pub(crate) use projection::KEPT_MAX;
pub use projection::{ORDERS, OrderProjection};
pub use rejection::Rejection;
pub use state::{Order, SALES};
pub use view::{
    FulfillmentStatus, Milestone, Moment, OrderDetails, PaymentStatus, ReturnStatus, Stage, Status, Sums,
    View,
};
