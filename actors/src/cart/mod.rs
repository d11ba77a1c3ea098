//! Carts: what a shopper means to buy.
//!
//! Owns the lines of a cart, its owner, and the right to change it. A line remembers the price at which it was last
//! added; what is charged is computed inside the checkout's claim, from the same function that the view uses.
//!
//! | status     | AddLine, SetQuantity, RemoveLine, Adopt | Claim(n)                     | Release(n)        | Complete(n)      |
//! |------------|-----------------------------------------|------------------------------|-------------------|------------------|
//! | absent     | `cart-not-found`                        | `cart-not-found`             | `cart-not-found`  | `cart-not-found` |
//! | open       | changed                                 | → completing(n), when ready  | remembered        | `cart-not-claimed` |
//! | completing | `cart-locked`                           | same n: no-op, else `cart-locked` | same n: → open, else remembered | same n: → completed, else `cart-not-claimed` |
//! | completed  | `cart-completed`                        | `cart-completed`             | no-op             | same order: no-op, else `cart-completed` |
//!
//! Create makes an open cart; for one that its owner has, it answers the cart as it is.
//!
//! Invariants:
//! - CART-1: every quantity is from 1 to 99, and a cart has at most 100 lines.
//! - CART-2: there is one line per variant; its id derives from the variant.
//! - CART-3: the totals are those of [`crate::pricing::totals`] over the lines, and can always be computed.
//! - CART-4: nothing but the claiming attempt changes a cart while it is completing.
//! - CART-5: an attempt that was released can never claim again, in whatever order its commands arrive.
//! - CART-6: a cart is claimed only when its view lists no requirement: gate and list are one function.
//! - CART-7: a cart of a person is not there for anybody else; a guest's cart is there for whoever holds its secret.
//! - CART-8: a completed cart never changes again.
//!
//! It deliberately holds no stock (what is available is only compared), knows no address or payment (they come with the
//! checkout), and releases no claim by itself: only the checkout knows whether money is on its way.
//!
//! Called by shoppers through [`Carts`] and by the checkout of the same UUID. The edges check a guest's secret.

mod command;
mod event;
mod handle;
mod owner;
mod rejection;
mod state;
#[cfg(test)]
mod tests;
mod view;

pub use command::{Addition, Command, Offer};
pub use event::Event;
pub use handle::{Carts, NewLine};
pub use owner::Owner;
pub use rejection::Rejection;
pub use state::{Cart, LINES_MAX, Line, Status};
pub use view::{LineView, Requirement, View};
