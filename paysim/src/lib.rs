//! A payment provider for tests and demos: the wire subset of Stripe and PayPal that a shop needs, with the providers' rules,
//! with faults on demand, and with a ledger of every movement of money that the shop's books are compared with.
//!
//! It depends on nothing of the shop, so it cannot share a mistake with it. It listens on the loopback interface only, moves no
//! money, and forgets everything when it stops.
//!
//! | what                     | library                             | HTTP                                             |
//! |--------------------------|-------------------------------------|--------------------------------------------------|
//! | the books                | [`Running::books`]                  | `GET /__sim/ledger`                              |
//! | one fault, later         | [`Running::plan`]                   | `POST /__sim/faults`, `DELETE` forgets all       |
//! | one fault, this request  |                                     | header `X-Paysim-Fault: {"kind": "reset_after"}` |
//! | what was asked and struck| [`Running::asked`], [`Running::fired`] | `GET /__sim/faults`                           |
//! | messages                 | [`Running::set_mishaps`], [`Running::release`], [`Running::take`] | `/__sim/webhooks`, `/release`, `/take` |
//! | time                     | [`Running::advance`]                | `POST /__sim/clock {"advance_ms": …}`            |
//! | forgetting keys          | [`Running::prune_keys`]             | `POST /__sim/keys/prune`                         |
//! | the shopper acts         | [`Running::act`]                    | `/__sim/act/{reference}`, `/approve`, `/decline`, `/approve-with-a-bad-card` |
//! | disputes                 | [`Running::dispute`], [`Running::close_dispute`] | `POST /__sim/disputes/…`            |
//! | refunds that wait or fail| [`Running::end_refund`]             | `POST /__sim/refunds/{id}/succeed`, `/fail`      |
//!
//! Rules that hold whatever is asked and whatever goes wrong: not more is captured than was reserved, not more is given back than
//! was captured, no state is skipped, one idempotency key does one thing once.

#![warn(missing_docs)]

mod admin;
mod app;
mod clock;
mod faults;
mod ids;
mod keys;
mod ledger;
mod options;
mod paypal;
mod running;
mod server;
mod stripe;
mod webhooks;
mod wire;
mod world;

pub use admin::Act;
pub use faults::{Fault, Plan};
pub use ledger::{Account, Books, Desk, Kind, Movement};
pub use options::Options;
pub use running::{Paysim, Refused, Running, StartError};
pub use webhooks::{Message, Mishaps, Sent};
