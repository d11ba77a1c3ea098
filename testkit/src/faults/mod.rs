//! Making things go wrong on purpose: a [`FaultPlan`] says what and when, and wrappers around the ports do it.
//!
//! ```
//! use amazoff_testkit::faults::{FaultPlan, Kind};
//!
//! let plan = FaultPlan::new().at(Kind::AppendLostAfter, 3); // the third append is stored, and nobody learns of it
//! assert_eq!(plan.next(&[Kind::AppendLostAfter]), None);
//! assert_eq!(plan.next(&[Kind::AppendLostAfter]), None);
//! assert_eq!(plan.next(&[Kind::AppendLostAfter]), Some(Kind::AppendLostAfter));
//! plan.assert_all_fired();
//! ```

mod deliver;
mod documents;
mod journal;
mod kind;
mod lane;
mod plan;
mod power;
#[cfg(test)]
mod tests;
mod trace;

pub use deliver::FaultyDeliver;
pub use documents::FaultyDocuments;
pub use journal::FaultyJournal;
pub use kind::Kind;
pub use plan::FaultPlan;
pub use power::Power;
pub use trace::{Recorded, Trace};
