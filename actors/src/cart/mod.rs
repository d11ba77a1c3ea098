//! Carts: what a shopper means to buy.
//!
//! Owns the lines of a cart, its codes, where it goes and how it is sent, its owner, and the right to change it. A line
//! remembers the price at which it was last added, only to tell the shopper when that changed: what is shown and charged is a
//! quote of today ([`crate::pricing::Prices`]), the same for the view and inside the checkout's claim.
//!
//! | status     | what a shopper changes | MergeInto(t)        | Absorb(s)        | Claim(n)                          | Release(n)                      | Complete(n)                                  | Tidy |
//! |------------|------------------------|---------------------|------------------|-----------------------------------|---------------------------------|----------------------------------------------|------|
//! | absent     | `cart-not-found`       | `cart-not-found`    | `cart-not-found` | `cart-not-found`                  | `cart-not-found`                | `cart-not-found`                             | –    |
//! | open       | changed                | → merging(t)        | changed          | → completing(n), when ready       | remembered                      | `cart-not-claimed`                           | left, then → abandoned |
//! | completing | `cart-locked`          | `cart-locked`       | `cart-locked`    | same n: no-op, else `cart-locked` | same n: → open, else remembered | same n: → completed, else `cart-not-claimed` | later |
//! | completed  | `cart-completed`       | `cart-completed`    | `cart-completed` | `cart-completed`                  | no-op                           | same order: no-op, else `cart-completed`     | –    |
//! | merging(t) | `cart-locked`          | same t: no-op, else `cart-locked` | `cart-locked` | `cart-locked`          | remembered                      | `cart-not-claimed`                           | later |
//! | merged(t)  | `cart-merged`          | same t: no-op, else `cart-merged` | `cart-merged` | `cart-merged`          | no-op                           | `cart-not-claimed`                           | –    |
//! | abandoned  | `cart-abandoned`       | `cart-abandoned`    | `cart-abandoned` | `cart-abandoned`                  | no-op                           | `cart-not-claimed`                           | –    |
//!
//! Create makes an open cart; for one that its owner has, it answers the cart as it is. Merging ends with the other cart's
//! answer: RecordAbsorbed → merged, RecordMergeRefused → open. An absorption that happened is a no-op in any status.
//!
//! Invariants:
//! - CART-1: every quantity is from 1 to 99, and a cart has at most 100 lines and 5 codes.
//! - CART-2: there is one line per variant; its id derives from the variant.
//! - CART-3: all prices are in the cart's currency, and their sum can always be computed.
//! - CART-4: nothing but the claiming attempt changes a cart while it is completing.
//! - CART-5: an attempt that was released can never claim again, in whatever order its commands arrive.
//! - CART-6: a cart is claimed only when its view lists no requirement: gate and list are one function. (The address may come
//!   with the claim; the cart keeps it.)
//! - CART-7: a cart of a person is not there for anybody else; a guest's cart is there for whoever holds its secret.
//! - CART-8: a completed, merged or abandoned cart never changes again.
//! - CART-9: what is in a cart that merges is in the other cart before it leaves this one, and in this one until then; a merge
//!   that is refused (another currency, no room, a checkout that runs) changes neither cart.
//! - CART-10: a cart takes over another at most once: what the shopper removes afterwards does not come back.
//! - CART-11: only an open cart is abandoned: empty for [`EMPTY_FOR`], a guest's for [`GUEST_FOR`], a person's for
//!   [`CUSTOMER_FOR`]; never one whose checkout runs, for money may be attached to it.
//! - CART-12: when a cart ends without an order, the key that sealed what a guest said of themselves is destroyed.
//!
//! It deliberately holds no stock (what is available is only compared), computes no discount or tax, and releases no claim by
//! itself: only the checkout knows whether money is on its way. It writes to nobody: [`Event::Left`] is where that starts.
//!
//! Called by shoppers through [`Carts`], by the checkout of the same UUID, and by carts that merge. The edges check a guest's
//! secret.

mod address;
mod command;
mod deliver;
mod effect;
mod event;
mod handle;
mod kept;
mod line;
mod owner;
mod projection;
mod rejection;
mod requirement;
mod rules;
mod shown;
mod state;
#[cfg(test)]
mod tests;
mod view;
mod warning;
mod wording;

pub use address::Address;
pub use command::{Absorption, Addition, Command, MergeStrategy, Offer};
pub use deliver::CartDelivery;
pub use effect::{Effect, Handover};
pub use event::Event;
pub use handle::{Carts, Merging, NewLine, Shelf};
pub use kept::CartPage;
pub use line::Line;
pub use owner::Owner;
pub use projection::{CARTS, CartProjection};
pub use rejection::Rejection;
pub use requirement::Requirement;
pub use rules::{CUSTOMER_FOR, EMPTY_FOR, GUEST_FOR, LEFT_AFTER, TOUCH_EVERY};
pub use shown::Shown;
pub use state::{COUPONS_MAX, Cart, LINES_MAX, RefusedMerge, Status};
pub use view::{LineView, View};
pub use warning::Warning;
pub use wording::{Wording, Words};
