//! Stripe's and PayPal's adapters against the payment simulator.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]
#![allow(clippy::print_stdout, reason = "a test says why it is skipped, and how it is repeated")]

mod disputes;
mod faults;
mod paypal;
mod records;
mod second_opinion;
mod secrets;
mod sequences;
mod stripe;
mod support;
mod webhooks;
