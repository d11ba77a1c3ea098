//! The real binary as a black box: a process with a data folder, and a client that repeats until it is answered.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support: each test binary uses its part, and a surprise ends the test"
)]

pub mod client;
pub mod gate;
pub mod server;
pub mod servers;
pub mod shopping;

pub use client::{Auth, Client, Reply, Request};
pub use gate::Gate;
pub use server::{OWNER_EMAIL, OWNER_PASSWORD, Server, Setup};
pub use servers::Servers;
