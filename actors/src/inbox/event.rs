//! What happens to an inbox.

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::Preferences;
use crate::ids::{EndpointId, OrderId};
use crate::order::News;

/// Something that happened to an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The person is told something.
    Arrived {
        /// What.
        notice: Notice,
    },
    /// The person has read it up to here.
    Read {
        /// The number of the newest notice that was read.
        upto: u64,
        /// When.
        at: Timestamp,
    },
    /// The person wants other letters.
    PreferencesSet {
        /// Which.
        preferences: Preferences,
        /// When.
        at: Timestamp,
    },
}

/// What a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its number, from 1 (INBOX-1).
    pub seq: u64,
    /// What it is about.
    pub matter: Matter,
    /// When that happened.
    pub at: Timestamp,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// An order of theirs.
    Order {
        /// Which.
        order: OrderId,
        /// What happened to it.
        news: News,
    },
    /// An endpoint that they made takes nothing, and was turned off.
    EndpointDisabled {
        /// Which.
        endpoint: EndpointId,
    },
}
