//! The whole shop in memory on a paused clock: real domains, real tree, a store that outlives crashes, a payment provider
//! that outlives them too, and books that must balance whatever happens.
//!
//! ```
//! use amazoff_actors::checkout::Outcome;
//! use amazoff_world::{World, paused};
//!
//! paused(async {
//!     let world = World::start().await;
//!     let shelf = world.stock(1_999, 10).await;
//!     let cart = world.full_cart(&[(shelf, 2)]).await;
//!     world.crash().await; // nothing is lost: what was acknowledged is in the journal
//!     let outcome = world.complete(cart, "tok_ok").await.unwrap();
//!     assert!(matches!(outcome, Outcome::Placed { .. }));
//!     world.settled().await;
//!     world.invariants().await.assert_hold();
//! });
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test support: a surprise ends the test")]

mod app;
mod clock;
mod invariants;
mod outside;
mod provider;
mod shopping;
mod steps;
mod stored;
mod world;

pub use app::TestApp;
pub use clock::WorldClock;
pub use invariants::Invariants;
pub use outside::{Mails, QuickHasher};
pub use provider::{Entry, Provider, Trouble};
pub use shopping::{Shelf, contact};
pub use steps::{Cut, fail_each_step};
pub use stored::Stored;
pub use world::{Machine, PowerLost, World};

/// Runs a future on one thread and a paused clock: waiting takes no time, and the same seed gives the same run.
///
/// # Panics
/// When the runtime cannot be built, or the future panics.
pub fn paused<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(future)
}

/// Waits until a condition holds.
///
/// # Panics
/// When it does not hold within `limit`; the text is `what`.
pub async fn until(what: &str, limit: std::time::Duration, holds: impl AsyncFnMut() -> bool) {
    assert!(came(limit, holds).await, "{what} did not come within {limit:?}");
}

/// Waits until a condition holds; false when it does not within `limit`.
pub(crate) async fn came(limit: std::time::Duration, mut holds: impl AsyncFnMut() -> bool) -> bool {
    const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(250);
    let end = tokio::time::Instant::now() + limit;
    while !holds().await {
        if tokio::time::Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    true
}
