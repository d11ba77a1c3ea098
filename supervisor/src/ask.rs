//! Asking an entity: the envelope that travels and the errors that say whether repeating is safe.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::entity::Principal;
use crate::fault::{Fault, FaultKind};
use crate::ids::CommandId;
use crate::journal::{JournalError, OutboxKey, Reminder};

/// The fingerprint of a command that an operator gives again: what it came with first is not kept, so a repeat by whoever
/// asked then must not be taken for another request.
pub(crate) const ANY_CONTENT: u64 = u64::MAX;

/// How a command travels: who asks, under which id, until when.
///
/// **Repeating safely:** whoever may have to ask again makes the id from what identifies the request, and asks with that
/// same id until there is an answer that is not [`AskError::NoAnswer`] or one of the passing refusals.
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// # run(async {
/// use std::time::Duration;
///
/// use amazoff_supervisor::{AskError, CommandId, Envelope, Principal};
///
/// # let bank = Bank::open().await;
/// # let id = uuid::Uuid::from_u128(1);
/// let click = || {
///     let id = CommandId::derived(&[b"ann", b"POST /deposits", b"key 7"]);
///     Envelope::new(id, Principal::Guest, Duration::from_secs(5))
/// };
/// let deposit = Command::Deposit { cents: 500 };
/// let first = bank.accounts.execute(id, deposit.clone(), click()).await.unwrap();
/// let again = bank.accounts.execute(id, deposit, click()).await.unwrap();
/// assert_eq!((first.reply, first.replayed), (500, false));
/// assert_eq!((again.reply, again.replayed), (500, true)); // the stored answer; nothing ran twice
///
/// let other = bank.accounts.execute(id, Command::Deposit { cents: 9 }, click()).await;
/// assert!(matches!(other, Err(AskError::KeyReused)));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The command's id; a repeat with the same one gets the stored outcome.
    pub command_id: CommandId,
    /// Hash of the request's content; 0 means "derived from the command".
    pub fingerprint: u64,
    /// Who asks.
    pub principal: Principal,
    /// When the asker stops caring; expired work is dropped before it runs.
    pub deadline: Instant,
    /// The first cause, the same along a whole process.
    pub correlation: CommandId,
    /// The effect that this command is, when another entity sent it.
    pub effect: Option<OutboxKey>,
    /// The entity's own effect that this command answers; the commit removes it.
    pub(crate) answers: Option<OutboxKey>,
    /// The reminder that this command is; the commit clears it, unless it was set anew.
    pub(crate) reminder: Option<Reminder>,
}

impl Envelope {
    /// A fresh command from inside the program. Its id is new, so nobody can repeat it.
    pub fn system(within: Duration) -> Self {
        Self::new(CommandId::new(), Principal::System, within)
    }
    /// A command with an id that the asker may repeat.
    pub fn new(command_id: CommandId, principal: Principal, within: Duration) -> Self {
        Self {
            command_id,
            fingerprint: 0,
            principal,
            deadline: Instant::now() + within,
            correlation: command_id,
            effect: None,
            answers: None,
            reminder: None,
        }
    }
    /// The same with a fingerprint of the request that carried it.
    #[must_use]
    pub fn with_fingerprint(mut self, fingerprint: u64) -> Self {
        self.fingerprint = fingerprint;
        self
    }
}

/// An accepted command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<R> {
    /// What the entity answered, now or at the first time.
    pub reply: R,
    /// Whether this is the stored outcome of an earlier run.
    pub replayed: bool,
    /// The entity's version after the command.
    pub version: crate::ids::Version,
    /// A follower that has passed this `shard_seq` of the entity's shard has seen what the command did.
    pub position: u64,
}

