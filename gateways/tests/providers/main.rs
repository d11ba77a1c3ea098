//! Stripe's and PayPal's adapters against the payment simulator.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says why")]

mod disputes;
mod faults;
mod paypal;
mod records;
mod second_opinion;
mod secrets;
mod stripe;
mod support;
mod webhooks;
