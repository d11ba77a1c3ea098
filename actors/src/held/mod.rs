//! What is held about a person, wherever it is: for that person's own eyes.
//!
//! No domain of its own: a projection remembers which carts and reviews are whose and who voted and complained, also when
//! lists do not show them any more, and [`Held`] reads the histories of those entities with everything personal opened. So
//! what is sealed for a person is found whatever field it is in, also one that was added yesterday.

mod handle;
mod history;
mod projection;
mod retention;
#[cfg(test)]
mod tests;

pub use handle::{Act, ActKind, ActPage, Held, HeldEntity};
pub use history::{HISTORY_KINDS, HistoryPage, Told};
pub use projection::{HELD, HeldProjection};
pub use retention::Retention;