/// Why a command has no reply. Each variant says whether something may have happened.
///
/// [`Fault::kind`] sorts them for callers that do not care which it was:
///
/// ```
/// # mod bank { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shared/bank.rs")); }
/// # use bank::*;
/// use amazoff_supervisor::{AskError, Fault, FaultKind};
///
/// fn advice(error: &AskError<Rejection>) -> &'static str {
///     match error.kind() {
///         FaultKind::Unavailable => "nothing happened: try again later, under any id",
///         FaultKind::OutcomeUnknown => "it may have happened: try again with the same id",
///         _ => "trying again changes nothing",
///     }
/// }
///
/// assert_eq!(advice(&AskError::Expired), "nothing happened: try again later, under any id");
/// assert_eq!(advice(&AskError::NoAnswer), "it may have happened: try again with the same id");
/// let refused = AskError::Refused { refusal: Rejection::NotEnough { has: 3 }, replayed: false };
/// assert_eq!(advice(&refused), "trying again changes nothing");
/// ```
#[derive(Clone, Debug, thiserror::Error)]
pub enum AskError<R: Fault> {
    /// The entity refused; `replayed` when it did so before.
    #[error("{refusal}")]
    Refused {
        /// The typed refusal.
        refusal: R,
        /// Whether this is the stored outcome of an earlier run.
        replayed: bool,
    },
    /// The entity's queue is full; nothing happened.
    #[error("too much is waiting for this entity")]
    Overloaded {
        /// When to try again.
        retry_after: Duration,
    },
    /// The domain failed too often and is being restarted; nothing happened.
    #[error("this part of the shop is restarting")]
    Degraded {
        /// When to try again.
        retry_after: Duration,
    },
    /// The deadline passed before the command ran; nothing happened.
    #[error("the command was not reached in time")]
    Expired,
    /// The command crashed its entity or its commit was refused; nothing happened.
    #[error("the command was not committed: {cause}")]
    NotCommitted {
        /// Why.
        cause: String,
    },
    /// The command crashed too often and is kept for inspection; nothing happened.
    #[error("the command is quarantined")]
    Quarantined,
    /// The entity would have broken its books and waits for a person; nothing happened.
    #[error("the entity is suspended until somebody has looked at its books")]
    Suspended,
    /// A payload is too large to store; nothing happened.
    #[error("the command's payload is too large")]
    TooLarge,
    /// The same command is running now.
    #[error("the same command is still running")]
    InFlight,
    /// The same command id came with other content; nothing happened.
    #[error("the same key was used for another request")]
    KeyReused,
    /// The store or the shard is away; nothing happened.
    #[error("the shop's memory cannot be reached: {cause}")]
    Unavailable {
        /// Why.
        cause: String,
    },
    /// It was done before, and what it answered then is no longer kept or cannot be read.
    #[error("done before; its answer is lost: {cause}")]
    AnswerLost {
        /// Why.
        cause: String,
    },
    /// The question would come back to an entity on whose behalf it is asked; nothing happened.
    #[error("the question comes back to whoever asks it: {path}")]
    Cycle {
        /// From the entity on, back to it.
        path: String,
    },
    /// No answer came; it may have happened. Repeat with the same command id.
    #[error("the outcome is not known yet")]
    NoAnswer,
}

/// How long a caller waits before it asks an overloaded or restarting part again.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long a caller waits before it asks an entity again that waits for a person.
const RESUMED_AFTER: Duration = Duration::from_mins(1);

impl<R: Fault> Fault for AskError<R> {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Refused { refusal, .. } => refusal.kind(),
            Self::Overloaded { .. }
            | Self::Degraded { .. }
            | Self::Expired
            | Self::Suspended
            | Self::NotCommitted { .. }
            | Self::Unavailable { .. } => FaultKind::Unavailable,
            Self::Quarantined | Self::InFlight | Self::AnswerLost { .. } => FaultKind::Conflict,
            Self::TooLarge => FaultKind::TooLarge,
            Self::KeyReused => FaultKind::Invalid,
            Self::Cycle { .. } => FaultKind::Bug,
            Self::NoAnswer => FaultKind::OutcomeUnknown,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Refused { refusal, .. } => refusal.code(),
            Self::Overloaded { .. } => "overloaded",
            Self::Degraded { .. } => "domain-degraded",
            Self::Expired => "deadline-exceeded",
            Self::NotCommitted { .. } => "not-committed",
            Self::Quarantined => "command-quarantined",
            Self::Suspended => "entity-suspended",
            Self::TooLarge => "payload-too-large",
            Self::InFlight => "request-in-flight",
            Self::KeyReused => "idempotency-key-reused",
            Self::Unavailable { .. } => "storage-unavailable",
            Self::AnswerLost { .. } => "answer-lost",
            Self::Cycle { .. } => "ask-cycle",
            Self::NoAnswer => "outcome-unknown",
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded { retry_after } | Self::Degraded { retry_after } => Some(*retry_after),
            Self::Expired
            | Self::NotCommitted { .. }
            | Self::Unavailable { .. }
            | Self::InFlight
            | Self::NoAnswer => Some(RETRY_AFTER),
            Self::Suspended => Some(RESUMED_AFTER),
            Self::Refused { refusal, .. } => refusal.retry_after(),
            Self::Quarantined
            | Self::TooLarge
            | Self::KeyReused
            | Self::AnswerLost { .. }
            | Self::Cycle { .. } => None,
        }
    }
    fn facts(&self) -> serde_json::Value {
        match self {
            Self::Refused { refusal, .. } => refusal.facts(),
            _ => serde_json::Value::Null,
        }
    }
}

/// Why a read failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The store is away.
    #[error("the shop's memory cannot be reached: {0}")]
    Unavailable(String),
    /// What is stored for this entity cannot be replayed.
    #[error("the journal of {0} cannot be replayed")]
    Corrupt(Uuid),
    /// The documents have not come as far as the caller has already seen.
    #[error("the lists have not caught up yet")]
    NotYet,
}

impl From<JournalError> for ReadError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::NotYet => Self::NotYet,
            JournalError::Unavailable(_) | JournalError::OutcomeUnknown(_) | JournalError::Corrupt { .. } => {
                Self::Unavailable(error.to_string())
            }
        }
    }
}

impl Fault for ReadError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Unavailable(_) | Self::NotYet => FaultKind::Unavailable,
            Self::Corrupt(_) => FaultKind::Bug,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "storage-unavailable",
            Self::Corrupt(_) => "internal-error",
            Self::NotYet => "not-yet-consistent",
        }
    }
    fn retry_after(&self) -> Option<Duration> {
        matches!(self, Self::Unavailable(_) | Self::NotYet).then_some(RETRY_AFTER)
    }
}
