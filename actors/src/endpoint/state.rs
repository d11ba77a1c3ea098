//! An endpoint, and what each event makes of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use amazoff_supervisor::{Claim, Context, Decision, Entity, Timestamp};
use serde::{Deserialize, Serialize};

use super::rules::RETRY;
use super::{Attempt, Command, DisabledFor, Effect, Event, EventType, Next, Rejection, Reply};
use crate::ids::{MessageId, UserId};

/// How many messages may wait (HOOK-3).
pub const PENDING_MAX: usize = 500;
/// How many messages are kept that are delivered or given up.
pub const DONE_MAX: usize = 100;
/// How many attempts of a message are kept.
pub const ATTEMPTS_MAX: usize = 20;

/// Where events are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// What it is; absent before it is made and after it is deleted.
    pub config: Option<Config>,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Why it is off, if it is.
    pub disabled: Option<DisabledFor>,
    /// Since when nothing was taken, while attempts fail.
    pub failing_since: Option<Timestamp>,
    /// The number of its secret.
    pub generation: u32,
    /// Until when the secret before signs, too.
    pub old_until: Option<Timestamp>,
    /// Its messages.
    pub messages: BTreeMap<MessageId, Message>,
    /// Those that are delivered or given up, the first to be so first.
    pub done: VecDeque<MessageId>,
}

/// What an endpoint is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where events are sent.
    pub url: String,
    /// Which.
    pub events: BTreeSet<EventType>,
    /// Who made it.
    pub by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What kind it is.
    pub kind: EventType,
    /// What every attempt sends.
    pub body: String,
    /// When it came to be.
    pub created_at: Timestamp,
    /// Where it is.
    pub stage: Stage,
    /// How many attempts failed since it was sent, or sent anew.
    pub failures: u32,
    /// How many attempts were begun, ever.
    pub calls: u32,
    /// The newest attempts that ended, the oldest first.
    pub attempts: VecDeque<Attempt>,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// An attempt is under way.
    Calling,
    /// The next attempt waits for its time.
    Waiting {
        /// When it is.
        until: Timestamp,
    },
    /// It was taken.
    Delivered,
    /// It was given up.
    GivenUp,
}

impl Stage {
    fn is_pending(self) -> bool {
        match self {
            Self::Calling | Self::Waiting { .. } => true,
            Self::Delivered | Self::GivenUp => false,
        }
    }
}

impl Endpoint {
    /// How many messages are neither delivered nor given up.
    pub fn pending(&self) -> usize {
        self.messages.len().saturating_sub(self.done.len())
    }

    fn called(&mut self, message: MessageId) {
        if let Some(message) = self.messages.get_mut(&message) {
            message.stage = Stage::Calling;
            message.calls = message.calls.saturating_add(1);
        }
    }

    fn attempted(&mut self, id: MessageId, attempt: &Attempt, next: Next) {
        self.failing_since = match attempt.succeeded() {
            true => None,
            false => Some(self.failing_since.unwrap_or(attempt.at)),
        };
        let Some(message) = self.messages.get_mut(&id) else { return };
        message.attempts.push_back(attempt.clone());
        while message.attempts.len() > ATTEMPTS_MAX {
            message.attempts.pop_front();
        }
        message.failures = message.failures.saturating_add(u32::from(!attempt.succeeded()));
        message.stage = match next {
            Next::Delivered => Stage::Delivered,
            Next::GivenUp => Stage::GivenUp,
            Next::Again { at } => Stage::Waiting { until: at },
        };
        if !message.stage.is_pending() {
            self.done.push_back(id);
        }
        while self.done.len() > DONE_MAX {
            let oldest = self.done.pop_front();
            oldest.into_iter().for_each(|oldest| drop(self.messages.remove(&oldest)));
        }
    }
}

impl Entity for Endpoint {
    const KIND: &'static str = "endpoint";
    type Command = Command;
    type Event = Event;
    type Reply = Reply;
    type Rejection = Rejection;
    type Effect = Effect;

    fn decide(&self, command: &Command, context: &Context) -> Result<Decision<Self>, Rejection> {
        match command {
            Command::Create { url, events, by } => self.create((url, events, *by), context.now),
            Command::Enqueue { kind, body } => self.enqueue(*kind, body, context),
            Command::SendTest { body } => self.send_test(body, context),
            Command::Replay { message } => self.replay(*message),
            Command::NoteAttempt { message, call, attempt, retry_after_s } => {
                Ok(self.note_attempt((*message, *call), (attempt, *retry_after_s), context))
            }
            Command::Retry => Ok(self.retry(context.now)),
            Command::Enable => self.enable(context.now),
            Command::Disable => self.disable(context.now),
            Command::RotateSecret => self.rotate(context.now),
            Command::Delete => self.delete(context.now),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Created { url, events, by, at } => {
                let (url, events) = (url.clone(), events.clone());
                self.config = Some(Config { url, events, by: *by, created_at: *at });
            }
            Event::Queued { message, kind, body, at } => {
                let queued = Message {
                    kind: *kind,
                    body: body.clone(),
                    created_at: *at,
                    stage: Stage::Calling,
                    failures: 0,
                    calls: 1,
                    attempts: VecDeque::new(),
                };
                self.messages.insert(*message, queued);
            }
            Event::Called { message } => self.called(*message),
            Event::Replayed { message } => {
                self.done.retain(|done| done != message);
                self.called(*message);
                if let Some(message) = self.messages.get_mut(message) {
                    message.failures = 0;
                }
            }
            Event::Attempted { message, attempt, next } => self.attempted(*message, attempt, *next),
            Event::Enabled { .. } => (self.disabled, self.failing_since) = (None, None),
            Event::Disabled { why, .. } => self.disabled = Some(*why),
            Event::SecretRotated { old_until } => {
                self.generation = self.generation.saturating_add(1);
                self.old_until = Some(*old_until);
            }
            Event::Deleted { .. } => *self = Self { deleted: true, ..Self::default() },
        }
    }

    fn reminded(name: &str) -> Option<Command> {
        (name == RETRY).then_some(Command::Retry)
    }

    fn claim_taken(_claim: &Claim) -> Rejection {
        Rejection::NotFound // an endpoint claims no key
    }

    /// Four streams per endpoint, so that one message that is stuck does not keep all others.
    fn destination(effect: &Effect) -> String {
        match effect {
            Effect::Call { message, .. } => format!("call:{}", message.uuid().as_u128() % 4),
            Effect::Tell { user, .. } => format!("inbox:{user}"),
        }
    }
}
