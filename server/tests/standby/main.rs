//! Two processes on one database: who serves, who waits, and what becomes of one that was frozen or cut off.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "test support: a surprise ends the test, figures are printed"
)]

#[path = "../kill/books/mod.rs"]
#[cfg(test)]
mod books;
#[path = "../common/mod.rs"]
#[cfg(test)]
mod common;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod house;
#[path = "../kill/notes.rs"]
#[cfg(test)]
mod notes;
#[path = "../kill/shopper.rs"]
#[cfg(test)]
mod shopper;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod zombie;
