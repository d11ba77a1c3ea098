//! Commands that crashed their entity, and what a person decided about them.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::ids::{CommandId, EntityId, Version};

/// A command that crashed its entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Whose command.
    pub entity: EntityId,
    /// Which command.
    pub command_id: CommandId,
    /// The version of the state that it was decided on.
    pub seq: Version,
    /// Panic text.
    pub cause: String,
    /// JSON of the command, personal fields sealed.
    pub sealed_command: String,
    /// JSON of the context.
    pub context: String,
    /// When.
    pub at: Timestamp,
}

/// A crash as stored, with how often it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrashRecord {
    /// The newest crash.
    pub crash: Crash,
    /// How often that command crashed.
    pub attempts: u32,
    /// Whether it is refused from now on.
    pub quarantined: bool,
    /// Whether a person decided that it stays refused for ever; then it is no longer listed as open.
    pub dismissed: bool,
}

impl CrashRecord {
    /// Where it stands in the list, newest first.
    pub fn position(&self) -> CrashPosition {
        let Crash { at, entity, command_id, .. } = &self.crash;
        CrashPosition { at: *at, entity: entity.clone(), command_id: *command_id }
    }
}

/// A place in the list of crashes, which goes from the newest to the oldest and, within a millisecond, by entity and command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrashPosition {
    /// When the newest crash of the command was.
    pub at: Timestamp,
    /// Whose command.
    pub entity: EntityId,
    /// Which command.
    pub command_id: CommandId,
}

/// Which crashed commands to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashFilter {
    /// All of them.
    All,
    /// Those in quarantine about which nobody has decided yet.
    Open,
}
