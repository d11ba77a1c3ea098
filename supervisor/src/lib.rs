//! The durable actor runtime under Amazoff. It knows no shop.

pub mod ask;
pub mod call;
mod cell;
pub mod chance;
pub mod clock;
pub mod compute;
mod directory;
pub mod documents;
pub mod entity;
pub mod fault;
pub mod faults;
mod housekeeping;
pub mod ids;
mod inspect;
pub mod journal;
mod lane;
pub mod limits;
mod member;
mod memory;
pub mod outbox;
pub mod projection;
mod reminder;
mod runtime;
pub mod sealing;
pub mod task;
pub mod tree;
mod watchdog;

pub use ask::{Answer, AskError, Envelope, ReadError};
pub use cell::{ActivityView, CellStatus, CellView, Committed, Stage, StepView};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use directory::{CommandStats, Directory, DomainStats, Quantiles, decode};
pub use entity::{ClaimChange, Context, Decision, Entity, Principal, ReminderChange};
pub use fault::{Fault, FaultKind};
pub use ids::{CommandId, EntityId, Epoch, Kind, ShardId, Version, derive_uuid};
pub use inspect::{PastState, WhatCommand, WhatIf, WhatIfAnswer, WhatIfError, WhatIfOutcome};
pub use journal::{Claim, Posting};
pub use limits::{CellLimits, LimitError, RuntimeLimits};
pub use task::spawn_guarded;

pub use lane::LaneStats;
pub use member::{AnyMember, Handed, RetryError};
pub use outbox::{Deliver, Delivered, Delivery};
pub use projection::Projection;
pub use runtime::{Assembly, LimitsView, Ports, Runtime, RuntimeStats};
pub use sealing::{MasterKey, Sealed, Vault, VaultError};
pub use watchdog::OnFrozen;
