//! The real binary as a black box: started, shopped at, killed, frozen, cut off, checked, backed up.
//!
//! One binary of tests, because each further one costs a build of everything below it. What loads both cores by itself runs
//! alone (`.config/nextest.toml`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "test support: a surprise ends the test, figures are printed"
)]

mod audit;
mod backup;
mod catalogue;
mod common;
mod config;
mod fsck;
mod gift;
mod health;
mod kill;
mod last_item;
mod load;
mod outage;
mod panic;
mod privacy;
mod readme;
mod secrets;
mod shipping;
mod stall;
mod standby;
mod tls;
