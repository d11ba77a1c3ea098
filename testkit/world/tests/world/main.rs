//! The whole shop in memory, in every way that it can go wrong.
//!
//! One binary of tests, because each further one costs a build of everything below it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]
#![allow(clippy::print_stdout, reason = "figures of a run are for people")]

mod app;
mod backup;
mod blast_radius;
mod carts;
mod cases;
mod catalogue;
mod coupons;
mod following;
mod fsck;
#[cfg(feature = "fault-points")]
mod matrix;
mod orders;
mod privacy;
mod recommendations;
mod repay;
mod reports;
mod reviews;
mod shop;
#[cfg(feature = "fault-points")]
mod simulation;
