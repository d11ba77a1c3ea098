//! How storing can fail, and whether something may have happened.

use super::{Claim, PAYLOAD_BYTES_MAX};
use crate::ids::{CommandId, ShardId};

/// Why one part was left out while its neighbours committed. Certainly nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartRefusal {
    /// Another writer has stored events after `seen`.
    #[error("version taken")]
    VersionTaken,
    /// Another entity has the key.
    #[error("claim {}/{} taken", .0.namespace, .0.key)]
    ClaimTaken(Claim),
    /// This command already has an outcome.
    #[error("command {0} is already stored")]
    CommandKnown(CommandId),
    /// This or a later effect of that sender is already applied.
    #[error("effect {0} is already applied")]
    EffectApplied(CommandId),
    /// This node no longer owns the shard under that epoch.
    #[error("shard {} lost", .0.number())]
    ShardLost(ShardId),
    /// A payload exceeds [`PAYLOAD_BYTES_MAX`].
    #[error("a payload has {bytes} bytes, over the limit of {PAYLOAD_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// Why an operation failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The store cannot be used now; certainly nothing was stored.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// The commit may or may not have happened: forget memory and read again.
    #[error("outcome of the commit unknown: {0}")]
    OutcomeUnknown(String),
    /// What is stored breaks its own rules (checksum, gap): never replay it.
    #[error("journal of {entity} is corrupt: {reason}")]
    Corrupt {
        /// Whose events.
        entity: String,
        /// What is wrong.
        reason: String,
    },
    /// The documents have not come as far as the reader has already seen: read again shortly.
    #[error("the documents have not caught up yet")]
    NotYet,
}

impl JournalError {
    /// Whether nothing can have been stored.
    pub fn certainly_not_committed(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Corrupt { .. } | Self::NotYet => true,
            Self::OutcomeUnknown(_) => false,
        }
    }
}
