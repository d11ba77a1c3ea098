//! What may be asked of an inbox.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Matter, Preferences};
use crate::order::NewsKind;

/// A command to a person's inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Tells the person something.
    Put {
        /// What.
        matter: Matter,
        /// When it happened.
        at: Timestamp,
    },
    /// The person has read it up to here.
    MarkRead {
        /// The number of the newest notice that was read.
        upto: u64,
    },
    /// The person wants other letters.
    SetPreferences {
        /// Which.
        preferences: Preferences,
    },
    /// The person wants no more letters of a kind.
    Mute {
        /// Of which.
        kind: NewsKind,
    },
}
