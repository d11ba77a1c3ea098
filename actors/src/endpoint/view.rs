//! What an endpoint answers, and what others see of one.

use std::collections::BTreeSet;

use amazoff_supervisor::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Attempt, DisabledFor, EventType, Stage};
use crate::ids::{EndpointId, MessageId};

/// The answer to an accepted command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The number of the secret.
    pub generation: u32,
    /// The message that is sent by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointView {
    /// Which.
    pub id: EndpointId,
    /// Where events are sent.
    pub url: String,
    /// Which.
    pub events: BTreeSet<EventType>,
    /// Why it is off, if it is.
    pub disabled: Option<DisabledFor>,
    /// Since when nothing was taken, while attempts fail.
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before signs, too.
    pub old_secret_until: Option<Timestamp>,
    /// How many messages wait.
    pub pending: usize,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A message to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Which.
    pub id: MessageId,
    /// What kind it is.
    pub kind: EventType,
    /// What is sent.
    pub body: String,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Where it is.
    pub stage: Stage,
    /// The newest attempts that ended, the oldest first.
    pub attempts: Vec<Attempt>,
}
