#![doc = include_str!("../README.md")]
//!
//! ## Where things are
//!
//! | to | look at |
//! |----|---------|
//! | write the rules of a domain | [`Entity`], [`Decision`], [`Context`], [`Fault`] |
//! | ask an entity, safely again | [`Directory`], [`Envelope`], [`Principal`], [`AskError`] |
//! | read and follow it | [`Directory::read`], [`Directory::watch`], [`Committed`] |
//! | keep a key unique, keep books | [`Claim`], [`Posting`] |
//! | be woken later | [`ReminderChange`], [`Entity::reminded`] |
//! | act on others after a commit | [`Deliver`], [`Delivery`], [`Delivered`]; module [`outbox`] |
//! | have lists and search | [`Projection`]; modules [`projection`], [`documents`] |
//! | read from lists what one has just written | module [`consistency`] |
//! | put a program together | [`Ports`], [`Assembly`], [`Runtime`] |
//! | keep it running | module [`tree`]: [`SupervisorSpec`](tree::SupervisorSpec), [`ChildSpec`](tree::ChildSpec), [`TreeHandle`](tree::TreeHandle) |
//! | end it in good order | module [`shutdown`] |
//! | compute for long | module [`compute`]: [`Job`](compute::Job), [`ComputePool`](compute::ComputePool) |
//! | bound it, also while it runs | module [`limits`]: [`CellLimits`], [`RuntimeLimits`] |
//! | hand time on, refuse circles | module [`call`] |
//! | see what goes on, or went on | [`Runtime::stats`], [`AnyMember`], [`CellView`], [`PastState`], [`WhatIf`] |
//! | operate it, on the record | [`Operator`]; module [`audit`] |
//! | store personal data | [`Vault`], [`Sealed`] |
//! | own time and chance in tests | [`Clock`], [`ManualClock`]; module [`chance`], module [`faults`] (feature `fault-points`) |
//! | adapt a database | module [`journal`]: [`Journal`](journal::Journal), [`LaneWriter`](journal::LaneWriter), [`Shards`](journal::Shards), [`KeyTable`](journal::KeyTable) |
//!
//! Not public, and the place to read how it works: `cell/` decides batches (`batch.rs`, no I/O), commits them (`commit.rs`)
//! and settles what is refused (`round.rs`); `directory/` finds, wakes and rests cells; `lane.rs` groups commits;
//! `reminder.rs`, `housekeeping.rs` and `watchdog.rs` are the services that their names say.

pub mod archive;
mod aside;
pub mod ask;
pub mod audit;
pub mod call;
mod cell;
pub mod chance;
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
mod inspect;
pub mod journal;
mod json;
mod lane;
pub mod limits;
mod member;
mod memory;
mod operator;
pub mod outbox;
pub mod projection;
mod reminder;
mod runtime;
pub mod sealing;
pub mod shutdown;
pub mod task;
pub mod tree;
mod watchdog;

pub use aside::{Aside, Place, may_block};
pub use ask::{Answer, AskError, Envelope, ReadError};
pub use audit::{AuditEntry, AuditError, AuditNote, AuditTable};
pub use cell::{ActivityView, CellStatus, CellView, Committed, Stage, StepView};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use directory::{CommandStats, Directory, DomainStats, Quantiles, decode};
pub use entity::{ClaimChange, Context, Decision, Entity, Principal, ReminderChange};
pub use fault::{Fault, FaultKind};
pub use ids::{CommandId, EntityId, Epoch, Kind, ShardId, Version, derive_uuid, derive_uuid_of};
pub use inspect::{PastState, WhatCommand, WhatIf, WhatIfAnswer, WhatIfError, WhatIfOutcome};
pub use journal::{Claim, Posting};
pub use limits::{CellLimits, LimitError, LimitsView, RuntimeLimits};
pub use task::spawn_guarded;

pub use lane::{LaneStats, ShardTotal};
pub use member::{AnyMember, Handed, Reminded, RetryError};
pub use memory::{parsed_bytes, text_length};
pub use operator::{OperateError, Operator};
pub use outbox::{Deliver, Delivered, Delivery, OutboxError, OutboxStats, SenderStats};
pub use projection::{Projection, ProjectionStats, RebuildError};
pub use runtime::{Assembly, Ports, Runtime, RuntimeStats};
pub use sealing::{MasterKey, Sealed, Vault, VaultError};
pub use watchdog::OnFrozen;
