//! The simulator from outside: rules, keys, messages, and every fault.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

mod faults;
mod messages;
mod paypal;
mod stripe;
mod support;
