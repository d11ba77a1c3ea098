//! What may be asked of an endpoint, and what follows outside it.

use std::collections::BTreeSet;

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attempt, EventType};
use crate::ids::{MessageId, UserId};

/// A command to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Makes it.
    Create {
        /// Where events are sent.
        url: String,
        /// Which.
        events: BTreeSet<EventType>,
        /// Who made it, and is told when it is turned off.
        by: UserId,
    },
    /// Sends an event, if it is wanted.
    Enqueue {
        /// What kind it is.
        kind: EventType,
        /// The body, as every attempt sends it.
        body: String,
    },
    /// Sends an event that says nothing, to try it out.
    SendTest {
        /// The body.
        body: String,
    },
    /// Sends a message once more, from the first attempt on.
    Replay {
        /// Which.
        message: MessageId,
    },
    /// What came of an attempt.
    NoteAttempt {
        /// To hand over which message.
        message: MessageId,
        /// Which attempt of it, from 1.
        call: u32,
        /// What came of it.
        attempt: Attempt,
        /// How long the receiver wants to be left alone, in seconds.
        retry_after_s: Option<u32>,
    },
    /// Hands over what is due.
    Retry,
    /// Turns it on.
    Enable,
    /// Turns it off.
    Disable,
    /// Replaces its secret.
    RotateSecret,
    /// Deletes it, with all messages.
    Delete,
}

/// What follows outside an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Hand a message over, once.
    Call {
        /// Which.
        message: MessageId,
        /// Which attempt, from 1.
        call: u32,
    },
    /// Tell whoever made it that it was turned off.
    Tell {
        /// Whom.
        user: UserId,
        /// When it happened.
        at: Timestamp,
    },
}
