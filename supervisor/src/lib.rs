//! The durable actor runtime under Amazoff. It knows no shop.

pub mod ask;
mod cell;
pub mod clock;
pub mod compute;
pub mod consistency;
mod directory;
pub mod documents;
pub mod entity;
pub mod fault;
pub mod faults;
mod housekeeping;
pub mod ids;
pub mod journal;
mod lane;
mod member;
pub mod outbox;
pub mod projection;
mod reminder;
mod runtime;
pub mod sealing;
pub mod task;
pub mod tree;

pub use ask::{Answer, AskError, Envelope, ReadError};
pub use cell::Committed;
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use directory::{CellLimits, Directory, decode};
pub use entity::{ClaimChange, Context, Decision, Entity, Principal, ReminderChange};
pub use fault::{Fault, FaultKind};
pub use ids::{CommandId, EntityId, Epoch, Kind, ShardId, Version, derive_uuid};
pub use journal::{Claim, Posting};
pub use task::spawn_guarded;

pub use lane::LaneStats;
pub use member::{AnyMember, Handed};
pub use outbox::{Deliver, Delivered, Delivery};
pub use projection::{Projection, ProjectionStats, RebuildError};
pub use runtime::{Assembly, Ports, Runtime};
pub use sealing::{MasterKey, Sealed, Vault, VaultError};
