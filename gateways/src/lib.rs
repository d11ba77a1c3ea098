//! Adapters to the outside: payments, e-mail, receivers of webhooks, password hashing, images. Each implements a port of `actors` or serves the program's
//! start; none of them knows a rule of the shop.

#![warn(missing_docs)]

pub mod images;
pub mod mail;
pub mod passwords;
pub mod paypal;
pub mod receivers;
mod remote;
pub mod sandbox;
pub mod stripe;

pub use remote::{CALL_TIMEOUT, SetupError};
